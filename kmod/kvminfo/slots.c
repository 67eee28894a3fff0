// SPDX-License-Identifier: GPL-2.0-only
/*
 * Creates and frees slots and rows; see slots.h.
 *
 * Writers (a thread's first exit and its end, both in probes) hold the raw
 * spinlock; both are rare. What they unlink goes to reclaim.c.
 */
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>

#include "pool.h"
#include "probe-context.h"
#include "reclaim.h"
#include "row.h"
#include "slots.h"
#include "vendor.h"

/* The pairs of count and time. */
static_assert(offsetof(struct slot, n) % (2 * sizeof(u64)) == 0);
static_assert(N_USER % 2 == 0);

struct hlist_head kvminfo_slots_by_task[1 << SLOT_HASH_BITS];
static DEFINE_HASHTABLE(rows_by_signal, 10);
LIST_HEAD(kvminfo_all_rows);
static DEFINE_RAW_SPINLOCK(lock);
atomic_t kvminfo_nr_rows, kvminfo_nr_slots;

struct pool kvminfo_slot_pool, kvminfo_row_pool;

static atomic64_t lost;
static u32 first_isa;

static struct row *row_find(const struct signal_struct *signal)
{
	struct row *row;

	hash_for_each_possible_rcu(rows_by_signal, row, by_signal, (unsigned long)signal,
				   probe_context())
		if (row->signal == signal)
			return row;
	return NULL;
}

static struct row *row_create(void)
{
	struct row *row = kvminfo_pool_take(&kvminfo_row_pool);

	if (!row)
		return NULL;
	row->signal = current->signal;
	row->pid = get_pid(task_tgid(current));
	row->start_ns = current->group_leader->start_boottime;
	seqcount_raw_spinlock_init(&row->seq, &lock);
	INIT_LIST_HEAD(&row->slots);
	if (static_branch_unlikely(&kvminfo_devices_on))
		kvminfo_devices_init(&row->devices, DEVICES_PER_ROW);
	hash_add_rcu(rows_by_signal, &row->by_signal, (unsigned long)row->signal);
	list_add_tail_rcu(&row->in_rows, &kvminfo_all_rows);
	atomic_inc(&kvminfo_nr_rows);
	return row;
}

static void row_end(struct row *row)
{
	hash_del_rcu(&row->by_signal);
	list_del_rcu(&row->in_rows);
	atomic_dec(&kvminfo_nr_rows);
	kvminfo_reclaim_row(row);
}

noinline struct slot *kvminfo_slot_create(u32 isa, const struct kvm_vcpu *vcpu)
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
		slot = kvminfo_pool_take(&kvminfo_slot_pool);
	if (slot) {
		slot->task = current;
		slot->phase = PHASE_NONE;
		slot->row = row;
		slot->pid = get_pid(task_pid(current));
		slot->vcpu_id = vcpu_id;
		slot->start_ns = current->start_boottime;
		if (static_branch_unlikely(&kvminfo_devices_on))
			kvminfo_devices_init(&slot->devices, DEVICES_PER_THREAD);
		atomic_inc(&kvminfo_nr_slots);
		write_seqcount_begin(&row->seq);
		list_add_tail_rcu(&slot->in_row, &row->slots);
		row->nr_slots++;
		write_seqcount_end(&row->seq);
		hlist_add_head_rcu(&slot->by_task,
				   &kvminfo_slots_by_task[hash_ptr(current, SLOT_HASH_BITS)]);
		first_isa = isa;
	}
	raw_spin_unlock_irqrestore(&lock, flags);
out:
	if (!slot)
		atomic64_inc(&lost);
	return slot;
}

void kvminfo_slot_add(const struct slot *slot, u64 *sum)
{
	int i;

	for (i = 0; i < NR_SLOT_COUNTERS; i++)
		sum[i] += local64_read(&slot->n[i]);
	sum[N_VM_SWITCH] += local64_read(&slot->vm_switches);
	for (i = N_USER + USER_REQUESTS; i < N_USER + NR_USER_REASONS; i += 2) {
		sum[N_VM_SWITCH] += sum[i];
		sum[i] = 0;
	}
}

void kvminfo_row_count_signal(void)
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

/*
 * Runs for every thread of the system that ends, so the first check is done
 * without the lock. The kernel has already subtracted the thread from
 * signal->live. At 0 no thread of the group will run a guest again, but others
 * may still be on their way here. The row ends with the last thread that has a
 * slot, or with a thread without a slot that finds 0 and no slots left.
 */
void kvminfo_slot_end(void)
{
	struct slot *slot = kvminfo_slot_find();
	unsigned long flags;
	struct row *row;
	bool row_ends;

	if (!slot && !row_find(current->signal))
		return;

	raw_spin_lock_irqsave(&lock, flags);
	row = slot ? slot->row : row_find(current->signal);
	if (slot) {
		hlist_del_rcu(&slot->by_task);
		atomic_dec(&kvminfo_nr_slots);
		write_seqcount_begin(&row->seq);
		list_del_rcu(&slot->in_row);
		row->nr_slots--;
		kvminfo_slot_add(slot, row->past);
		if (static_branch_unlikely(&kvminfo_devices_on))
			kvminfo_devices_merge(&row->devices, &slot->devices);
		write_seqcount_end(&row->seq);
		kvminfo_reclaim_slot(slot);
	}
	row_ends = row && !row->nr_slots && !atomic_read(&current->signal->live);
	if (row_ends)
		row_end(row);
	raw_spin_unlock_irqrestore(&lock, flags);
	if (slot || row_ends)
		kvminfo_reclaim_start();
}

u64 kvminfo_slots_lost(void)
{
	return atomic64_read(&lost);
}

u32 kvminfo_slots_isa(void)
{
	return READ_ONCE(first_isa);
}

int kvminfo_slots_init(bool devices)
{
	size_t slot_size = offsetof(struct slot, devices);
	size_t row_size = offsetof(struct row, devices);
	int err;

	if (devices) {
		slot_size += DEVICES_SIZE(DEVICES_PER_THREAD);
		row_size += DEVICES_SIZE(DEVICES_PER_ROW);
		static_branch_enable(&kvminfo_devices_on);
	}
	err = kvminfo_pool_init(&kvminfo_slot_pool, "kvminfo_slot", slot_size, SMP_CACHE_BYTES);
	if (err)
		return err;
	err = kvminfo_pool_init(&kvminfo_row_pool, "kvminfo_row", row_size, SMP_CACHE_BYTES);
	if (err)
		kvminfo_pool_destroy(&kvminfo_slot_pool);
	return err;
}

void kvminfo_slots_destroy(void)
{
	struct slot *slot;
	struct hlist_node *next;
	struct row *row, *next_row;
	int i;

	for (i = 0; i < ARRAY_SIZE(kvminfo_slots_by_task); i++)
		hlist_for_each_entry_safe(slot, next, &kvminfo_slots_by_task[i], by_task)
			kvminfo_reclaim_slot(slot);
	list_for_each_entry_safe(row, next_row, &kvminfo_all_rows, in_rows)
		kvminfo_reclaim_row(row);
	kvminfo_reclaim_finish();
	kvminfo_pool_destroy(&kvminfo_slot_pool);
	kvminfo_pool_destroy(&kvminfo_row_pool);
}
