/* log.c - loads libweir.so and asks for kvd's loggers. All that kvd knows of Weir is in this file and in
 * weir.h; levels, handlers and where the records go are the operator's business. */
#include "log.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>

const weir_plugin *kvd_weir;
weir_logger *log_main, *log_net, *log_command, *log_store, *log_expiry;

/* Without Weir every level is off: the macros load this threshold and go on. */
static weir_logger silent = {.threshold = INT_MAX};

static weir_logger *get(const char *name) { return kvd_weir ? kvd_weir->get_logger(name) : &silent; }

static const weir_plugin *load(const char *library, const char *config) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        fprintf(stderr, "kvd: no logging: %s\n", dlerror());
        return NULL;
    }
    const weir_plugin *found = dlsym(handle, "weir_plugin_v1");
    if (found == NULL || found->abi != WEIR_PLUGIN_ABI) {
        fprintf(stderr, "kvd: no logging: %s has another interface\n", library);
        return NULL;
    }
    weir_error err;
    if (found->load(config, &err) != 0) fprintf(stderr, "%s\n", err.message);
    return found;
}

void log_open(const char *library, const char *config) {
    kvd_weir = load(library, config);
    log_main = get("kvd");
    log_net = get("kvd.net");
    log_command = get("kvd.net.command");
    log_store = get("kvd.store");
    log_expiry = get("kvd.store.expiry");
}

void log_close(void) {
    if (kvd_weir) kvd_weir->unload();
}
