// SPDX-License-Identifier: GPL-2.0-only
/*
 * Since 6.6 (147f3efaa241 "sched/fair: Implement an EEVDF-like scheduling
 * policy") each thread of the fair class has its own slice; before, CFS computed
 * the slice from the load of the run queue at each tick.
 */
#include <linux/sched.h>

u64 probe(const struct sched_entity *se);
u64 probe(const struct sched_entity *se)
{
	return se->slice;
}
