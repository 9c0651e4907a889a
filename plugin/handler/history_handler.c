/* history_handler.c - weir.HistoryHandler: records, as rows, to a SQLite file that can be queried. Checks and
 * specs on the thread that checks or builds a configuration, encoding on the backend; the writing is
 * store/history_sink.c. A formatter means nothing to it. */
#include "handler/handler_kinds.h"
#include "record/row.h"
#include "store/history.h"

enum { ARG_FILENAME, ARG_MAX_AGE, ARG_MAX_SIZE, ARG_FSYNC };

static int history_check(const handler_args *args, weir_error *err) {
    if (args->given[ARG_MAX_AGE] && args->values[ARG_MAX_AGE].i64 <= 0)
        return error_set(
            err, WEIR_ERR_INVALID,
            "max_age 0 would keep nothing (right is a duration such as '30d', or None for no limit)");
    if (args->given[ARG_MAX_SIZE] && args->values[ARG_MAX_SIZE].i64 < HISTORY_MIN_SIZE)
        return error_set(err, WEIR_ERR_INVALID,
                         "max_size %lld is too small (right is at least '1MiB', or None for no limit)",
                         (long long)args->values[ARG_MAX_SIZE].i64);
    return handler_check_flag(args, ARG_FSYNC, "fsync", err);
}

static int add_options(const handler_args *args, arena *a, slice *out, weir_error *err) {
    text json;
    json_writer w;
    text_init(&json, 0);
    json_writer_init(&w, &json);
    json_begin_object(&w);
    if (args->given[ARG_MAX_AGE]) {
        json_key(&w, "max_age_ms");
        json_int(&w, args->values[ARG_MAX_AGE].i64);
    }
    if (args->given[ARG_MAX_SIZE]) {
        json_key(&w, "max_size");
        json_int(&w, args->values[ARG_MAX_SIZE].i64);
    }
    json_end(&w);
    *out = json.failed ? SLICE_NONE : arena_copy(a, text_slice(&json));
    text_done(&json);
    return out->data != NULL ? 0 : error_set(err, WEIR_ERR_SYSTEM, "no memory");
}

static int history_spec(const handler_args *args, arena *a, sink_spec *out, bool *has_target,
                        weir_error *err) {
    sink_spec spec;
    if (handler_path_spec(args, args->values[ARG_FILENAME].str, a, &spec, err) != 0) return -1;
    if (add_options(args, a, &spec.options, err) != 0) return -1;
    spec.kind = SLICE_LITERAL("sqlite");
    spec.fsync = handler_flag(args, ARG_FSYNC);
    *out = spec;
    *has_target = true;
    return 0;
}

static int history_encode(handler *h, record *rec, text *out, weir_error *err) {
    (void)h;
    row r;
    size_t before = out->len;
    row_from_record(rec, &r);
    row_encode(&r, out);
    if (!out->failed) return 0;
    out->len = before;
    if (out->data != NULL) out->data[before] = '\0';
    return error_set(err, WEIR_ERR_SYSTEM, "no memory for a record");
}

const handler_kind history_handler_kind = {
    .name = "weir.HistoryHandler",
    .help = "records to a SQLite file, for the page, the API and `weir query`",
    .params =
        {[ARG_FILENAME] = {"filename", PARAM_PATH, PARAM_REQUIRED,
                           "the SQLite file; made if it is not there"},
         [ARG_MAX_AGE] = {"max_age", PARAM_DURATION, PARAM_OPTIONAL,
                          "records older than this are deleted ('30d'); default None: kept"},
         [ARG_MAX_SIZE] = {"max_size", PARAM_SIZE, PARAM_OPTIONAL,
                           "the oldest records are deleted when the file is larger ('2GiB'; at least "
                           "'1MiB'); default None: no limit"},
         [ARG_FSYNC] = {"fsync", PARAM_ANY, PARAM_OPTIONAL,
                        "True or 'yes': a record counts as delivered when the disk has it; default False"}},
    .check = history_check,
    .spec = history_spec,
    .encode = history_encode};
