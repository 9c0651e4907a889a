#include "support/sink_fixture.h"

Test(target_registry, a_record_goes_to_its_file_and_is_counted) {
    fixture f;
    fixture_begin(&f, 256 * 1024);
    slice path = fixture_path(&f, "app.log");
    sink_spec spec = file_spec(path);
    target *t = fixture_target(&f, &spec);
    cr_assert_str_eq(target_name(t), path.data);
    uint16_t row = fixture_row(&f, "file");
    target_activate(t);
    put(&f, t, row, "one\n");
    put(&f, t, row, "two\n");
    publish(t);
    cr_assert(drain(t, FIXTURE_PATIENCE_MS));
    expect_file(path, "one\ntwo\n");
    WAIT_UNTIL(delivered(&f, row) == 2);
    cr_assert_eq(f.notices, 0);
    fixture_finish(&f, t);
}

/* Handlers that name the same file, by whatever name, share a writer: their order is kept. */
Test(target_registry, two_names_of_one_file_are_one_target) {
    fixture f;
    fixture_begin(&f, 256 * 1024);
    slice path = fixture_path(&f, "app.log"), link_path = fixture_path(&f, "link.log");
    sink_spec spec = file_spec(path), other = file_spec(link_path);
    target *a = fixture_target(&f, &spec);
    cr_assert_eq(symlink(path.data, link_path.data), 0);
    target *b = fixture_target(&f, &other);
    cr_assert_eq(a, b);
    uint16_t first = fixture_row(&f, "first"), second = fixture_row(&f, "second");
    target_activate(a);
    text want;
    text_init(&want, 0);
    for (int i = 0; i < 1000; i++) {
        char line[32];
        snprintf(line, sizeof line, "line %d\n", i);
        put(&f, a, i % 3 == 0 ? first : second, line);
        if (i % 50 == 0) publish(a);
        text_add_cstr(&want, line);
    }
    publish(a);
    cr_assert(drain(a, FIXTURE_PATIENCE_MS));
    expect_file(path, text_cstr(&want));
    WAIT_UNTIL(delivered(&f, first) == 334 && delivered(&f, second) == 666);
    text_done(&want);
    target_release(a);
    fixture_finish(&f, b);
}

Test(target_registry, nothing_is_written_before_activation) {
    fixture f;
    fixture_begin(&f, 256 * 1024);
    slice path = fixture_path(&f, "app.log");
    sink_spec spec = file_spec(path);
    target *t = fixture_target(&f, &spec);
    put(&f, t, fixture_row(&f, "file"), "early\n");
    publish(t);
    cr_assert_not(drain(t, 50));
    expect_file(path, "");
    target_activate(t);
    cr_assert(drain(t, FIXTURE_PATIENCE_MS));
    expect_file(path, "early\n");
    fixture_finish(&f, t);
}

static void count_one(void *arg, target *t) {
    (void)t;
    ++*(int *)arg;
}

static int targets(fixture *f) {
    int n = 0;
    target_registry_each(f->registry, count_one, &n);
    return n;
}

Test(target_registry, without_references_it_drains_and_goes) {
    fixture f;
    fixture_begin(&f, 256 * 1024);
    slice path = fixture_path(&f, "app.log");
    sink_spec spec = file_spec(path);
    target *t = fixture_target(&f, &spec);
    target_activate(t);
    put(&f, t, fixture_row(&f, "file"), "last\n");
    publish(t);
    target_release(t);
    WAIT_UNTIL(targets(&f) == 0);
    expect_file(path, "last\n");
    cr_assert(chunk_queue_unfinished(&f.run, 0), "its queue is kept for the next target, and holds nothing");
    cr_assert_eq(fixture_end(&f, 1000), 0);
    cr_assert_eq(faccessat(f.run.fd, "queue-0", F_OK, 0), -1, "the queue's file is left");
}

