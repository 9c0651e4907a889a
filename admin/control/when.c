/* when.c - microseconds since the epoch as UTC text. Any thread. */
#include "admin/control/when.h"

#include <stdio.h>

#include "base/zone.h"

const char *when_utc(int64_t us, char out[WHEN_SIZE]) {
    int64_t seconds = us / 1000000, rest = us % 1000000;
    if (rest < 0) seconds--, rest += 1000000;
    civil_time t;
    zone_civil(zone_utc(), seconds, &t);
    snprintf(out, WHEN_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", t.year, t.month, t.day, t.hour, t.minute,
             t.second, (int)rest);
    return out;
}
