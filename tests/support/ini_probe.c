/* ini_probe.c - shows Python tests how Weir reads configurations. Reads texts from standard input, each
 * as "LENGTH\n" and that many bytes; prints a line of JSON for each.
 *
 *   ini_probe            sections with raw and interpolated values, and problems
 *   ini_probe literal    the value of a literal as Python's repr, or the error
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/limits.h"
#include "config/ini.h"
#include "config/literal.h"

static void put_problems(json_writer *w, const problems *p) {
    json_key(w, "problems");
    json_begin_array(w);
    for (size_t i = 0; i < p->count; i++) {
        json_begin_object(w);
        json_key(w, "line");
        json_int(w, p->list[i].line);
        json_key(w, "section");
        json_cstr(w, p->list[i].section);
        json_key(w, "key");
        json_cstr(w, p->list[i].key);
        json_key(w, "message");
        json_cstr(w, p->list[i].message);
        json_key(w, "warning");
        json_bool(w, p->list[i].warning);
        json_end(w);
    }
    json_end(w);
}

static void put_section(json_writer *w, const ini_file *f, const ini_section *s, arena *a,
                        problems *ignored) {
    json_key_slice(w, s->name);
    json_begin_object(w);
    for (size_t i = 0; i < s->count; i++) {
        slice got = SLICE_NONE;
        bool found;
        json_key_slice(w, s->keys[i].name);
        json_begin_array(w);
        json_string(w, s->keys[i].raw);
        if (ini_get(f, s, s->keys[i].name.data, a, &got, &found, NULL, ignored) == 0)
            json_string(w, got);
        else
            json_null(w);
        json_end(w);
    }
    json_end(w);
}

static void show_ini(slice in, json_writer *w, problems *p) {
    arena a;
    ini_file f;
    problems ignored;
    arena_init(&a, 0);
    problems_init(&ignored, "probe");
    json_begin_object(w);
    if (ini_parse_text(in, &a, &f, p) == 0) {
        json_key(w, "sections");
        json_begin_object(w);
        for (size_t i = 0; i < f.count; i++) put_section(w, &f, &f.sections[i], &a, &ignored);
        json_end(w);
    }
    put_problems(w, p);
    json_end(w);
    problems_done(&ignored);
    arena_done(&a);
}

static void show_literal(slice in, json_writer *w) {
    arena a;
    value v;
    weir_error err;
    text shown;
    arena_init(&a, 0);
    text_init(&shown, 0);
    json_begin_object(w);
    if (literal_parse(in, &a, &v, &err) == 0) {
        value_repr(&v, &shown);
        json_key(w, "repr");
        json_string(w, text_slice(&shown));
    } else {
        json_key(w, "error");
        json_cstr(w, err.message);
    }
    json_end(w);
    text_done(&shown);
    arena_done(&a);
}

static void show(const char *mode, slice in) {
    text out;
    json_writer w;
    problems p;
    problems_init(&p, "probe.ini");
    text_init(&out, 0);
    json_writer_init(&w, &out);
    if (mode == NULL)
        show_ini(in, &w, &p);
    else
        show_literal(in, &w);
    printf("%s\n", text_cstr(&out));
    text_done(&out);
    problems_done(&p);
}

int main(int argc, char **argv) {
    size_t len;
    while (scanf("%zu", &len) == 1 && getchar() == '\n') {
        char *data = malloc(len + 1);
        if (data == NULL || fread(data, 1, len, stdin) != len) return 1;
        show(argc > 1 ? argv[1] : NULL, slice_make(data, len));
        free(data);
    }
    return 0;
}