/* As a configuration that is pushed again and again makes and ends them. */
Test(target_registry, targets_one_after_the_other_use_one_queue) {
    fixture f;
    fixture_begin(&f, 64 * 1024);
    uint64_t identity = 0;
    for (int i = 0; i < 20; i++) {
        char name[16], line[4000];
        snprintf(name, sizeof name, "%d.log", i);
        memset(line, 'a' + i, sizeof line - 2);
        memcpy(line + sizeof line - 2, "\n", 2);
        slice path = fixture_path(&f, name);
        sink_spec spec = file_spec(path);
        target *t = fixture_target(&f, &spec);
        chunk_queue_map *map = chunk_queue_mapping(target_queue(t));
        cr_assert_eq(map->number, 0);
        cr_assert_neq(map->identity, identity, "positions begin anew, so it is another queue");
        identity = map->identity;
        cr_assert_not_null(memmem(map->target, map->target_len, name, strlen(name)));
        target_activate(t);
        put(&f, t, fixture_row(&f, "file"), line);
        publish(t);
        target_release(t);
        WAIT_UNTIL(targets(&f) == 0);
        expect_file(path, line);
    }
    cr_assert_eq(fixture_end(&f, 1000), 0);
}

Test(target_registry, a_build_that_is_refused_leaves_nothing) {
    fixture f;
    fixture_begin(&f, 256 * 1024);
    sink_spec spec = file_spec(fixture_path(&f, "app.log"));
    bool created = false;
    target *t;
    weir_error err;
    cr_assert_eq(target_acquire(f.registry, &spec, &t, &created, &err), 0);
    cr_assert(created);
    target_release(t);
    WAIT_UNTIL(targets(&f) == 0);
    cr_assert_eq(target_acquire(f.registry, &spec, &t, &created, &err), 0);
    cr_assert_not(created);
    fixture_finish(&f, t);
}

/* A FIFO that nobody reads keeps its target from draining. */
Test(target_registry, a_draining_target_is_revived) {
    fixture f;
    fixture_begin(&f, 256 * 1024);
    slice path = fixture_fifo(&f, "fifo");
    sink_spec spec = file_spec(path);
    uint16_t row;
    target *t = fixture_active(&f, &spec, "fifo", &row);
    put(&f, t, row, "before\n");
    publish(t);
    target_release(t);
    cr_assert_eq(targets(&f), 1);
    cr_assert_eq(fixture_target(&f, &spec), t);
    target_activate(t);
    put(&f, t, row, "after\n");
    publish(t);
    int reader = open(path.data, O_RDONLY | O_NONBLOCK);
    cr_assert(drain(t, FIXTURE_PATIENCE_MS));
    char got[64] = "";
    cr_assert_eq(read(reader, got, sizeof got), 13);
    cr_assert_str_eq(got, "before\nafter\n");
    close(reader);
    fixture_finish(&f, t);
}

/* Faults 22, 32: the stop keeps its time, and what is left can be recovered. */
Test(target_registry, a_stop_does_not_wait_for_a_reader_that_never_comes) {
    fixture f;
    fixture_begin(&f, 256 * 1024);
    slice path = fixture_path(&f, "fifo"), good = fixture_path(&f, "good.log");
    cr_assert_eq(mkfifo(path.data, 0600), 0);
    sink_spec spec = file_spec(path), good_spec = file_spec(good);
    target *hung = fixture_target(&f, &spec), *fine = fixture_target(&f, &good_spec);
    target_activate(hung);
    target_activate(fine);
    uint16_t row = fixture_row(&f, "fifo"), good_row = fixture_row(&f, "good");
    put(&f, hung, row, "waits\n");
    put(&f, fine, good_row, "goes\n");
    publish(hung);
    publish(fine);
    int64_t begin = clock_monotonic_ns();
    text left;
    text_init(&left, 0);
    cr_assert_eq(target_registry_stop(f.registry, begin + 600 * 1000000, &left), 0, "%s", text_cstr(&left));
    int64_t took_ms = (clock_monotonic_ns() - begin) / 1000000;
    cr_assert(took_ms < 1500, "%lld ms", (long long)took_ms);
    text_done(&left);
    expect_file(good, "goes\n");
    cr_assert_eq(chunk_queue_read_pos(target_queue(hung)), 0);
    cr_assert_eq(faccessat(f.run.fd, "queue-0", F_OK, 0), 0, "what waits must stay");
    cr_assert_eq(faccessat(f.run.fd, "queue-1", F_OK, 0), -1, "what is done must go");
    cr_assert_eq(delivered(&f, row), 0);
    cr_assert_eq(delivered(&f, good_row), 1);
    target_release(hung);
    target_release(fine);
    target_registry_free(f.registry);
    process_map_free(f.process);
    run_dir_close(&f.run);
    fixture_clean(&f);
}

