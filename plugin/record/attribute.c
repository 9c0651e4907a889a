/* attribute.c - a record's attributes by Python's names. Runs on the thread of the record's reader.
 * What a format asks for most is read from the record directly; this is the way for all the rest. */
#include "record/attribute.h"

#include "record/printf_render.h"

const char *const record_attr_names[ATTR_OTHER] = {
    [ATTR_NAME] = "name",
    [ATTR_MSG] = "msg",
    [ATTR_ARGS] = "args",
    [ATTR_LEVELNAME] = "levelname",
    [ATTR_LEVELNO] = "levelno",
    [ATTR_PATHNAME] = "pathname",
    [ATTR_FILENAME] = "filename",
    [ATTR_MODULE] = "module",
    [ATTR_EXC_INFO] = "exc_info",
    [ATTR_EXC_TEXT] = "exc_text",
    [ATTR_STACK_INFO] = "stack_info",
    [ATTR_LINENO] = "lineno",
    [ATTR_FUNC_NAME] = "funcName",
    [ATTR_CREATED] = "created",
    [ATTR_MSECS] = "msecs",
    [ATTR_RELATIVE_CREATED] = "relativeCreated",
    [ATTR_THREAD] = "thread",
    [ATTR_THREAD_NAME] = "threadName",
    [ATTR_PROCESS_NAME] = "processName",
    [ATTR_PROCESS] = "process",
    [ATTR_MESSAGE] = "message",
    [ATTR_ASCTIME] = "asctime",
};

record_attr record_attr_find(slice name) {
    for (int i = 0; i < ATTR_OTHER; i++) {
        if (slice_is(name, record_attr_names[i])) return (record_attr)i;
    }
    return ATTR_OTHER;
}

const value *record_attr_given(const record *rec, record_attr attr) {
    if (rec->given == NULL || attr >= ATTR_MESSAGE || attr == ATTR_MSG || attr == ATTR_ARGS) return NULL;
    /* created is always a float, whatever number was given. */
    const value *v = value_get(rec->given, slice_of(record_attr_names[attr]));
    if (v == NULL && attr == ATTR_FUNC_NAME) v = value_get(rec->given, SLICE_LITERAL("func"));
    /* A pathname that is no path is the filename, too. */
    if (v == NULL && attr == ATTR_FILENAME) v = value_get(rec->given, SLICE_LITERAL("pathname"));
    if (v != NULL && attr == ATTR_FILENAME && v->type == VALUE_STR)
        v = value_get(rec->given, SLICE_LITERAL("filename"));
    bool number = v != NULL && (v->type == VALUE_FLOAT || v->type == VALUE_INT || v->type == VALUE_BIGINT ||
                                v->type == VALUE_BOOL);
    return attr == ATTR_CREATED && number ? NULL : v;
}

static bool find_field(const record *rec, slice name, value *out) {
    for (size_t i = rec->field_count; i-- > 0;) {
        if (!slice_equal(rec->fields[i].key, name)) continue;
        *out = rec->fields[i].val;
        return true;
    }
    return false;
}

static value optional_str(slice s) { return s.data == NULL ? value_none() : value_str(s); }

static bool get_args(record *rec, value *out) {
    *out = (value){.type = VALUE_TUPLE};
    if (rec->args != NULL) {
        *out = *rec->args;
    } else if (rec->site != NULL && rec->entry->kind == ENTRY_CALL) {
        return printf_args(rec->site, (const char *)(rec->entry + 1), rec->memory, out);
    }
    return true;
}

static bool get_message(record *rec, value *out) {
    *out = value_str(record_message(rec, ESCAPE_NONE));
    return out->str.data != NULL;
}

bool record_attr_get(record *rec, record_attr attr, slice name, value *out) {
    const value *given = record_attr_given(rec, attr);
    if (given != NULL) {
        *out = *given;
        return true;
    }
    switch (attr) {
    case ATTR_NAME: *out = value_str(rec->name); break;
    case ATTR_MSG: *out = rec->msg != NULL ? *rec->msg : value_str(rec->template); break;
    case ATTR_ARGS: return get_args(rec, out);
    case ATTR_LEVELNAME: *out = value_str(rec->level_name); break;
    case ATTR_LEVELNO: *out = value_int(rec->level); break;
    case ATTR_PATHNAME: *out = value_str(rec->pathname); break;
    case ATTR_FILENAME: *out = value_str(rec->filename); break;
    case ATTR_MODULE: *out = value_str(rec->module); break;
    case ATTR_EXC_INFO: *out = value_none(); break;
    case ATTR_EXC_TEXT: *out = optional_str(rec->exc_text); break;
    case ATTR_STACK_INFO: *out = optional_str(rec->stack_info); break;
    case ATTR_LINENO: *out = value_int(rec->lineno); break;
    case ATTR_FUNC_NAME: *out = value_str(rec->func); break;
    case ATTR_CREATED: *out = value_float(rec->created); break;
    case ATTR_MSECS: *out = value_float(rec->msecs); break;
    case ATTR_RELATIVE_CREATED: *out = value_float(rec->relative_created); break;
    case ATTR_THREAD: *out = value_int((int64_t)rec->thread); break;
    case ATTR_THREAD_NAME: *out = value_str(rec->thread_name); break;
    case ATTR_PROCESS_NAME: *out = value_str(rec->process_name); break;
    case ATTR_PROCESS: *out = value_int(rec->process); break;
    case ATTR_MESSAGE: return get_message(rec, out);
    case ATTR_ASCTIME: return false;
    default: return find_field(rec, name, out);
    }
    return true;
}

bool record_attribute(record *rec, slice name, value *out) {
    return record_attr_get(rec, record_attr_find(name), name, out);
}

bool record_dict(record *rec, value *out) {
    size_t most = ATTR_ASCTIME + rec->field_count;
    value_pair *pairs = arena_alloc(rec->memory, most * sizeof *pairs);
    if (pairs == NULL) return false;
    size_t count = 0;
    for (int attr = 0; attr < ATTR_MESSAGE; attr++) {
        pairs[count].key = value_str(slice_of(record_attr_names[attr]));
        if (!record_attr_get(rec, (record_attr)attr, SLICE_NONE, &pairs[count++].val)) return false;
    }
    for (size_t i = 0; i < rec->field_count; i++)
        pairs[count++] = (value_pair){value_str(rec->fields[i].key), rec->fields[i].val};
    pairs[count].key = value_str(slice_of(record_attr_names[ATTR_MESSAGE]));
    if (!get_message(rec, &pairs[count++].val)) return false;
    *out = (value){.type = VALUE_DICT, .dict = {pairs, count}};
    return true;
}
