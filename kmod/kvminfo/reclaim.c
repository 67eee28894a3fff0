// SPDX-License-Identifier: GPL-2.0-only
/* Frees slots and rows; see reclaim.h. */
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>

#include "pool.h"
#include "queue.h"
#include "reclaim.h"
#include "row.h"
#include "slots.h"

static LLIST_HEAD(dead_slots);
static LLIST_HEAD(dead_rows);
DEFINE_MUTEX(kvminfo_reading);

static void reclaim(struct work_struct *work)
{
	struct llist_node *slots, *ended;
	struct slot *slot, *next_slot;
	struct row *row, *next_row;

	slots = llist_del_all(&dead_slots);
	ended = llist_del_all(&dead_rows);
	/* Waits for running probes, by whatever kind of RCU this kernel runs them under. */
	tracepoint_synchronize_unregister();

	mutex_lock(&kvminfo_reading);
	llist_for_each_entry_safe(slot, next_slot, slots, dead) {
		put_pid(slot->pid);
		kvminfo_pool_free(&kvminfo_slot_pool, slot);
	}
	llist_for_each_entry_safe(row, next_row, ended, dead) {
		put_pid(row->pid);
		kvminfo_pool_free(&kvminfo_row_pool, row);
	}
	mutex_unlock(&kvminfo_reading);
}
static DECLARE_WORK(reclaim_work, reclaim);

void kvminfo_reclaim_slot(struct slot *slot)
{
	llist_add(&slot->dead, &dead_slots);
}

void kvminfo_reclaim_row(struct row *row)
{
	llist_add(&row->dead, &dead_rows);
}

void kvminfo_reclaim_start(void)
{
	queue_work(kvminfo_queue, &reclaim_work);
}

void kvminfo_reclaim_finish(void)
{
	cancel_work_sync(&reclaim_work);
	reclaim(&reclaim_work);
}
