/* check_args.c - the arguments of a handler: bound to its kind's parameters, then looked at by the kind
 * itself. Runs on the thread that checks. */
#include "config/check.h"

bool check_args(checker *c, const ini_section *s, plan_handler *h) {
    const class_call call = {h->kind->name,  h->kind->params, HANDLER_PARAMS,
                             h->args.values, h->args.given,   &h->level};
    int line;
    weir_error err;
    h->args.kind = h->kind;
    h->args.handler_name = h->name;
    h->args.base_dir = c->base_dir;
    h->args.beneath_fd = -1;
    h->args.pushed = check_pushed(c);
    if (!check_bind(c, s, &call)) return false;
    if (h->kind->check == NULL || h->kind->check(&h->args, &err) == 0) return true;
    const char *key = check_args_key(c, s, &line);
    problems_add(c->p, line, s->name.data, key, "%s", err.message);
    return false;
}
