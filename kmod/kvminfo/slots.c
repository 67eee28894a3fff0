// SPDX-License-Identifier: GPL-2.0-only
/*
 * Creates and frees slots and rows; see slots.h.
 *
 * Writers (a thread's first exit and its end, both in probes) hold the raw
 * spinlock; both are rare. A worker frees what they unlink once no probe can see
 * it and no reader (rows.c) is running.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>

#include "pool.h"
#include "row.h"
#include "slots.h"
#include "vendor.h"

struct hlist_head slots_by_task[1 << SLOT_HASH_BITS];
static DEFINE_HASHTABLE(rows_by_signal, 10);
LIST_HEAD(all_rows);
static DEFINE_RAW_SPINLOCK(lock);
atomic_t nr_rows, nr_slots;

static struct pool slot_pool, row_pool;
static LLIST_HEAD(dead_slots);
static LLIST_HEAD(dead_rows);
DEFINE_MUTEX(reading);

static atomic64_t lost;
static u32 first_isa;

static struct row *row_find(const struct signal_struct *signal)
{
	struct row *row;

	hash_for_each_possible_rcu(rows_by_signal, row, by_signal, (unsigned long)signal,
				   rcu_read_lock_sched_held())
		if (row->signal == signal)
			return row;
	return NULL;
}

static struct row *row_create(void)
{
	struct row *row = pool_take(&row_pool);

	if (!row)
		return NULL;
	row->signal = current->signal;
	row->pid = get_pid(task_tgid(current));
	row->start_ns = current->group_leader->start_boottime;
	seqcount_raw_spinlock_init(&row->seq, &lock);
	INIT_LIST_HEAD(&row->slots);
	if (static_branch_unlikely(&devices_on))
		devices_init(&row->devices, DEVICES_PER_ROW);
	hash_add_rcu(rows_by_signal, &row->by_signal, (unsigned long)row->signal);
	list_add_tail_rcu(&row->in_rows, &all_rows);
	atomic_inc(&nr_rows);
	return row;
}

static void row_end(struct row *row)
{
	hash_del_rcu(&row->by_signal);
	list_del_rcu(&row->in_rows);
	atomic_dec(&nr_rows);
	llist_add(&row->dead, &dead_rows);
}

noinline struct slot *slot_create(u32 isa, const struct kvm_vcpu *vcpu)
{
	struct slot *slot = NULL;
	unsigned long flags;
	struct row *row;
	int vcpu_id;

	/* Otherwise the arguments are not what we expect: dereference nothing. */
	if (isa != KVM_ISA_VMX && isa != KVM_ISA_SVM)
		goto out;
	vcpu_id = vcpu->vcpu_id;

	raw_spin_lock_irqsave(&lock, flags);
	row = row_find(current->signal) ?: row_create();
	if (row)
		slot = pool_take(&slot_pool);
	if (slot) {
		slot->task = current;
		slot->row = row;
		slot->pid = get_pid(task_pid(current));
		slot->vcpu_id = vcpu_id;
		slot->start_ns = current->start_boottime;
		if (static_branch_unlikely(&devices_on))
			devices_init(&slot->devices, DEVICES_PER_THREAD);
		atomic_inc(&nr_slots);
		write_seqcount_begin(&row->seq);
		list_add_tail_rcu(&slot->in_row, &row->slots);
		row->nr_slots++;
		write_seqcount_end(&row->seq);
		hlist_add_head_rcu(&slot->by_task,
				   &slots_by_task[hash_ptr(current, SLOT_HASH_BITS)]);
		first_isa = isa;
	}
	raw_spin_unlock_irqrestore(&lock, flags);
out:
	if (!slot)
		atomic64_inc(&lost);
	return slot;
}

void row_count_signal(void)
{
	unsigned long flags;
	struct row *row;

	raw_spin_lock_irqsave(&lock, flags);
	row = row_find(current->signal) ?: row_create();
	if (row) {
		write_seqcount_begin(&row->seq);
		row->past[N_SIGNAL]++;
		write_seqcount_end(&row->seq);
	}
	raw_spin_unlock_irqrestore(&lock, flags);
	if (!row)
		atomic64_inc(&lost);
}

