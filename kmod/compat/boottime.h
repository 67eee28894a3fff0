/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * timens_add_boottime_ns() converts time since boot to the reader's time namespace.
 * start_boottime_ns() does so for the start of a process, as /proc/<pid>/stat does:
 * 5.10 shows it there as it is.
 */
#ifndef COMPAT_BOOTTIME_H
#define COMPAT_BOOTTIME_H

#include <linux/time_namespace.h>

#include "compat.h"

#ifdef HAVE_TIMENS_BOOTTIME_NS
static inline u64 start_boottime_ns(u64 ns)
{
	return timens_add_boottime_ns(ns);
}
#else
static inline u64 start_boottime_ns(u64 ns)
{
	return ns;
}

static inline u64 timens_add_boottime_ns(u64 ns)
{
	struct timespec64 ts = ns_to_timespec64(ns);

	timens_add_boottime(&ts);
	return timespec64_to_ns(&ts);
}
#endif

#endif /* COMPAT_BOOTTIME_H */
