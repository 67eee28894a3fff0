/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The clock of the time columns: the TSC where it is one clock on all CPUs, in
 * its own cycles, turned into nanoseconds only when read; else the kernel's
 * fast monotonic clock, in nanoseconds, at some fifty instructions more.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <asm/msr.h>
#include <linux/ktime.h>
#include <linux/types.h>

enum clock {
	CLOCK_OFF,		/* no time is taken */
	CLOCK_TSC,
	CLOCK_MONO,
	NR_CLOCKS,
};

/* Not for CLOCK_OFF. */
static __always_inline u64 clock_now(enum clock clock)
{
	return clock == CLOCK_TSC ? rdtsc() : ktime_get_mono_fast_ns();
}

/* Once, before any probe runs: the clock in use from now on. */
enum clock clock_choose(bool wanted);

/* False if off, or if the kernel gave up on the TSC after we chose it. */
bool clock_valid(void);

u64 clock_to_ns(u64 ticks);
u64 clock_from_ns(u64 ns);

#endif /* CLOCK_H */
