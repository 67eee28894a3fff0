// SPDX-License-Identifier: GPL-2.0-only
/*
 * Missing in 5.10, which has only the variant for struct timespec64. The same series
 * of patches (5.11) converts the start time in /proc/<pid>/stat.
 */
#include <linux/time_namespace.h>

u64 probe(u64 ns);
u64 probe(u64 ns)
{
	return timens_add_boottime_ns(ns);
}
