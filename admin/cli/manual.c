/* manual.c - weir(1) and weir-VERB(1), from the tables of verbs and options. `make man` runs it. */
#include "admin/cli/manual.h"

#include <string.h>

static const struct {
    const char *status, *meaning;
} statuses[] = {{"0", "done"},
                {"1", "ran, but found nothing or was refused"},
                {"2", "usage, or an invalid configuration"},
                {"3", "the service cannot be reached"},
                {"4", "not allowed"},
                {"6", "conflict: superseded, or another generation runs"}};

static void exit_section(FILE *out) {
    fputs(".SH EXIT STATUS\n", out);
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        roff_entry(out, statuses[i].status, statuses[i].meaning);
}

void manual_command(FILE *out) {
    roff_head(out, "weir", 1, "change, watch and search the logging of a running service");
    fputs(".SH SYNOPSIS\n.B weir\n.I verb\n[words] [options]\n.SH DESCRIPTION\n", out);
    roff_text(out,
              "Finds the services on this machine that run with Weir in them and talks to them over their\n"
              "local socket; the same user and root are let in. Where several run, --service or --pid names\n"
              "one. Data goes to standard output, messages to standard error.\n");
    fputs(".SH VERBS\n", out);
    for (const verb *const *v = verbs; *v; v++) {
        char term[128];
        snprintf(term, sizeof term, "%s %s", (*v)->name, (*v)->words);
        roff_entry(out, term, (*v)->summary);
    }
    fputs(".PP\nEach has a page:\n", out);
    for (const verb *const *v = verbs; *v; v++)
        fprintf(out, ".BR weir\\-%s (1)%s\n", (*v)->name, v[1] ? "," : ".");
    fputs(".SH ENVIRONMENT\n", out);
    roff_entry(out, "NO_COLOR", "no colours, whatever the terminal can");
    roff_entry(out, "WEIR_TOKEN", "the token for --to URL");
    roff_entry(out, "TZ", "the zone of the times that are shown");
    exit_section(out);
    fputs(".SH SEE ALSO\n.BR weir.conf (5),\n.BR weir (3)\n", out);
}

static void option_entry(FILE *out, const option_row *row) {
    char term[128];
    const char *gap = row->value ? " " : "", *given = row->value ? row->value : "";
    if (row->letter)
        snprintf(term, sizeof term, "-%c, %s%s%s", row->letter, row->name, gap, given);
    else
        snprintf(term, sizeof term, "%s%s%s", row->name, gap, given);
    roff_entry(out, term, row->help);
}

void manual_verb(const verb *v, FILE *out) {
    char page[64];
    snprintf(page, sizeof page, "weir-%s", v->name);
    roff_head(out, page, 1, v->summary);
    fputs(".SH SYNOPSIS\n.B weir ", out);
    roff_text(out, v->name);
    fputc('\n', out);
    if (v->words[0]) {
        fputs(".I ", out);
        roff_text(out, v->words);
        fputc('\n', out);
    }
    fputs("[options]\n.SH DESCRIPTION\n", out);
    roff_text(out, v->summary);
    fputs(".\n", out);
    if (v->more) roff_block(out, v->more);
    fputs(".SH OPTIONS\n", out);
    for (const option_id *o = v->options; *o != OPT_HELP; o++) option_entry(out, &option_rows[*o]);
    option_entry(out, &option_rows[OPT_HELP]);
    exit_section(out);
    fputs(".SH SEE ALSO\n.BR weir (1)\n", out);
}
