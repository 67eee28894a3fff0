/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * probe_context(): whether lockdep finds the protection under which the kernel
 * runs the probes of tracepoints, and for whose end
 * tracepoint_synchronize_unregister() waits. It is preemption that is disabled,
 * or SRCU in the variant that lockdep does not see (srcu_fast_notrace).
 */
#ifndef COMPAT_PROBE_CONTEXT_H
#define COMPAT_PROBE_CONTEXT_H

#include <linux/rcupdate.h>

#include "compat.h"

#ifdef HAVE_TRACEPOINT_SRCU
#define probe_context() true
#else
#define probe_context() rcu_read_lock_sched_held()
#endif

#endif /* COMPAT_PROBE_CONTEXT_H */
