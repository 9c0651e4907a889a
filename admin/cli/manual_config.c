/* manual_config.c - what a configuration may say, as weir.conf(5) and as docs/config.md: one walk through
 * the tables of settings, handlers, formatters and filters, with a pen for each of the two. */
#include <string.h>

#include "admin/cli/manual.h"
#include "config/settings.h"
#include "filter/filter.h"
#include "format/formatter.h"
#include "handler/handler.h"

typedef struct pen {
    void (*head)(FILE *out);
    void (*heading)(FILE *out, const char *title);
    void (*subheading)(FILE *out, const char *title);
    void (*paragraph)(FILE *out, const char *lines);
    void (*example)(FILE *out, const char *lines);
    void (*entry)(FILE *out, const char *term, const char *help, const char *more);
    void (*sub_entry)(FILE *out, const char *term, const char *help);
    void (*foot)(FILE *out);
} pen;

/* ---- roff ---- */

static void r_head(FILE *out) { roff_head(out, "weir.conf", 5, "configuration of Weir"); }
static void r_heading(FILE *out, const char *title) {
    fputs(".SH \"", out);
    for (; *title; title++) fputc(*title >= 'a' && *title <= 'z' ? *title - 32 : *title, out);
    fputs("\"\n", out);
}
static void r_subheading(FILE *out, const char *title) { fprintf(out, ".SS %s\n", title); }
static void r_paragraph(FILE *out, const char *lines) {
    fputs(".PP\n", out);
    roff_text(out, lines);
    fputc('\n', out);
}
static void r_entry(FILE *out, const char *term, const char *help, const char *more) {
    roff_entry(out, term, help);
    if (!more[0]) return;
    fputs(".br\n", out);
    roff_text(out, more);
    fputc('\n', out);
}
static void r_sub_entry(FILE *out, const char *term, const char *help) {
    fputs(".RS\n", out);
    roff_entry(out, term, help);
    fputs(".RE\n", out);
}
static void r_foot(FILE *out) { fputs(".SH SEE ALSO\n.BR weir (1),\n.BR weir\\-check (1)\n", out); }

static const pen roff_pen = {r_head,     r_heading, r_subheading, r_paragraph,
                             roff_block, r_entry,   r_sub_entry,  r_foot};

/* ---- Markdown ---- */

static void m_head(FILE *out) {
    fputs("<!-- Made by `weir help --markdown-config`; a test compares. -->\n# Configuration\n", out);
}
static void m_heading(FILE *out, const char *title) { fprintf(out, "\n## %s\n\n", title); }
static void m_subheading(FILE *out, const char *title) { fprintf(out, "\n### `%s`\n\n", title); }
static void m_paragraph(FILE *out, const char *lines) { fprintf(out, "%s\n\n", lines); }
static void m_example(FILE *out, const char *lines) { fprintf(out, "```ini\n%s\n```\n\n", lines); }
static void m_text(FILE *out, const char *s) {
    for (; *s; s++) {
        if (*s == '*' || *s == '_' || *s == '<' || *s == '[') fputc('\\', out);
        fputc(*s, out);
    }
}
static void m_entry(FILE *out, const char *term, const char *help, const char *more) {
    fprintf(out, "- **`%s`** ", term);
    m_text(out, help);
    if (more[0]) {
        fputs(" *", out);
        m_text(out, more);
        fputs("*", out);
    }
    fputc('\n', out);
}
static void m_sub_entry(FILE *out, const char *term, const char *help) {
    fputs("  ", out);
    m_entry(out, term, help, "");
}
static void m_foot(FILE *out) { (void)out; }

static const pen markdown_pen = {m_head,    m_heading, m_subheading, m_paragraph,
                                 m_example, m_entry,   m_sub_entry,  m_foot};

/* ---- what both say ---- */

static const char introduction[] =
    "The format is that of Python's logging.config.fileConfig, and Python's files are read unchanged. Weir\n"
    "adds the sections [weir], [admin] and [receivers] and a few keys and classes of its own; Python "
    "ignores\n"
    "the sections and keys. `weir check FILE` names every problem of a file with its line.";

static const char example[] = "[weir]\n"
                              "service = kvd\n"
                              "[admin]\n"
                              "http = 127.0.0.1:9031\n"
                              "[loggers]\n"
                              "keys = root,store\n"
                              "[handlers]\n"
                              "keys = file,history\n"
                              "[formatters]\n"
                              "keys = line\n"
                              "[logger_root]\n"
                              "level = INFO\n"
                              "handlers = file,history\n"
                              "[logger_store]\n"
                              "qualname = kvd.store\n"
                              "level = WARNING\n"
                              "handlers =\n"
                              "[handler_file]\n"
                              "class = FileHandler\n"
                              "formatter = line\n"
                              "args = ('kvd.log',)\n"
                              "[handler_history]\n"
                              "class = weir.HistoryHandler\n"
                              "args = ('history.db',)\n"
                              "kwargs = {'max_age': '30d'}\n"
                              "[formatter_line]\n"
                              "format = %(asctime)s %(levelname)s %(name)s: %(message)s";

