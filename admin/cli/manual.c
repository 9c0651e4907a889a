/* manual.c - roff from the tables of verbs, options, settings, handlers and formatters. `make man`
 * runs it. It carries no date, so that the pages are the same at every build. */
#include "admin/cli/manual.h"

#include <string.h>

#include "config/settings.h"
#include "format/formatter.h"
#include "handler/handler.h"

/* Text with what roff would take as its own made harmless. */
static void roff(FILE *out, const char *s) {
    bool line_start = true;
    for (; *s; s++) {
        if (line_start && (*s == '.' || *s == '\'')) fputs("\\&", out);
        if (*s == '\\')
            fputs("\\e", out);
        else if (*s == '-')
            fputs("\\-", out);
        else
            fputc(*s, out);
        line_start = *s == '\n';
    }
}

static void head(FILE *out, const char *page, int section, const char *summary) {
    fprintf(out, ".TH %s %d \"\" \"weir %s\"\n.SH NAME\n%s \\- ", page, section, WEIR_VERSION, page);
    roff(out, summary);
    fputc('\n', out);
}

static void entry(FILE *out, const char *term, const char *help) {
    fputs(".TP\n.B ", out);
    roff(out, term);
    fputc('\n', out);
    roff(out, help);
    fputc('\n', out);
}

static void exit_section(FILE *out) {
    fputs(".SH EXIT STATUS\n", out);
    entry(out, "0", "done");
    entry(out, "1", "ran, but found nothing or was refused");
    entry(out, "2", "usage, or an invalid configuration");
    entry(out, "3", "the service cannot be reached");
    entry(out, "4", "not allowed");
    entry(out, "6", "conflict: superseded, or another generation runs");
}

void manual_command(FILE *out) {
    head(out, "weir", 1, "change, watch and search the logging of a running service");
    fputs(".SH SYNOPSIS\n.B weir\n.I verb\n[words] [options]\n.SH DESCRIPTION\n", out);
    roff(out,
         "Finds the services on this machine that run with Weir in them and talks to them over their local\n"
         "socket; the same user and root are let in. Where several run, --service or --pid names one.\n"
         "Data goes to standard output, messages to standard error.\n");
    fputs(".SH VERBS\n", out);
    for (const verb *const *v = verbs; *v; v++) {
        char term[128];
        snprintf(term, sizeof term, "%s %s", (*v)->name, (*v)->words);
        entry(out, term, (*v)->summary);
    }
    fputs(".SH ENVIRONMENT\n", out);
    entry(out, "NO_COLOR", "no colours, whatever the terminal can");
    entry(out, "WEIR_TOKEN", "the token for --to URL");
    exit_section(out);
    fputs(".SH SEE ALSO\n.BR weir.conf (5),\n.BR weir (3)\n", out);
}

static void option_entry(FILE *out, const option_row *row) {
    char term[128];
    const char *given = row->value ? row->value : "";
    if (row->letter)
        snprintf(term, sizeof term, "-%c, %s %s", row->letter, row->name, given);
    else
        snprintf(term, sizeof term, "%s %s", row->name, given);
    entry(out, term, row->help);
}

void manual_verb(const verb *v, FILE *out) {
    char page[64];
    snprintf(page, sizeof page, "weir-%s", v->name);
    head(out, page, 1, v->summary);
    fprintf(out, ".SH SYNOPSIS\n.B weir %s\n", v->name);
    roff(out, v->words);
    fputs(" [options]\n.SH DESCRIPTION\n", out);
    roff(out, v->summary);
    fputs(".\n", out);
    if (v->more) {
        fputs(".PP\n.nf\n", out);
        roff(out, v->more);
        fputs("\n.fi\n", out);
    }
    fputs(".SH OPTIONS\n", out);
    for (const option_id *o = v->options; *o != OPT_HELP; o++) option_entry(out, &option_rows[*o]);
    option_entry(out, &option_rows[OPT_HELP]);
    exit_section(out);
    fputs(".SH SEE ALSO\n.BR weir (1)\n", out);
}

static void setting_entries(FILE *out, const char *section) {
    const setting_row *row;
    fprintf(out, ".SS [%s]\n", section);
    for (size_t i = 0; (row = setting_at(i)) != NULL; i++) {
        char term[256];
        if (strcmp(row->section, section) != 0) continue;
        snprintf(term, sizeof term, "%s = %s", row->key, row->initial);
        entry(out, term, row->help);
        fprintf(out, "Type: %s.%s%s\n", row->type, row->start_only ? " Takes effect at a start only." : "",
                row->pushed_fixed ? " A pushed configuration may only repeat it." : "");
    }
}

void manual_config(FILE *out) {
    const handler_kind *h;
    const formatter_kind *f;
    head(out, "weir.conf", 5, "configuration of Weir");
    fputs(".SH DESCRIPTION\n", out);
    roff(out,
         "The format of Python's logging.config.fileConfig, read unchanged, with the sections [weir] and\n"
         "[admin] added, which Python ignores.\n");
    fputs(".SH SETTINGS\n", out);
    setting_entries(out, "weir");
    setting_entries(out, "admin");
    fputs(".SH HANDLERS\n", out);
    for (size_t i = 0; (h = handler_kind_at(i)) != NULL; i++) {
        entry(out, h->name, h->help);
        for (const handler_param *p = h->params; p->name; p++) {
            fputs(".RS\n", out);
            entry(out, p->name, p->help);
            fputs(".RE\n", out);
        }
    }
    fputs(".SH FORMATTERS\n", out);
    for (size_t i = 0; (f = formatter_kind_at(i)) != NULL; i++) entry(out, f->name, f->help);
    fputs(".SH SEE ALSO\n.BR weir (1),\n.BR weir-check (1)\n", out);
}