Test(target_registry, after_a_stop_nothing_is_acquired) {
    fixture f;
    fixture_begin(&f, 64 * 1024);
    slice path = fixture_path(&f, "late.log");
    sink_spec spec = file_spec(path);
    target *t;
    bool created;
    weir_error err;
    cr_assert_eq(target_registry_stop(f.registry, 0, NULL), 0);
    cr_assert_eq(target_acquire(f.registry, &spec, &t, &created, &err), -1);
    cr_assert_eq(err.code, WEIR_ERR_STATE);
    cr_assert_eq(access(path.data, F_OK), -1, "a file was made for nothing");
    target_registry_free(f.registry);
    process_map_free(f.process);
    run_dir_close(&f.run);
    fixture_clean(&f);
}

/* Where nothing survives the process, what is not delivered is lost, and counted. */
Test(target_registry, without_tmpfs_what_is_left_is_counted_as_dropped) {
    fixture f;
    fixture_begin(&f, 64 * 1024);
    slice path = fixture_fifo(&f, "fifo");
    run_dir nowhere = {.path = "", .fd = -1};
    target_registry_settings set = {.dir = &nowhere, .process = f.process, .queue_size = 64 * 1024};
    weir_error err;
    target_registry *r = target_registry_create(&set, &err);
    sink_spec spec = file_spec(path);
    target *t;
    bool created;
    cr_assert_eq(target_acquire(r, &spec, &t, &created, &err), 0, "%s", err.message);
    target_activate(t);
    uint16_t row = fixture_row(&f, "fifo");
    put(&f, t, row, "one\n");
    put(&f, t, row, "two\n");
    publish(t);
    cr_assert_eq(target_registry_stop(r, clock_monotonic_ns(), NULL), 0);
    cr_assert_eq(f.process->handlers[row].dropped[DROP_STOPPED], 2);
    target_registry_free(r);
    cr_assert_eq(fixture_end(&f, 1000), 0);
}

Test(target_registry, problems_are_named) {
    fixture f;
    fixture_begin(&f, 64 * 1024);
    target *t;
    bool created;
    weir_error err;
    sink_spec spec = file_spec(fixture_path(&f, "missing/app.log"));
    cr_assert_eq(target_acquire(f.registry, &spec, &t, &created, &err), -1);
    cr_assert(strstr(err.message, "missing/app.log") != NULL && strstr(err.message, "directory") != NULL,
              "%s", err.message);
    spec = file_spec(slice_of(f.dir));
    cr_assert_eq(target_acquire(f.registry, &spec, &t, &created, &err), -1);
    cr_assert(strstr(err.message, "Is a directory") != NULL, "%s", err.message);
    spec.kind = SLICE_LITERAL("tape");
    cr_assert_eq(target_acquire(f.registry, &spec, &t, &created, &err), -1);
    cr_assert(strstr(err.message, "tape") != NULL, "%s", err.message);
    cr_assert_eq(fixture_end(&f, 1000), 0);
}
