/* main.c - the weir command: finds the verb, reads its options, runs it. */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "admin/cli/cli.h"
#include "admin/cli/manual.h"
#include "base/utf8.h"
#include "config/suggest.h"

/* Where the summaries stand; names and words of all verbs are shorter. */
#define HELP_COLUMN 36

static const char epilogue[] =
    "\n`weir VERB --help` tells more. A service that runs is found by itself; where several run, name one\n"
    "by --service NAME or --pid N. Data goes to stdout, messages to stderr; -o json everywhere.\n"
    "\nexit status: 0 done, 1 ran but found nothing or was refused, 2 usage or invalid configuration,\n"
    "3 unreachable, 4 not allowed, 6 conflict\n";

static void help(FILE *out) {
    fputs("usage: weir VERB [words] [options]\n\n", out);
    for (const verb *const *v = verbs; *v; v++) {
        int used = (int)(strlen((*v)->name) + utf8_count(slice_of((*v)->words)));
        fprintf(out, "  %s %s%*s %s\n", (*v)->name, (*v)->words, HELP_COLUMN - used, "", (*v)->summary);
    }
    fputs(epilogue, out);
}

static const verb *find(const char *name) {
    for (const verb *const *v = verbs; *v; v++)
        if (strcmp((*v)->name, name) == 0) return *v;
    return NULL;
}

static int unknown_verb(const char *name) {
    suggestion near = suggest_begin(slice_of(name));
    for (const verb *const *v = verbs; *v; v++) suggest_offer(&near, slice_of((*v)->name));
    if (near.best.data != NULL)
        return complain(EXIT_USAGE, "there is no verb '%s' (did you mean %.*s?)", name, (int)near.best.len,
                        near.best.data);
    return complain(EXIT_USAGE, "there is no verb '%s' (weir --help lists them)", name);
}

/* What the build asks for: pages made from the tables. */
static const struct made_page {
    const char *option;
    void (*write)(FILE *out);
} made_pages[] = {{"--man-config", manual_config}, {"--markdown-config", manual_config_markdown}};

/* weir help [VERB | --man [VERB] | --man-config | --markdown-config] */
static int run_help(int argc, char **argv) {
    bool man = argc > 0 && strcmp(argv[0], "--man") == 0;
    const char *name = argc > man ? argv[man] : NULL;
    for (size_t i = 0; name && i < sizeof made_pages / sizeof made_pages[0]; i++) {
        if (strcmp(name, made_pages[i].option) != 0) continue;
        made_pages[i].write(stdout);
        return EXIT_DONE;
    }
    const verb *v = name ? find(name) : NULL;
    if (name != NULL && v == NULL) return unknown_verb(name);
    if (man && v)
        manual_verb(v, stdout);
    else if (man)
        manual_command(stdout);
    else if (v)
        verb_help(v, stdout);
    else
        help(stdout);
    return EXIT_DONE;
}

/* `weir query | head -1`: the reader has what it wanted, which needs no words. */
static bool reader_is_gone(void) {
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

/* Also of what only prints: `weir help >/dev/full` is a failure. */
static int finish(int status) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return status;
    return reader_is_gone() ? EXIT_NOTHING : complain(EXIT_NOTHING, "standard output cannot be written");
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write, told as such */
    if (argc < 2) {
        help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
        return finish(run_help(argc - 2, argv + 2));
    if (strcmp(argv[1], "--version") == 0) {
        printf("weir %s\n", WEIR_VERSION);
        return finish(EXIT_DONE);
    }
    const verb *v = find(argv[1]);
    if (v == NULL) return unknown_verb(argv[1]);
    invocation call;
    int status = options_parse(v, argc - 2, argv + 2, &call);
    if (status != 0) return status;
    if (call.option[OPT_HELP]) {
        verb_help(v, stdout);
        return finish(EXIT_DONE);
    }
    return finish(v->run(&call));
}
