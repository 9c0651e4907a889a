/* main.c - the weir command: finds the verb, reads its options, runs it. */
#include <signal.h>
#include <string.h>

#include "admin/cli/cli.h"
#include "admin/cli/manual.h"

static const char epilogue[] =
    "\n`weir VERB --help` tells more. A service that runs is found by itself; where several run, name one\n"
    "by --service NAME or --pid N. Data goes to stdout, messages to stderr; -o json everywhere.\n"
    "\nexit status: 0 done, 1 ran but found nothing or was refused, 2 usage or invalid configuration,\n"
    "3 unreachable, 4 not allowed, 6 conflict\n";

static void help(FILE *out) {
    fputs("usage: weir VERB [words] [options]\n\n", out);
    for (const verb *const *v = verbs; *v; v++) {
        char left[64];
        snprintf(left, sizeof left, "%s %s", (*v)->name, (*v)->words);
        fprintf(out, "  %-36s %s\n", left, (*v)->summary);
    }
    fputs(epilogue, out);
}

static const verb *find(const char *name) {
    for (const verb *const *v = verbs; *v; v++)
        if (strcmp((*v)->name, name) == 0) return *v;
    return NULL;
}

static const char *nearest(const char *name) {
    for (const verb *const *v = verbs; *v; v++)
        if ((*v)->name[0] == name[0]) return (*v)->name;
    return "levels";
}

/* weir help [VERB | --man [VERB] | --man-config] */
static int run_help(int argc, char **argv) {
    bool man = argc > 0 && strcmp(argv[0], "--man") == 0;
    const char *name = argc > man ? argv[man] : NULL;
    const verb *v = name ? find(name) : NULL;
    if (argc > 0 && strcmp(argv[0], "--man-config") == 0)
        manual_config(stdout);
    else if (name != NULL && v == NULL)
        return complain(EXIT_USAGE, "there is no verb '%s' (weir --help lists them)", name);
    else if (man && v)
        manual_verb(v, stdout);
    else if (man)
        manual_command(stdout);
    else if (v)
        verb_help(v, stdout);
    else
        help(stdout);
    return EXIT_DONE;
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write, told as such */
    if (argc < 2) {
        help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
        return run_help(argc - 2, argv + 2);
    if (strcmp(argv[1], "--version") == 0) {
        printf("weir %s\n", WEIR_VERSION);
        return EXIT_DONE;
    }
    const verb *v = find(argv[1]);
    if (v == NULL)
        return complain(EXIT_USAGE, "there is no verb '%s' (did you mean %s? weir --help lists them)",
                        argv[1], nearest(argv[1]));
    invocation call;
    int status = options_parse(v, argc - 2, argv + 2, &call);
    if (status != 0) return status;
    if (call.option[OPT_HELP]) {
        verb_help(v, stdout);
        return EXIT_DONE;
    }
    status = v->run(&call);
    if (fflush(stdout) != 0 || ferror(stdout))
        return complain(EXIT_NOTHING, "standard output cannot be written");
    return status;
}
