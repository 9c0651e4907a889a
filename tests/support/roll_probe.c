/* roll_probe.c - the times of a rolling file, for one JSON line on stdin one on stdout; tests/compat compares
 * them with Python's. The zone is TZ's.
 *
 *   {"when":"midnight","interval":1,"utc":false,"at":-1,"from":…,"now":…}
 *   -> {"next":computeRollover(from),"after":rolloverAt after a rollover at now,"suffix":"2026-11-20"} */
#include <stdio.h>
#include <stdlib.h>

#include "sink/roll.h"

static int64_t number(const value *v, const char *key) { return value_get(v, slice_of(key))->i64; }

static void answer(slice line, arena *a) {
    value v;
    weir_error err;
    roll_rules rules;
    text suffix, said;
    json_writer w;
    text_init(&suffix, 0);
    text_init(&said, 0);
    if (json_parse(line, 4, a, &v, &err) != 0 || roll_rules_parse(line, &rules, &err) != 0) exit(1);
    int64_t next = roll_time_next(&rules, number(&v, "from"));
    roll_time_suffix(&rules, next, number(&v, "now"), &suffix);
    json_writer_init(&w, &said);
    json_begin_object(&w);
    json_key(&w, "next");
    json_int(&w, next);
    json_key(&w, "after");
    json_int(&w, roll_time_after(&rules, number(&v, "now")));
    json_key(&w, "suffix");
    json_string(&w, text_slice(&suffix));
    json_end(&w);
    puts(text_cstr(&said));
    text_done(&suffix);
    text_done(&said);
}

int main(void) {
    char *line = NULL;
    size_t size = 0;
    ssize_t len;
    while ((len = getline(&line, &size, stdin)) > 0) {
        arena memory;
        arena_init(&memory, 0);
        answer(slice_make(line, (size_t)len), &memory);
        arena_done(&memory);
    }
    free(line);
    return 0;
}
