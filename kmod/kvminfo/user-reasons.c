// SPDX-License-Identifier: GPL-2.0-only
/* The tables of user-reasons.h. */
#include <linux/build_bug.h>
#include <linux/kernel.h>

#include "user-reasons.h"

const char *const kvminfo_user_reason_name[NR_USER_REASONS] = {
	[USER_other] = "other",
#define U(name, code) [USER_##name] = #name,
	USER_REASONS(U)
#undef U
};

const u8 kvminfo_user_reasons[NR_USER_CODES] = {
#define U(name, code) [code] = USER_##name,
	USER_REASONS(U)
#undef U
};

static_assert(NR_USER_REASONS <= U8_MAX);
