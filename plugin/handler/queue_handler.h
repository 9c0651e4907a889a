/* queue_handler.h - what others ask of a QueueHandler's arguments. */
#ifndef WEIR_HANDLER_QUEUE_HANDLER_H
#define WEIR_HANDLER_QUEUE_HANDLER_H

#include "handler/handler.h"

/* The name of its queue. */
slice queue_handler_queue(const handler_args *args);
bool queue_handler_respects_level(const handler_args *args);

#endif
