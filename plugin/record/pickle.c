/* pickle.c - CPython's pickler for protocol 1, as far as log records need it. Runs on the backend thread.
 *
 * The pickler remembers (memo) each object that it wrote, and writes equal *objects*, not equal values,
 * again by their number. So what is one object in Python is one here: the empty string, each string of one
 * Latin-1 character, file name and module where they are cut from the path without a cut, and equal keys
 * of dicts inside a record, which Python's JSON reader shares. */
#include "record/pickle.h"

#include "base/utf8.h"
#include "record/attribute.h"

/* Python writes at most so many items behind one mark. */
#define PICKLE_BATCH 1000
/* Keys inside extras that are looked at again; beyond them a key is written in full, which loads as well. */
#define PICKLE_KEYS 64

typedef struct pickler {
    text *out;
    uint32_t next;           /* number of the next object */
    uint32_t character[257]; /* of one-character strings, [256] of the empty one; 0: not written yet */
    slice paths[3];          /* pathname, filename, module */
    uint32_t path_numbers[3];
    size_t path_count;
    slice keys[PICKLE_KEYS];
    uint32_t key_numbers[PICKLE_KEYS];
    size_t key_count;
} pickler;

static void put_u32(text *out, uint32_t n) {
    const char bytes[4] = {(char)n, (char)(n >> 8), (char)(n >> 16), (char)(n >> 24)};
    text_add(out, bytes, sizeof bytes);
}

static void put_numbered(pickler *p, uint32_t n, char short_code, char long_code) {
    if (n < 256) {
        const char two[2] = {short_code, (char)n};
        text_add(p->out, two, sizeof two);
    } else {
        text_add_char(p->out, long_code);
        put_u32(p->out, n);
    }
}

/* Returns the object's number. */
static uint32_t remember(pickler *p) {
    put_numbered(p, p->next, 'q', 'r');
    return p->next++;
}

static void again(pickler *p, uint32_t number) { put_numbered(p, number, 'h', 'j'); }

/* ---- strings ---- */

/* Index into p->character, or -1: Python makes a new object of it. */
static int shared_character(slice s) {
    uint32_t point;
    if (s.len == 0) return 256;
    if (s.len > 2 || utf8_decode(s.data, s.len, &point) != s.len || point > 255) return -1;
    return (int)point;
}

/* A byte that is no UTF-8 cannot be loaded: it stands as \xNN, as in a line of text. */
static void put_utf8(text *out, slice s) {
    for (size_t at = 0; at < s.len;) {
        uint32_t point;
        size_t size = utf8_decode(s.data + at, s.len - at, &point);
        if (size == 0) size = utf8_surrogate(s.data + at, s.len - at, &point); /* loads as what it was */
        if (size == 0) {
            text_addf(out, "\\x%02x", (unsigned)(unsigned char)s.data[at++]);
        } else {
            text_add(out, s.data + at, size);
            at += size;
        }
    }
}

static uint32_t put_new_string(pickler *p, slice s) {
    text_add_char(p->out, 'X');
    size_t begin = p->out->len;
    put_u32(p->out, 0);
    put_utf8(p->out, s);
    size_t len = p->out->len - begin - sizeof(uint32_t);
    for (size_t i = 0; i < sizeof(uint32_t) && !p->out->failed; i++)
        p->out->data[begin + i] = (char)(len >> (8 * i));
    return remember(p);
}

static void put_string(pickler *p, slice s) {
    int shared = shared_character(s);
    if (shared < 0)
        put_new_string(p, s);
    else if (p->character[shared] != 0)
        again(p, p->character[shared]);
    else /* the record's dict is number 0, so no string is */
        p->character[shared] = put_new_string(p, s);
}

/* The same bytes in memory: cut from the path without a cut. */
static void put_path(pickler *p, slice s) {
    if (shared_character(s) >= 0) {
        put_string(p, s);
        return;
    }
    for (size_t i = 0; i < p->path_count; i++)
        if (p->paths[i].data == s.data && p->paths[i].len == s.len) {
            again(p, p->path_numbers[i]);
            return;
        }
    p->paths[p->path_count] = s;
    p->path_numbers[p->path_count++] = put_new_string(p, s);
}

static void put_key(pickler *p, slice s) {
    if (shared_character(s) >= 0) {
        put_string(p, s);
        return;
    }
    for (size_t i = 0; i < p->key_count; i++)
        if (slice_equal(p->keys[i], s)) {
            again(p, p->key_numbers[i]);
            return;
        }
    uint32_t number = put_new_string(p, s);
    if (p->key_count == PICKLE_KEYS) return;
    p->keys[p->key_count] = s;
    p->key_numbers[p->key_count++] = number;
}

/* ---- other values ---- */

static void put_int(pickler *p, int64_t n) {
    if (n >= 0 && n < 256) {
        const char two[2] = {'K', (char)n};
        text_add(p->out, two, sizeof two);
    } else if (n >= 0 && n < 65536) {
        const char three[3] = {'M', (char)n, (char)(n >> 8)};
        text_add(p->out, three, sizeof three);
    } else if (n >= INT32_MIN && n <= INT32_MAX) {
        text_add_char(p->out, 'J');
        put_u32(p->out, (uint32_t)n);
    } else {
        text_add_char(p->out, 'L');
        text_add_i64(p->out, n);
        text_add(p->out, "L\n", 2);
    }
}

