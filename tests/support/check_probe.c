/* check_probe.c - shows Python tests what config_check says. Reads texts from standard input, each as
 * "LENGTH\n" and that many bytes; prints a line of JSON for each: {"accepted", "problems": [{line, section,
 * key, message, warning}]}. */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "config/config.h"

static void show(slice in) {
    config_rules rules = {.origin = CONFIG_START};
    weir_error err;
    problems p;
    text out;
    json_writer w;
    problems_init(&p, "probe.ini");
    text_init(&out, 0);
    json_writer_init(&w, &out);
    config_plan *plan = config_check(in, "probe.ini", &rules, &p, &err);
    json_begin_object(&w);
    json_key(&w, "accepted");
    json_bool(&w, plan != NULL);
    json_key(&w, "problems");
    json_begin_array(&w);
    for (size_t i = 0; i < p.count; i++) {
        json_begin_object(&w);
        json_key(&w, "line");
        json_int(&w, p.list[i].line);
        json_key(&w, "section");
        json_cstr(&w, p.list[i].section);
        json_key(&w, "key");
        json_cstr(&w, p.list[i].key);
        json_key(&w, "message");
        json_cstr(&w, p.list[i].message);
        json_key(&w, "warning");
        json_bool(&w, p.list[i].warning);
        json_end(&w);
    }
    json_end(&w);
    json_end(&w);
    printf("%s\n", text_cstr(&out));
    text_done(&out);
    problems_done(&p);
    config_plan_free(plan);
}

int main(void) {
    size_t len;
    while (scanf("%zu", &len) == 1 && getchar() == '\n') {
        char *data = malloc(len + 1);
        if (data == NULL || fread(data, 1, len, stdin) != len) return 1;
        show(slice_make(data, len));
        free(data);
    }
    return 0;
}
