/* check_probe.c - shows Python tests what config_check says. Reads texts from standard input, each as
 * "LENGTH\n" and that many bytes; prints a line of JSON for each: {"accepted", "problems": [{line, section,
 * key, message, warning}], "json", "ini"}: the last two are the configuration as it is printed in each form,
 * or null; "ini_error" says why there is no INI. */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "config/config.h"

static void show_form(json_writer *w, const char *key, const config_plan *plan, config_form form) {
    text printed;
    weir_error err;
    text_init(&printed, 0);
    int rc = plan != NULL ? config_print(plan, form, false, &printed, &err) : -1;
    json_key(w, key);
    json_cstr(w, rc == 0 ? text_cstr(&printed) : NULL);
    text_done(&printed);
    if (rc == 0 || plan == NULL) return;
    json_key(w, form == CONFIG_AS_INI ? "ini_error" : "json_error");
    json_cstr(w, err.message);
}

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
    show_form(&w, "json", plan, CONFIG_AS_JSON);
    show_form(&w, "ini", plan, CONFIG_AS_INI);
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