static void put_float(pickler *p, double d) {
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    bits = __builtin_bswap64(bits);
    text_add_char(p->out, 'G');
    text_add(p->out, (const char *)&bits, sizeof bits);
}

static void put_value(pickler *p, const value *v);

static void put_list(pickler *p, const value *v) {
    text_add_char(p->out, ']');
    remember(p);
    if (v->list.count == 1) {
        put_value(p, &v->list.items[0]);
        text_add_char(p->out, 'a');
        return;
    }
    for (size_t i = 0; i < v->list.count;) {
        text_add_char(p->out, '(');
        for (size_t n = 0; n < PICKLE_BATCH && i < v->list.count; n++) put_value(p, &v->list.items[i++]);
        text_add_char(p->out, 'e');
    }
}

static void put_tuple(pickler *p, const value *v) {
    if (v->list.count == 0) {
        text_add_char(p->out, ')');
        return;
    }
    text_add_char(p->out, '(');
    for (size_t i = 0; i < v->list.count; i++) put_value(p, &v->list.items[i]);
    text_add_char(p->out, 't');
    remember(p);
}

static void put_pair(pickler *p, const value_pair *pair) {
    if (pair->key.type == VALUE_STR)
        put_key(p, pair->key.str);
    else
        put_value(p, &pair->key);
    put_value(p, &pair->val);
}

static void put_dict(pickler *p, const value *v) {
    text_add_char(p->out, '}');
    remember(p);
    if (v->dict.count == 1) {
        put_pair(p, &v->dict.pairs[0]);
        text_add_char(p->out, 's');
        return;
    }
    size_t i = 0, in_batch = PICKLE_BATCH;
    while (v->dict.count > 0 &&
           in_batch == PICKLE_BATCH) { /* a full last batch is followed by an empty one */
        text_add_char(p->out, '(');
        for (in_batch = 0; in_batch < PICKLE_BATCH && i < v->dict.count; in_batch++)
            put_pair(p, &v->dict.pairs[i++]);
        text_add_char(p->out, 'u');
    }
}

static void put_value(pickler *p, const value *v) {
    switch (v->type) {
    case VALUE_NONE: text_add_char(p->out, 'N'); break;
    case VALUE_BOOL: text_add_cstr(p->out, v->boolean ? "I01\n" : "I00\n"); break;
    case VALUE_INT: put_int(p, v->i64); break;
    case VALUE_BIGINT:
        text_add_char(p->out, 'L');
        text_add_slice(p->out, v->str);
        text_add(p->out, "L\n", 2);
        break;
    case VALUE_FLOAT: put_float(p, v->f64); break;
    case VALUE_STR: put_string(p, v->str); break;
    case VALUE_LIST: put_list(p, v); break;
    case VALUE_TUPLE: put_tuple(p, v); break;
    case VALUE_DICT: put_dict(p, v); break;
    }
}

void pickle_value(const value *v, text *out) {
    /* Number 0 means "not written" of strings: as in a record, something comes before them. */
    pickler p = {.out = out, .next = 1};
    put_value(&p, v);
    text_add_char(out, '.');
}

/* ---- a record ---- */

/* Python's makePickle: the merged message, without what would have to be imported. */
static int attribute_of(record *rec, record_attr attr, value *out, weir_error *err) {
    *out = value_none();
    if (attr == ATTR_ARGS || attr == ATTR_EXC_INFO) return 0;
    if (attr == ATTR_MSG) {
        slice message = record_message(rec, ESCAPE_NONE);
        if (rec->render_failed)
            return error_set(err, WEIR_ERR_INVALID, "%.*s", (int)rec->render_error.len,
                             rec->render_error.data);
        if (message.data == NULL) return error_set(err, WEIR_ERR_SYSTEM, "no memory for the message");
        *out = value_str(message);
        return 0;
    }
    if (record_attr_get(rec, attr, SLICE_NONE, out)) return 0;
    return error_set(err, WEIR_ERR_SYSTEM, "no memory for the attribute %s", record_attr_names[attr]);
}

static int put_attributes(pickler *p, record *rec, weir_error *err) {
    for (int attr = 0; attr < ATTR_MESSAGE; attr++) {
        value v;
        if (attribute_of(rec, (record_attr)attr, &v, err) != 0) return -1;
        put_string(p, slice_of(record_attr_names[attr]));
        bool path = attr == ATTR_PATHNAME || attr == ATTR_FILENAME || attr == ATTR_MODULE;
        if (path && v.type == VALUE_STR)
            put_path(p, v.str);
        else
            put_value(p, &v);
    }
    return 0;
}

int pickle_record(record *rec, slice asctime, text *out, weir_error *err) {
    pickler p = {.out = out};
    text_add_char(out, '}');
    remember(&p);
    text_add_char(out, '(');
    if (put_attributes(&p, rec, err) != 0) return -1;
    size_t in_batch = ATTR_MESSAGE;
    size_t more = rec->field_count + (asctime.data != NULL);
    for (size_t i = 0; i < more; i++) {
        bool field = i < rec->field_count;
        put_string(&p, field ? rec->fields[i].key : SLICE_LITERAL("asctime"));
        if (field)
            put_value(&p, &rec->fields[i].val);
        else
            put_string(&p, asctime);
        if (++in_batch < PICKLE_BATCH) continue;
        text_add(out, "u(", 2);
        in_batch = 0;
    }
    text_add(out, "u.", 2);
    return 0; /* out->failed is the caller's to see */
}
