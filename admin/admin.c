/* admin.c - starts and ends the doors of a process: control, the local socket and the HTTP server, the
 * config port, the receivers, by the plan's settings; and the port that the host itself opens (weir_listen).
 * Threads that start and stop Weir, any thread of the host, and "weir-control" after a bad start; one lock.
 */
#include "admin/admin.h"

#include <pthread.h>
#include <unistd.h>

#include "admin/control/control.h"
#include "admin/http/http.h"
#include "admin/listen/listen.h"
#include "base/worker.h"
#include "listen/listener.h"
#include "receiver/receivers.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static control *door; /* under lock, as all here */
static http_server *http;
static port_server *port;        /* of [admin] config_port */
static port_server *listen_port; /* of weir_listen */
static receivers *received;
static pid_t owner; /* the process that opened them */

/* ---- start ---- */

static void tell(const char *what, const weir_error *err) {
    char state[256];
    snprintf(state, sizeof state, "%.250s", err->message);
    control_set_listener(door, what, "", state);
}

/* Want of memory or threads passes; a bad address does not. */
static bool may_pass(const weir_error *err) { return err->code == WEIR_ERR_SYSTEM; }

/* false: not now, but it may be later. */
static bool open_port(const settings *s) {
    weir_error err;
    if (!s->has_admin || s->config_port[0] == '\0' || port != NULL) return true;
    if (port_server_start(door, "config port", s->config_port, NULL, &port, &err) == 0) return true;
    tell("config port", &err);
    return !may_pass(&err);
}

/* As open_port. */
static bool open_http(const settings *s, const char *service) {
    weir_error err;
    if (http != NULL) return true;
    http_settings given = {.address = s->has_admin ? s->http : NULL,
                           .hosts = s->hosts,
                           .local_socket = s->socket,
                           .service = service};
    bool page = given.address != NULL && given.address[0] != '\0';
    if (!page && !given.local_socket) return true;
    if (http_server_start(door, &given, &http, &err) == 0) return true;
    tell("http", &err);
    if (may_pass(&err)) return false;
    given.address = NULL; /* a bad address must not cost the local socket */
    if (!given.local_socket || http_server_start(door, &given, &http, &err) == 0) return true;
    tell("local socket", &err);
    return !may_pass(&err);
}

/* As open_port. */
static bool open_receivers(const settings *s) {
    weir_error err;
    const receiver_hooks hooks = {control_tell_listener, control_log, door};
    if (received != NULL) return true;
    if (receivers_start(&s->receivers, &hooks, &received, &err) == 0) return true;
    tell("receivers", &err);
    return !may_pass(&err);
}

/* On thread weir-control, after a start without memory or threads for all. */
static bool open_again(const settings *s) {
    pthread_mutex_lock(&lock);
    bool done = true;
    if (door != NULL) {
        bool page = s->has_admin && s->http[0] != '\0';
        done = open_http(s, control_service(door));
        if (http != NULL && !page) control_set_listener(door, "http", "", NULL); /* what was told of it */
        done = open_port(s) && done;
        done = open_receivers(s) && done;
    }
    pthread_mutex_unlock(&lock);
    return done;
}

/* Weir was started by a bad file; the first valid one opens the doors that it names. On thread
 * weir-control, which admin_stop waits for without the lock. The local socket is open already, and stays. */
static void open_late(const settings *s) {
    weir_error err;
    pthread_mutex_lock(&lock);
    if (door != NULL) {
        open_port(s);
        open_receivers(s);
        http_settings given = {.address = s->http, .hosts = s->hosts, .service = control_service(door)};
        if (http == NULL)
            open_http(s, control_service(door));
        else if (s->has_admin && s->http[0] != '\0' && http_server_add_tcp(http, &given, &err) != 0)
            tell("http", &err);
    }
    pthread_mutex_unlock(&lock);
}

int admin_start(weir_core *core, weir_error *err) {
    const settings *s = &core->plan->settings;
    pthread_mutex_lock(&lock);
    owner = getpid();
    door = control_create(core, err);
    int rc = door == NULL ? -1 : 0;
    if (rc == 0 && core->plan->origin == CONFIG_DEFAULT) control_on_first_file(door, open_late);
    if (rc == 0) rc = control_start(door, err);
    if (rc == 0) {
        bool all = open_http(s, core->service);
        all = open_port(s) && all;
        all = open_receivers(s) && all;
        if (!all) control_retry(door, open_again);
    } else if (door != NULL) {
        control_free(door);
        door = NULL;
    }
    pthread_mutex_unlock(&lock);
    return rc;
}

/* ---- stop ---- */

void admin_stop(void) {
    pthread_mutex_lock(&lock);
    control *last = door;
    http_server *last_http = http;
    port_server *ports[2] = {port, listen_port};
    receivers *last_received = received;
    door = NULL;
    received = NULL;
    http = NULL;
    port = listen_port = NULL;
    pthread_mutex_unlock(&lock);
    if (last == NULL) return;
    receivers_stop(last_received);
    port_server_stop(ports[0]);
    port_server_stop(ports[1]);
    http_server_stop(last_http);
    control_stop(last);
    control_free(last);
}

/* ---- the host's own port ---- */

int admin_listen(int number, weir_verify verify) {
    char address[32];
    weir_error err;
    int got = -1;
    snprintf(address, sizeof address, "127.0.0.1:%d", number < 0 ? SETTING_CONFIG_PORT : number);
    pthread_mutex_lock(&lock);
    if (door != NULL && listen_port == NULL && number <= 65535 &&
        port_server_start(door, "port of weir_listen", address, verify, &listen_port, &err) == 0) {
        got = port_server_port(listen_port);
        if (got == 0) { /* taken: the host is told, and asks again if it likes */
            port_server_stop(listen_port);
            listen_port = NULL;
            got = -1;
        }
    }
    pthread_mutex_unlock(&lock);
    return got;
}

void admin_stop_listening(void) {
    if (worker_is_self()) return; /* from the host's verify: the port's thread would wait for itself */
    pthread_mutex_lock(&lock);
    port_server *last = listen_port;
    listen_port = NULL;
    pthread_mutex_unlock(&lock);
    port_server_stop(last);
}

/* ---- fork ---- */

/* The child's only thread. The lock may have been held by a thread that is not here: it is made anew. */
void admin_forked(void) {
    lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    listener_after_fork(owner);
    if (port != NULL) port_server_forked(port);
    if (listen_port != NULL) port_server_forked(listen_port);
    if (http != NULL) http_server_forked(http);
    if (received != NULL) receivers_forked(received);
    if (door != NULL) control_forked(door);
    port = listen_port = NULL;
    received = NULL;
    http = NULL;
    door = NULL;
}