static const struct {
    const char *section, *key, *help;
} keys[] = {
    {"[logger_NAME]", "level", "the lowest level that passes: a name or a number; NOTSET: the parent's"},
    {"[logger_NAME]", "handlers", "names of handlers with commas between them; may be empty"},
    {"[logger_NAME]", "qualname", "the logger's dotted name; not for the root"},
    {"[logger_NAME]", "propagate", "1 (default): its records go to the parent's handlers too; 0: not"},
    {"[logger_NAME]", "filters", "names of filters with commas between them (Python's files ignore it)"},
    {"[handler_NAME]", "class", "one of the classes below"},
    {"[handler_NAME]", "level", "the lowest level that it takes; default NOTSET: all"},
    {"[handler_NAME]", "formatter", "the name of a formatter; without it the message alone"},
    {"[handler_NAME]", "args", "the class's arguments, a tuple as in Python: ('kvd.log',). Literals only"},
    {"[handler_NAME]", "kwargs", "arguments by name, a dict: {'mode': 'w'}"},
    {"[handler_NAME]", "filters", "names of filters with commas between them (Python's files ignore it)"},
    {"[handler_NAME]", "attributes",
     "what is set on the handler that was made, a dict: {'terminator': ''} (dictConfig's \".\"; Python's "
     "files "
     "ignore it)"},
    {"[handler_NAME]", "overflow, escape", "as in [weir], for this handler (Weir's own)"},
    {"[formatter_NAME]", "format", "the line; default %(message)s"},
    {"[formatter_NAME]", "datefmt", "strftime's format of %(asctime)s; default Python's, with milliseconds"},
    {"[formatter_NAME]", "style", "% (default), { or $"},
    {"[formatter_NAME]", "class", "one of the classes below; default logging.Formatter"},
    {"[formatter_NAME]", "attributes",
     "of a logging.Formatter, a dict: converter (time.gmtime or time.localtime), default_time_format, "
     "default_msec_format, datefmt (dictConfig's \".\" of a factory; Python's files ignore it)"},
    {"[formatter_NAME]", "kwargs",
     "arguments by name, a dict; of logging.Formatter: fmt, datefmt, style, validate, defaults (Python's "
     "files ignore it)"},
    {"[filter_NAME]", "class", "one of the classes below; default logging.Filter"},
    {"[filter_NAME]", "args, kwargs", "the class's arguments, as a handler's"},
};

static void write_keys(const pen *p, FILE *out) {
    const char *section = "";
    p->heading(out, "Sections");
    p->paragraph(out, "The names are listed by keys = in [loggers] (root among them), [handlers],\n"
                      "[formatters] and, if there are any, [filters]; each has a section of its own.");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strcmp(section, keys[i].section) != 0) p->subheading(out, section = keys[i].section);
        p->entry(out, keys[i].key, keys[i].help, "");
    }
}

static void write_settings(const pen *p, FILE *out, const char *section) {
    const setting_row *row;
    char title[32];
    snprintf(title, sizeof title, "[%s]", section);
    p->subheading(out, title);
    for (size_t i = 0; (row = setting_at(i)) != NULL; i++) {
        char term[256], more[128];
        if (strcmp(row->section, section) != 0) continue;
        snprintf(term, sizeof term, "%s =%s%s", row->key, row->initial[0] ? " " : "", row->initial);
        snprintf(more, sizeof more, "Type: %s.%s", row->type,
                 row->start_only ? " Takes effect at a start only." : "");
        p->entry(out, term, row->help, more);
    }
}

static void write_kinds(const pen *p, FILE *out) {
    const handler_kind *h;
    const formatter_kind *f;
    const filter_kind *k;
    p->heading(out, "Handlers");
    for (size_t i = 0; (h = handler_kind_at(i)) != NULL; i++) {
        p->entry(out, h->name, h->help, "");
        for (const handler_param *a = h->params; a->name; a++) p->sub_entry(out, a->name, a->help);
    }
    p->heading(out, "Formatters");
    for (size_t i = 0; (f = formatter_kind_at(i)) != NULL; i++) p->entry(out, f->name, f->help, "");
    p->heading(out, "Filters");
    for (size_t i = 0; (k = filter_kind_at(i)) != NULL; i++) {
        p->entry(out, k->name, k->help, "");
        for (const kind_param *a = k->params; a->name; a++) p->sub_entry(out, a->name, a->help);
    }
}

static void write_all(const pen *p, FILE *out) {
    p->head(out);
    p->heading(out, "Description");
    p->paragraph(out, introduction);
    p->example(out, example);
    write_keys(p, out);
    p->heading(out, "Settings");
    p->paragraph(out,
                 "What they set is the service's, not a pushed configuration's: one that comes by port or\n"
                 "page may leave these sections out or repeat them, and not change them.");
    write_settings(p, out, "weir");
    write_settings(p, out, "admin");
    write_settings(p, out, "receivers");
    write_kinds(p, out);
    p->foot(out);
}

void manual_config(FILE *out) { write_all(&roff_pen, out); }
void manual_config_markdown(FILE *out) { write_all(&markdown_pen, out); }
