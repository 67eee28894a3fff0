/* SPDX-License-Identifier: GPL-2.0-only */
/* The probes on the kernel's tracepoints, and attaching them. */
#ifndef PROBES_H
#define PROBES_H

#include "clock.h"

/* Probe functions are untyped, because each has the prototype of its tracepoint. */
struct probe {
	const char *tracepoint;
	void *function[NR_CLOCKS];	/* NULL: not attached with this clock */
	struct tracepoint *tp;		/* what it is or was attached to, or NULL */
};

/* The end of threads. It is attached first and detached last. */
extern struct probe kvminfo_end_probe;

/* KVM's, in the order of attaching. Ends with a NULL name. */
extern struct probe kvminfo_kvm_probes[];

/* Attaches to KVM: built in, loaded now, or loaded later. */
int kvminfo_attach_start(enum clock clock);

/*
 * Whether this host has a KVM that lacks one of the tracepoints. It is not probed
 * at all, because its exits would be counted wrong.
 */
bool kvminfo_attach_refused(void);

/* No probe runs any more when this returns. */
void kvminfo_attach_stop(void);

#endif /* PROBES_H */
