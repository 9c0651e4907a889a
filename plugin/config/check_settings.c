/* check_settings.c - [weir], [admin] and [receivers] of a plan, and what of them a pushed configuration may
 * say. Runs on the thread that checks a configuration. */
#include "config/check.h"

static int line_of(const checker *c, const setting_row *row) {
    const ini_section *s = ini_find(&c->ini, slice_of(row->section));
    const ini_key *k = s ? ini_get_raw(&c->ini, s, row->key) : NULL;
    return k ? k->line : s ? s->line : 0;
}

/* A pushed configuration may leave these keys out or repeat them. */
static void hold_to_start(checker *c) {
    const setting_row *changed[SETTING_ROWS];
    settings *now = &c->plan->settings;
    size_t count = settings_differ(now, c->rules->fixed, SETTING_PUSHED_FIXED, changed, SETTING_ROWS);
    for (size_t i = 0; i < count; i++) {
        if (c->rules->running != NULL && !setting_differs(changed[i], now, c->rules->running)) continue;
        text is;
        text_init(&is, 0);
        setting_print(changed[i], c->rules->fixed, &is);
        problems_add(c->p, line_of(c, changed[i]), changed[i]->section, changed[i]->key,
                     "a pushed configuration may not change it (leave it out, or repeat what runs: \"%s\")",
                     text_cstr(&is));
        text_done(&is);
    }
    *now = *c->rules->fixed;
}

static void ignore_admin(settings *s) {
    s->has_admin = false;
    s->socket = false;
    s->http[0] = s->config_port[0] = s->hosts[0] = '\0';
}

/* What the host's own configuration leaves out stays as it is; what it says, it may change. */
static void take_running(settings *s, const settings *running) {
    *s = *running;
    s->disable_existing_given = false;
}

static bool disables(const config_rules *rules) { return rules->python_defaults || rules->disable_existing; }

void check_settings(checker *c) {
    settings *s = &c->plan->settings;
    if (c->rules->edited != NULL) {
        *s = c->rules->edited->settings;
        c->plan->escape_given = c->rules->edited->escape_given;
        c->plan->disable_existing = c->rules->edited->disable_existing;
        return;
    }
    bool pushed = check_pushed(c) && c->rules->fixed != NULL;
    if (pushed)
        *s = *c->rules->fixed;
    else if (c->rules->host_settings != NULL)
        take_running(s, c->rules->host_settings);
    else
        settings_default(s);
    settings_read_section(&c->ini, "weir", s, &c->plan->memory, c->p);
    if (c->rules->python_defaults)
        ignore_admin(s);
    else
        settings_read_section(&c->ini, "admin", s, &c->plan->memory, c->p);
    if (!c->rules->python_defaults) settings_read_section(&c->ini, "receivers", s, &c->plan->memory, c->p);
    if (pushed) hold_to_start(c);
    c->plan->escape_given = c->rules->escape_given;
    if (c->rules->escape_given) s->escape = c->rules->escape;
    c->plan->disable_existing = s->disable_existing_given ? s->disable_existing : disables(c->rules);
}
