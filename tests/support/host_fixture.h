/* host_fixture.h - what tests of the host's classes share: a name as the class's argument, and whether the
 * host's code may log where it runs (it may not: that is dropped as re-entry). */
#ifndef WEIR_TESTS_HOST_FIXTURE_H
#define WEIR_TESTS_HOST_FIXTURE_H

#include "frontend/capture.h"
#include "record/host_class.h"
#include "support/record_fixture.h"

/* What became of the objects: each has one argument "name", which is told here. */
typedef struct host_objects {
    int created, destroyed;
    bool loud; /* one of its functions could have logged */
    char name[32];
    bool refuses; /* create fails, with these words */
    const char *words;
} host_objects;

static host_objects objects;
static const weir_class_param host_params[] = {{"name", 0, "a name"}, {0}};

__attribute__((unused)) static void host_listen(void) {
    bool was = front_deafen(true);
    front_deafen(was);
    objects.loud = objects.loud || !was;
}

__attribute__((unused)) static int host_create_object(void *user, const weir_args *args, void **self,
                                                      weir_error *err) {
    const char *name = weir_args_str(args, "name", NULL);
    host_listen();
    cr_assert_eq(user, &objects);
    if (objects.refuses) {
        if (objects.words != NULL) snprintf(err->message, sizeof err->message, "%s", objects.words);
        return -1;
    }
    objects.created++;
    snprintf(objects.name, sizeof objects.name, "%s", name != NULL ? name : "none");
    *self = objects.name;
    return 0;
}

__attribute__((unused)) static void host_destroy_object(void *self) {
    host_listen();
    cr_assert_eq(self, objects.name);
    objects.destroyed++;
}

#endif
