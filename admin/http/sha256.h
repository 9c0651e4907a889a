/* sha256.h - FIPS 180-4, for comparing tokens and naming assets by content. */
#ifndef WEIR_ADMIN_SHA256_H
#define WEIR_ADMIN_SHA256_H

#include <stdint.h>

#include "base/slice.h"

void sha256(slice in, uint8_t out[32]);

#endif
