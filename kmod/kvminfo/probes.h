/* SPDX-License-Identifier: GPL-2.0-only */
/* The probes on the kernel's tracepoints, and attaching them. */
#ifndef PROBES_H
#define PROBES_H

#include "clock.h"

/* Probe functions are untyped, because each has the prototype of its tracepoint. */
struct probe {
	const char *tracepoint;
	void *function[NR_CLOCKS];	/* NULL: not attached with this clock */
	struct tracepoint *tp;		/* what it is attached to, or NULL */
};

/* In the order of attaching: the kernel's own first, then KVM's. Ends with a NULL name. */
extern struct probe probes[];

/* Attaches to KVM: built in, loaded now, or loaded later. */
int attach_start(enum clock clock);

/*
 * Whether this host has a KVM that lacks one of the tracepoints. It is not probed
 * at all, because its exits would be counted wrong.
 */
bool attach_refused(void);

/* No probe runs any more when this returns. */
void attach_stop(void);

#endif /* PROBES_H */