static void reclaim(struct work_struct *work)
{
	struct llist_node *slots, *ended;
	struct slot *slot, *next_slot;
	struct row *row, *next_row;

	slots = llist_del_all(&dead_slots);
	ended = llist_del_all(&dead_rows);
	/* Waits for running probes, by whatever kind of RCU this kernel runs them under. */
	tracepoint_synchronize_unregister();

	mutex_lock(&reading);
	llist_for_each_entry_safe(slot, next_slot, slots, dead) {
		put_pid(slot->pid);
		pool_free(&slot_pool, slot);
	}
	llist_for_each_entry_safe(row, next_row, ended, dead) {
		put_pid(row->pid);
		pool_free(&row_pool, row);
	}
	mutex_unlock(&reading);
}
static DECLARE_WORK(reclaim_work, reclaim);

/*
 * Runs for every thread of the system that ends, so the first check is done
 * without the lock. The kernel has already subtracted the thread from
 * signal->live. At 0 no thread of the group will run a guest again, but others
 * may still be on their way here. The row ends with the last thread that has a
 * slot, or with a thread without a slot that finds 0 and no slots left.
 */
void slot_end(void)
{
	struct slot *slot = slot_find();
	unsigned long flags;
	struct row *row;
	int i;

	if (!slot && !row_find(current->signal))
		return;

	raw_spin_lock_irqsave(&lock, flags);
	row = slot ? slot->row : row_find(current->signal);
	if (slot) {
		hlist_del_rcu(&slot->by_task);
		atomic_dec(&nr_slots);
		write_seqcount_begin(&row->seq);
		list_del_rcu(&slot->in_row);
		row->nr_slots--;
		for (i = 0; i < NR_COUNTERS; i++)
			row->past[i] += local64_read(&slot->n[i]);
		if (static_branch_unlikely(&devices_on))
			devices_merge(&row->devices, &slot->devices);
		write_seqcount_end(&row->seq);
		llist_add(&slot->dead, &dead_slots);
	}
	if (row && !row->nr_slots && !atomic_read(&current->signal->live))
		row_end(row);
	raw_spin_unlock_irqrestore(&lock, flags);
	queue_work(system_unbound_wq, &reclaim_work);
}

u64 slots_lost(void)
{
	return atomic64_read(&lost);
}

u32 slots_isa(void)
{
	return READ_ONCE(first_isa);
}

int slots_init(bool devices)
{
	size_t slot_size = offsetof(struct slot, devices);
	size_t row_size = offsetof(struct row, devices);
	int err;

	if (devices) {
		slot_size += DEVICES_SIZE(DEVICES_PER_THREAD);
		row_size += DEVICES_SIZE(DEVICES_PER_ROW);
		static_branch_enable(&devices_on);
	}
	err = pool_init(&slot_pool, "kvminfo_slot", slot_size, SMP_CACHE_BYTES);
	if (err)
		return err;
	err = pool_init(&row_pool, "kvminfo_row", row_size, SMP_CACHE_BYTES);
	if (err)
		pool_destroy(&slot_pool);
	return err;
}

void slots_destroy(void)
{
	struct slot *slot;
	struct hlist_node *next;
	struct row *row, *next_row;
	int i;

	cancel_work_sync(&reclaim_work);
	for (i = 0; i < ARRAY_SIZE(slots_by_task); i++)
		hlist_for_each_entry_safe(slot, next, &slots_by_task[i], by_task)
			llist_add(&slot->dead, &dead_slots);
	list_for_each_entry_safe(row, next_row, &all_rows, in_rows)
		llist_add(&row->dead, &dead_rows);
	reclaim(&reclaim_work);
	pool_destroy(&slot_pool);
	pool_destroy(&row_pool);
}
