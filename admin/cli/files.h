/* files.h - reading a configuration file for the verbs that send one. */
#ifndef WEIR_ADMIN_CLI_FILES_H
#define WEIR_ADMIN_CLI_FILES_H

#include "admin/cli/cli.h"

/* The bytes of path ("-": standard input), at most LIMIT_CONFIG_TEXT. 0, or EXIT_USAGE after a message. */
int file_read(const char *path, text *out);

#endif
