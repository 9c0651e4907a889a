/* Logging in a signal handler: into a slot, bounded, counted where there is none. */
#include <errno.h>

#include "front_fixture.h"

static front_fixture f;

Test(signal_log, fills_slots_until_there_is_none) {
    fixture_open(&f);
    weir_logger *lg = weir_get_logger("sig");
    cr_assert_eq(weir_signal_log(lg, WEIR_LEVEL_DEBUG, "off"), 0);
    cr_assert_eq(f.process->accepted_signal, 0);
    cr_assert_eq(weir_signal_log(lg, WEIR_LEVEL_ERROR, "one"), 0);
    char large[1000];
    memset(large, 'l', sizeof large);
    large[999] = '\0';
    cr_assert_eq(weir_signal_log(lg, WEIR_LEVEL_ERROR, large), 0);
    const signal_slot *slot = &f.process->signals[0];
    cr_assert_eq(slot->state, 1);
    cr_assert_slice(slice_make(slot->text, slot->len), "one");
    cr_assert_slice(dictionary_get(f.names, DICT_LOGGER, slot->logger), "sig");
    slot++;
    cr_assert_leq(slot->len, SIGNAL_TEXT);
    cr_assert_slice(slice_make(slot->text + slot->len - 11, 11), " bytes cut]");
    for (int i = 2; i < SIGNAL_SLOTS; i++) cr_assert_eq(weir_signal_log(lg, WEIR_LEVEL_ERROR, "more"), 0);
    cr_assert_eq(weir_signal_log(lg, WEIR_LEVEL_ERROR, "too many"), -1);
    cr_assert_eq(f.process->early[EARLY_NO_RING], 1);
    cr_assert_eq(f.process->accepted_signal, SIGNAL_SLOTS);
    fixture_close(&f);
}

Test(signal_log, without_a_front_end_it_is_refused_and_errno_stays) {
    fixture_open(&f);
    weir_logger *lg = weir_get_logger("sig");
    cr_assert(front_close(FRONT_STOPPED));
    errno = EBADF;
    weir_set_level(lg, WEIR_LEVEL_DEBUG);
    cr_assert_eq(weir_signal_log(lg, WEIR_LEVEL_ERROR, NULL), -1);
    cr_assert_eq(errno, EBADF);
    fixture_free(&f);
}
