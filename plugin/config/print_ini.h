/* print_ini.h - the dictionary of config_plan_value as a fileConfig text. Private to config/. */
#ifndef WEIR_CONFIG_PRINT_INI_H
#define WEIR_CONFIG_PRINT_INI_H

#include "base/value.h"

/* What every such text begins with. */
#define PRINT_INI_BEGIN "[weir]\ndisable_existing_loggers = "

/* dict is complete, as config_plan_value makes it. What a file cannot say comes out as something else: the
 * caller reads it back and compares. */
void print_ini(const value *dict, text *out);

#endif
