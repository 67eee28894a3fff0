// SPDX-License-Identifier: GPL-2.0-only
/* The clock of the time columns; see clock.h. */
#include <asm/tsc.h>
#include <linux/cache.h>
#include <linux/math64.h>

#include "clock.h"

#define KHZ_PER_GHZ 1000000

static enum clock in_use __ro_after_init;

/*
 * The kernel watches the TSC for us. It calls the TSC unstable if it differs
 * between CPUs, follows their frequency or stops when they are idle.
 */
enum clock kvminfo_clock_choose(bool wanted)
{
	if (!wanted)
		in_use = CLOCK_OFF;
	else if (tsc_khz && !check_tsc_unstable())
		in_use = CLOCK_TSC;
	else
		in_use = CLOCK_MONO;
	return in_use;
}

bool kvminfo_clock_valid(void)
{
	return in_use == CLOCK_MONO || (in_use == CLOCK_TSC && !check_tsc_unstable());
}

u64 kvminfo_clock_to_ns(u64 ticks)
{
	return in_use == CLOCK_TSC ? mul_u64_u64_div_u64(ticks, KHZ_PER_GHZ, tsc_khz) : ticks;
}

u64 kvminfo_clock_from_ns(u64 ns)
{
	return in_use == CLOCK_TSC ? mul_u64_u64_div_u64(ns, tsc_khz, KHZ_PER_GHZ) : ns;
}
