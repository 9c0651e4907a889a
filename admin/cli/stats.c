/* stats.c - weir stats: what runs, and the conservation law of process and handlers. */
#include "admin/cli/print.h"

static int64_t sum(const value *object) {
    int64_t total = 0;
    for (size_t i = 0; object && object->type == VALUE_DICT && i < object->dict.count; i++)
        if (object->dict.pairs[i].val.type == VALUE_INT) total += object->dict.pairs[i].val.i64;
    return total;
}

static void print_reasons(const value *dropped) {
    for (size_t i = 0; dropped && dropped->type == VALUE_DICT && i < dropped->dict.count; i++) {
        const value_pair *p = &dropped->dict.pairs[i];
        if (p->val.type == VALUE_INT && p->val.i64 > 0)
            printf(" %.*s=%lld", (int)p->key.str.len, p->key.str.data, (long long)p->val.i64);
    }
}

static void print_handler(const value *h) {
    const value *dropped = value_get(h, SLICE_LITERAL("dropped"));
    slice name = get_str(h, "name"), target = get_str(h, "target");
    printf("  %-16.*s %12lld = %12lld + %9lld + %8lld ", (int)name.len, name.data,
           (long long)get_int(h, "given"), (long long)get_int(h, "delivered"), (long long)sum(dropped),
           (long long)get_int(h, "pending"));
    print_escaped(stdout, target);
    print_reasons(dropped);
    if (!get_bool(h, "current")) fputs(" (draining)", stdout);
    fputc('\n', stdout);
}

static void print_receiver(const value *r) {
    const value *dropped = value_get(r, SLICE_LITERAL("dropped"));
    slice name = get_str(r, "name");
    printf("received by %.*s: %lld frames = handled %lld + dropped %lld", (int)name.len, name.data,
           (long long)get_int(r, "frames"), (long long)get_int(r, "handled"),
           (long long)(get_int(r, "frames") - get_int(r, "handled")));
    print_reasons(dropped);
    if (get_int(r, "placeholders") > 0) printf(", not read: %lld", (long long)get_int(r, "placeholders"));
    if (get_int(r, "other_names") > 0)
        printf(", of names beyond the bound: %lld", (long long)get_int(r, "other_names"));
    if (get_int(r, "connections") > 0) printf(", connections: %lld", (long long)get_int(r, "connections"));
    fputc('\n', stdout);
}

/* Classes of the host's that hold the records up. */
static void print_slow(const value *classes) {
    for (size_t i = 0; i < classes->list.count; i++) {
        const value *c = &classes->list.items[i];
        slice name = get_str(c, "name"), sort = get_str(c, "sort");
        if (!get_bool(c, "slow")) continue;
        printf("slow: %.*s class %.*s: %lld us on the average, %lld us once, %lld calls\n", (int)sort.len,
               sort.data, (int)name.len, name.data, (long long)get_int(c, "mean_us"),
               (long long)get_int(c, "slowest_us"), (long long)get_int(c, "calls"));
    }
}

static void print_status(const value *s) {
    const value *law = value_get(s, SLICE_LITERAL("law")), *list = get_list(s, "handlers");
    const value *dropped = law ? value_get(law, SLICE_LITERAL("dropped")) : NULL;
    slice service = get_str(s, "service"), mappings = get_str(s, "run_dir"), why = get_str(s, "no_tmpfs");
    printf("%.*s, pid %lld, generation %lld\n", (int)service.len, service.data, (long long)get_int(s, "pid"),
           (long long)get_int(s, "generation"));
    if (mappings.len)
        printf("mappings in %.*s\n", (int)mappings.len, mappings.data);
    else
        printf("mappings in plain memory, nothing survives a kill: %.*s\n", (int)why.len, why.data);
    if (law)
        printf("accepted %lld = routed %lld + dropped %lld + in rings %lld",
               (long long)get_int(law, "accepted"), (long long)get_int(law, "routed"),
               (long long)sum(dropped), (long long)get_int(law, "in_rings"));
    print_reasons(dropped);
    printf("\n  %-16s %12s = %12s + %9s + %8s\n", "handler", "given", "delivered", "dropped", "pending");
    for (size_t i = 0; i < list->list.count; i++) print_handler(&list->list.items[i]);
    const value *targets = get_list(s, "targets"), *listeners = get_list(s, "listeners");
    for (size_t i = 0; i < targets->list.count; i++) {
        slice name = get_str(&targets->list.items[i], "name"),
              trouble = get_str(&targets->list.items[i], "trouble");
        if (trouble.len)
            printf("trouble: %.*s: %.*s\n", (int)name.len, name.data, (int)trouble.len, trouble.data);
    }
    const value *receivers = get_list(s, "receivers");
    for (size_t i = 0; i < receivers->list.count; i++) print_receiver(&receivers->list.items[i]);
    print_slow(get_list(s, "classes"));
    for (size_t i = 0; i < listeners->list.count; i++) {
        const value *l = &listeners->list.items[i];
        slice name = get_str(l, "name"), address = get_str(l, "address"), state = get_str(l, "state");
        printf("%.*s %.*s: %.*s\n", (int)name.len, name.data, (int)address.len, address.data, (int)state.len,
               state.data);
    }
}

static int run(invocation *call) {
    answer a;
    int status = client_request(call, "GET", "/api/status", NULL, &a);
    if (status == 0 && call->json) print_json_body(&a);
    if (status == 0 && !call->json) print_status(&a.json);
    answer_done(&a);
    return status;
}

const verb verb_stats = {
    .name = "stats",
    .words = "",
    .summary = "Show what a service accepted, delivered and dropped",
    .options = {SERVICE_OPTIONS, OPT_HELP},
    .run = run,
};
