/* SPDX-License-Identifier: GPL-2.0-only */
/* Frees slots and rows that were unlinked, when nobody can see them any more. */
#ifndef RECLAIM_H
#define RECLAIM_H

struct row;
struct slot;

/* In a probe, with the object unlinked. reclaim_start() then frees what was handed over. */
void reclaim_slot(struct slot *slot);
void reclaim_row(struct row *row);
void reclaim_start(void);

/* Frees what is left, now. Sleeps. Call when no probe runs any more. */
void reclaim_finish(void);

#endif /* RECLAIM_H */
