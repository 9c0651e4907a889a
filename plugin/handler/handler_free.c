/* handler_free.c - the end of a handler: with its generation (on the thread that retires it, since a target
 * may have to be closed), or with its listener (on the queue's thread). */
#include <stdlib.h>

#include "handler/hold.h"
#include "handler/host_handler.h"

void handler_free(handler *h) {
    if (h == NULL) return;
    if (h->target != NULL) target_release(h->target);
    if (h->stats != NULL) process_map_free_row(h->stats);
    hold_free(h->held);
    host_object_free(h->host);
    free(h->feeds);
    free(h->filters);
    free(h->own);
    codec_free(h->codec);
    codec_free(h->lone);
    free(h);
}
