/* value_number.h - a value as a double, for hosts that ask for one. */
#ifndef WEIR_RECORD_VALUE_NUMBER_H
#define WEIR_RECORD_VALUE_NUMBER_H

#include "base/value.h"

/* false: no number, or no memory; errno is kept. */
bool value_number(const value *v, arena *a, double *out);

#endif
