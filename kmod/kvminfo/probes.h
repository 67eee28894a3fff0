/* SPDX-License-Identifier: GPL-2.0-only */
/* What is attached to the kernel's tracepoints, and attaching it. */
#ifndef PROBES_H
#define PROBES_H

#include "clock.h"

/* A probe function has its tracepoint's own prototype, so it goes untyped. */
struct probe {
	const char *tracepoint;
	void *function[NR_CLOCKS];	/* NULL: not attached with this clock */
	struct tracepoint *tp;		/* where it is attached */
};

/* In the order of attaching: first the kernel's own, then KVM's. Ends with a NULL name. */
extern struct probe probes[];

/* Attaches to KVM, built in or loaded, now or later. */
int attach_start(enum clock clock);

/*
 * Whether there is a KVM that lacks one of the tracepoints, so that what could be
 * seen of it would be counted wrong: it is not probed at all.
 */
bool attach_refused(void);

/* When it returns, no probe runs any more. */
void attach_stop(void);

#endif /* PROBES_H */
