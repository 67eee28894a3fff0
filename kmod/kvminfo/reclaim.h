/* SPDX-License-Identifier: GPL-2.0-only */
/* Frees slots and rows that were unlinked, when nobody can see them any more. */
#ifndef RECLAIM_H
#define RECLAIM_H

struct row;
struct slot;

/* In a probe, with the object unlinked. kvminfo_reclaim_start() then frees what was handed over. */
void kvminfo_reclaim_slot(struct slot *slot);
void kvminfo_reclaim_row(struct row *row);
void kvminfo_reclaim_start(void);

/* Frees what is left, now. Sleeps. Call when no probe runs any more. */
void kvminfo_reclaim_finish(void);

#endif /* RECLAIM_H */
