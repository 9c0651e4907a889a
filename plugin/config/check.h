/* check.h - what the files of config_check share. Private to config/check*.c, paths.c. */
#ifndef WEIR_CONFIG_CHECK_H
#define WEIR_CONFIG_CHECK_H

#include "config/config.h"
#include "config/suggest.h"

typedef struct checker {
    config_plan *plan;
    ini_file ini;
    bool is_dict; /* the text is a dictConfig, made into sections */
    const config_rules *rules;
    problems *p;
    slice base_dir;      /* of relative paths */
    name_map formatters; /* name -> index in the plan */
    name_map filters;
    name_map handlers;
    name_map loggers; /* qualname -> index */
    name_map running; /* qualname -> index in the plan that runs; made when it is asked for */
    name_map listed;  /* sections that a keys= names */
    uint32_t *taken;  /* by handler: the last list (counted in lists) that it was taken into */
    uint32_t lists;
    bool no_memory; /* set by whoever could not go on */
} checker;

/* An empty plan with the text; NULL: no memory. */
config_plan *check_plan_create(slice in, const char *file, config_origin origin);
/* Arena memory, zeroed; NULL and no_memory set when there is none. */
void *check_alloc(checker *c, size_t size);
slice check_copy(checker *c, slice s);
/* A value of a section, interpolated. false: not there, or bad (then there is a problem). */
bool check_value(checker *c, const ini_section *s, const char *key, slice *out, int *line);
/* An escaped, bounded form of a name for a message. Lives as long as the arena. */
const char *check_show(checker *c, slice name);

/* As suggest_begin; after some problems it suggests nothing more, so that a text of nothing but unknown
 * names is still checked in linear time. */
suggestion check_near(const checker *c, slice wanted);

/* Comma-separated names, each stripped; an empty value has none. Pieces point into the value. */
typedef struct name_list_view {
    slice *names;
    size_t count;
} name_list_view;
bool check_split(checker *c, slice value, name_list_view *out);
/* `keys` of [formatters], [handlers], [loggers]. false: there is none (told). */
bool check_keys(checker *c, const char *section, name_list_view *out, int *line);
/* The section PREFIX_NAME, or NULL and a problem at the line of keys. */
const ini_section *check_section(checker *c, const char *prefix, slice name, const char *list, int line);
/* ---- check_names.c ---- */
/* A list of names, each with a section. */
typedef struct check_list {
    const char *list, *prefix; /* "filters", "filter_" */
    name_map *known;           /* name -> index; filled */
    name_list_view names;
    int line;
    size_t at;
    uint32_t taken;
} check_list;
/* false: there is none, or it has more than `most` (told). */
bool check_list_begin(checker *c, const char *list, const char *prefix, name_map *known, size_t most,
                      check_list *out);
/* The next name that did not come before, in the arena, and its section (NULL: there is none; told). false:
 * the end. */
bool check_list_next(checker *c, check_list *l, slice *name, const ini_section **s);
/* Rows of the plan, each of which begins with its name. */
typedef struct named_rows {
    const slice *first;
    size_t count, size;
} named_rows;
#define CHECK_ROWS(rows, number) ((named_rows){(number) > 0 ? &(rows)->name : NULL, (number), sizeof *(rows)})
/* A name that is none of the rows': the problem, with the nearest of them. word: "handler". */
void check_tell_unknown(checker *c, const plan_place *at, const char *word, slice name, named_rows rows);

/* A class that is not there: the problem, with the nearest of those that name_at gives (NULL ends them). */
void check_tell_class(checker *c, const ini_section *s, slice name, int line,
                      const char *(*name_at)(size_t index));
/* A level by its name, as in Python. true: given and right. */
bool check_level(checker *c, const ini_section *s, int *level, int *line);
/* A word of a setting that may also stand in a handler: [weir] escape, overflow. */
bool check_setting(checker *c, const ini_section *s, const char *key, settings *out);
/* Warns of keys that look like a misspelt known one. known is NULL-terminated. */
void check_keys_known(checker *c, const ini_section *s, const char *const *known);

void check_settings(checker *c);
void check_formatters(checker *c);
void check_filters(checker *c);
/* `filters` of a logger, or of a handler. */
void check_filter_list(checker *c, const ini_section *s, bool of_logger, plan_filter_list *out);
void check_handlers(checker *c);
/* The handlers that others hand their records to: found by name, and never in a ring. */
void check_feeds(checker *c);
/* `target` or `handlers` of a section: for the argument of that type that args= and kwargs= did not give. */
void check_feed_key(checker *c, const ini_section *s, plan_handler *h);
void check_loggers(checker *c);
/* What makes two things of successive configurations the same, as a hash. */
#define CHECK_HASH_BEGIN 0xcbf29ce484222325u
static inline uint64_t check_mix(uint64_t sum, uint64_t more) { return (sum ^ more) * 0x100000001b3u; }
uint64_t check_add_bytes(uint64_t sum, slice s);
uint64_t check_add_value(checker *c, uint64_t sum, const value *v);
/* Sections that nothing names. */
void check_leftover(checker *c);

/* A class as a call: where args= and kwargs= go. */
typedef struct class_call {
    const char *class_name;
    const kind_param *params;
    size_t param_max; /* rows of the table, the end not counted when it is full */
    value *values;    /* as many of each as params, zeroed */
    bool *given;
    int *level; /* what the attribute of that name sets; NULL: there is none */
} class_call;
/* args= and kwargs= onto the parameters of the call. true: complete and of the right types. */
bool check_bind(checker *c, const ini_section *s, const class_call *call);
/* `attributes` (dictConfig's ".") onto the same parameters, over what is there. false: told. */
bool check_attributes(checker *c, const ini_section *s, const class_call *call);
/* The key as a dict of texts and values. false: it is not there, or told. */
bool check_attribute_dict(checker *c, const ini_section *s, value *out, int *line);
bool check_bind_attribute(checker *c, const ini_section *s, const class_call *call, size_t index,
                          const value *v, int line);
/* Which of the two keys a problem with the arguments belongs to, and its line. */
const char *check_args_key(checker *c, const ini_section *s, int *line);
/* The same onto h->kind, and what the kind says to it. true: h->args is complete and of the right types. */
bool check_args(checker *c, const ini_section *s, plan_handler *h);
/* The same where the class is not known: what is wrong with them whatever it is. */
void check_literals(checker *c, const ini_section *s);
/* Resolves the handler's path and holds it against the log roots. false: told. */
bool check_path(checker *c, const ini_section *s, plan_handler *h);

bool check_is_own_file(const checker *c, slice path);
static inline bool check_pushed(const checker *c) {
    return c->rules->origin == CONFIG_PORT || c->rules->origin == CONFIG_HTTP;
}

#endif
