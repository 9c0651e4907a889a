/* command.h - what kvd can do for a client. */
#ifndef KVD_COMMAND_H
#define KVD_COMMAND_H

#include "resp.h"

/* Runs one request, adds its answer. true: the client asked to be disconnected. */
bool command_run(const request *req, reply *out);

#endif
