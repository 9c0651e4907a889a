/* at_call.h - the host's code at a log call; see frontend/call_hooks.h for which there is. */
#ifndef WEIR_RECORD_AT_CALL_H
#define WEIR_RECORD_AT_CALL_H

#include "frontend/adapter.h"
#include "frontend/call_hooks.h"
#include "frontend/capture_call.h"

/* Runs the adapter's process (through may be NULL), the factory if with_factory, the filters for all and
 * those of l (may be NULL). false: a filter dropped the record. Any thread. */
bool at_call_run(const logger *l, bool with_factory, const weir_adapter *through, weir_record *r);

#endif
