/* source.c - decodes the entries of one process and finds their loggers. Loggers are looked up by
 * name once for each dictionary id; a dead process's loggers are made if they do not exist here.
 * Owner: the thread that routes. */
#include <stdlib.h>
#include <string.h>

#include "backend/parts.h"

int source_init(source *s, const record_source *from, weir_error *err) {
    *s = (source){.dictionary = from->dictionary};
    s->reader = record_reader_create(from, err);
    if (s->reader != NULL) s->held_reader = record_reader_create(from, err);
    return s->held_reader == NULL ? -1 : 0;
}

void source_done(source *s) {
    if (s->reader != NULL) record_reader_free(s->reader);
    if (s->held_reader != NULL) record_reader_free(s->held_reader);
    free(s->loggers);
    *s = (source){0};
}

static bool grow(source *s, uint32_t id) {
    size_t count = s->logger_count ? s->logger_count : 1024;
    while (count <= id) count *= 2;
    logger **loggers = realloc(s->loggers, count * sizeof *loggers);
    if (loggers == NULL) return false;
    memset(loggers + s->logger_count, 0, (count - s->logger_count) * sizeof *loggers);
    s->loggers = loggers;
    s->logger_count = count;
    return true;
}

static logger *look_up(source *s, uint32_t id) {
    slice name = dictionary_get(s->dictionary, DICT_LOGGER, id);
    if (name.data == NULL) return logger_root();
    logger *l = logger_get(name, NULL);
    if (l == NULL) return logger_root();
    if (id < s->logger_count || grow(s, id)) s->loggers[id] = l;
    return l;
}

logger *source_logger(source *s, uint32_t id) {
    if (__builtin_expect(id < s->logger_count && s->loggers[id] != NULL, 1)) return s->loggers[id];
    return look_up(s, id);
}
