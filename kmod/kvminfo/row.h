/* SPDX-License-Identifier: GPL-2.0-only */
/* The rows, as slots.c keeps them and rows.c reads them. */
#ifndef ROW_H
#define ROW_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/seqlock.h>

#include "pool.h"
#include "slots.h"

struct row {
	struct hlist_node by_signal;
	const struct signal_struct *signal;
	struct list_head in_rows;
	struct llist_node dead;
	struct pid *pid;
	u64 start_ns;

	seqcount_raw_spinlock_t seq;
	struct list_head slots;		/* of living threads */
	unsigned int nr_slots;
	u64 past[NR_COUNTERS];		/* of ended threads, and signals to threads without a slot */
	struct devices devices;		/* of ended threads; last; missing without devices_on */
};

extern struct list_head kvminfo_all_rows;
extern atomic_t kvminfo_nr_rows, kvminfo_nr_slots;
extern struct pool kvminfo_slot_pool, kvminfo_row_pool;

/* While it is held, no row or slot that was found is freed. */
extern struct mutex kvminfo_reading;

#endif /* ROW_H */
