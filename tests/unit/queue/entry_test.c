/* entry_valid believes nothing that reaches outside of the room it was given. */
#include "queue/entry.h"

#include <criterion/criterion.h>
#include <string.h>

static union {
    ring_entry head;
    char bytes[256];
} room;

static ring_entry *make(uint16_t kind, uint32_t args, uint32_t fields, uint32_t size) {
    memset(&room, 0, sizeof room);
    room.head =
        (ring_entry){.size = size, .kind = kind, .args_size = args, .fields_size = fields, .stamp = 7};
    room.head.check = entry_check(&room.head);
    return &room.head;
}

Test(entry, accepts_whole_entries) {
    cr_assert(entry_valid(make(ENTRY_CALL, 16, 8, 80), sizeof room));
    cr_assert(entry_valid(make(ENTRY_TEXT, 0, 0, 56), 56));
    cr_assert(entry_valid(make(ENTRY_MADE, 24, 0, 80), 80));
}

Test(entry, padding_needs_only_its_first_bytes) {
    room.head = (ring_entry){.size = 8, .kind = ENTRY_PAD};
    cr_assert(entry_valid(&room.head, 8));
    room.head.size = 16;
    cr_assert_not(entry_valid(&room.head, 8));
}

Test(entry, refuses_sizes_that_reach_outside) {
    cr_assert_not(entry_valid(make(ENTRY_CALL, 16, 8, 80), 72));
    cr_assert_not(entry_valid(make(ENTRY_CALL, 16, 16, 80), sizeof room));
    cr_assert_not(entry_valid(make(ENTRY_CALL, UINT32_MAX, 32, 80), sizeof room));
    cr_assert_not(entry_valid(make(ENTRY_CALL, 0, UINT32_MAX, 80), sizeof room));
    cr_assert_not(entry_valid(make(ENTRY_CALL, 0, 0, 60), sizeof room));
    cr_assert_not(entry_valid(make(ENTRY_CALL, 0, 0, 48), sizeof room));
    cr_assert_not(entry_valid(make(ENTRY_CALL, 0, 0, 0), sizeof room));
    cr_assert_not(entry_valid(make(9, 0, 0, 56), sizeof room));
    cr_assert_not(entry_valid(make(ENTRY_CALL, 0, 0, 56), 4));
}

Test(entry, refuses_a_header_that_was_changed) {
    ring_entry *e = make(ENTRY_CALL, 16, 8, 80);
    e->stamp ^= 1u << 20;
    cr_assert_not(entry_valid(e, sizeof room));
    e = make(ENTRY_CALL, 16, 8, 80);
    e->args_size = 8;
    cr_assert_not(entry_valid(e, sizeof room));
}

Test(entry, exception_text_must_fit) {
    ring_entry *e = make(ENTRY_CALL, 8, 0, 80);
    uint32_t len = 12;
    e->flags = ENTRY_HAS_EXC;
    memcpy(room.bytes + 64, &len, sizeof len);
    cr_assert(entry_valid(e, sizeof room));
    len = 13;
    memcpy(room.bytes + 64, &len, sizeof len);
    cr_assert_not(entry_valid(e, sizeof room));
    e = make(ENTRY_CALL, 24, 0, 80);
    e->flags = ENTRY_HAS_EXC;
    cr_assert_not(entry_valid(e, sizeof room));
}
