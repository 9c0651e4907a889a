/* entry_fuzz.c - any bytes as what a damaged ring may hold: an entry is refused, or becomes a record whose
 * message, row and JSON can be made without reading beyond it.
 *
 * Input: kind, site, flags, share of arguments, share of fields, whether the header's check is right; then
 * the entry's content. Without that help hardly any input would get past the check. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "queue/dictionary.h"
#include "queue/entry.h"
#include "queue/site.h"
#include "record/row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HELP 6
#define CONTENT_MAX 4096

static const char *const formats[] = {"plain", "%d items of %s", "%.*s|%-10.3f|%5c", "%Lg %p %m %lld %u",
                                      "50%%"};
#define FORMATS (sizeof formats / sizeof formats[0])

static dictionary *names;
static record_reader *reader;
static uint32_t sites[FORMATS], logger;

static uint32_t add_site(const char *format) {
    site_format parsed;
    text content;
    site_parse(slice_of(format), &parsed);
    const site_content head = {.line = 1,
                               .preformatted = !parsed.capturable,
                               .arg_count = parsed.arg_count,
                               .file_len = 1,
                               .function_len = 1,
                               .format_len = (uint32_t)strlen(format)};
    text_init(&content, 0);
    text_add(&content, (const char *)&head, sizeof head);
    text_add(&content, (const char *)parsed.types, parsed.arg_count);
    text_add(&content, "f\0g", 4);
    text_add(&content, format, strlen(format) + 1);
    uint32_t id = dictionary_add(names, DICT_SITE, content.data, content.len);
    text_done(&content);
    return id;
}

static void begin(void) {
    static clock_table clock;
    const run_dir nowhere = {.fd = -1};
    names = dictionary_create(&nowhere, NULL);
    clock.count = 1;
    clock.entries[0] = (clock_entry){.stamp = 1, .realtime = INT64_C(1700000000000000000), .ns_per_tick = 1};
    const record_source source = {
        .dictionary = names, .clock = &clock, .process = 1, .process_name = SLICE_LITERAL("MainProcess")};
    reader = record_reader_create(&source, NULL);
    if (names == NULL || reader == NULL) abort();
    for (size_t i = 0; i < FORMATS; i++) sites[i] = add_site(formats[i]);
    logger = dictionary_add(names, DICT_LOGGER, "fuzz", 4);
}

static void show(record *rec) {
    row r, again;
    text wire, json;
    json_writer w;
    arena memory;
    value parsed;
    size_t at = 0;
    record_message(rec, ESCAPE_NONE);
    record_message(rec, ESCAPE_ARGUMENTS);
    row_from_record(rec, &r);
    text_init(&wire, 0);
    text_init(&json, 0);
    arena_init(&memory, 0);
    row_encode(&r, &wire);
    if (row_decode(wire.data, wire.len, &at, &again) != 0 || at != wire.len) abort();
    json_writer_init(&w, &json);
    row_json(&again, &w);
    /* A damaged dict may have a key twice, which the reader of JSON refuses; nothing else may be wrong. */
    weir_error err = {0};
    if (json_parse(text_slice(&json), LIMIT_VALUE_DEPTH + 2, &memory, &parsed, &err) != 0 &&
        strstr(err.message, "given twice") == NULL)
        abort();
    text_done(&wire);
    text_done(&json);
    arena_done(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (names == NULL) begin();
    if (size < HELP) return 0;
    size_t content = size - HELP > CONTENT_MAX ? CONTENT_MAX : size - HELP;
    size_t room = sizeof(ring_entry) + (content + ENTRY_ALIGN - 1) / ENTRY_ALIGN * ENTRY_ALIGN;
    ring_entry *e = calloc(1, room); /* of exactly that size: a sanitizer sees what is read beyond it */
    if (e == NULL) return 0;
    memcpy(e + 1, data + HELP, content);
    e->size = (uint32_t)room;
    e->kind = (uint16_t)(data[0] % 5);
    e->site = e->kind == ENTRY_MADE ? 0 : sites[data[1] % FORMATS];
    e->flags = data[2] & 3;
    e->logger = data[1] < 250 ? logger : data[2];
    e->level = 20;
    e->stamp = 1000;
    e->args_size = (uint32_t)(content * data[3] / 255 / 8 * 8);
    e->fields_size = (uint32_t)((content - e->args_size) * data[4] / 255);
    e->check = entry_check(e);
    if (data[5] > 250) e->size += data[5];
    record rec;
    if (entry_valid(e, room) && e->kind != ENTRY_PAD && record_decode(reader, e, &rec) == 0) show(&rec);
    free(e);
    return 0;
}
