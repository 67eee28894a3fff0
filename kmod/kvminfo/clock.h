/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The clock of the time columns. If the TSC is one clock on all CPUs, it is the
 * TSC: counted in TSC cycles and converted to nanoseconds only when the file is
 * read. Otherwise it is the kernel's fast monotonic clock, in nanoseconds, which
 * takes some fifty instructions more.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <asm/msr.h>
#include <linux/ktime.h>
#include <linux/types.h>

enum clock {
	CLOCK_OFF,		/* time is not measured */
	CLOCK_TSC,
	CLOCK_MONO,
	NR_CLOCKS,
};

/* Not for CLOCK_OFF. */
static __always_inline u64 kvminfo_clock_now(enum clock clock)
{
	return clock == CLOCK_TSC ? rdtsc() : ktime_get_mono_fast_ns();
}

/* Chooses the clock for good and returns it. Call once, before any probe runs. */
enum clock kvminfo_clock_choose(bool wanted);

/* False if time is off, or if the kernel found the TSC unstable after we chose it. */
bool kvminfo_clock_valid(void);

u64 kvminfo_clock_to_ns(u64 ticks);
u64 kvminfo_clock_from_ns(u64 ns);

#endif /* CLOCK_H */
