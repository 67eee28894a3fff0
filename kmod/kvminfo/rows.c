// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies the rows for a reader. It holds a mutex against the worker that frees
 * them, and reads a row's sums under its sequence count. A slot whose thread ends
 * meanwhile, which adds its counts to the row, is therefore neither seen twice nor
 * missed, so the sums of a living VM never decrease.
 */
#include <linux/kcsan-checks.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched.h>

#include "boottime.h"
#include "row.h"
#include "rows.h"

/* Counts and ticks take turns in @n. */
static u64 sum_of_every_other(const u64 *n, int end)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < end; i += 2)
		sum += n[i];
	return sum;
}

u64 kvminfo_sum_of_reasons(const u64 *n)
{
	return sum_of_every_other(n + N_REASON, NR_REASONS);
}

u64 kvminfo_sum_of_user_reasons(const u64 *n)
{
	return sum_of_every_other(n + N_USER, NR_USER_REASONS);
}

struct devices *kvminfo_row_devices(const struct rows *rows, size_t index)
{
	return rows->devices + index * DEVICES_SIZE(DEVICES_PER_ROW);
}

static void vcpu_read(const struct slot *slot, struct vcpu_copy *to, u64 *n,
		      struct pid_namespace *ns)
{
	memset(n, 0, sizeof(*n) * NR_COUNTERS);
	kvminfo_slot_add(slot, n);
	*to = (struct vcpu_copy) {
		.id = slot->vcpu_id,
		.tid = pid_nr_ns(slot->pid, ns),
		.userspace_exits = kvminfo_sum_of_user_reasons(n),
		.io_exits = n[N_REASON + REASON_io],
		.kvm_ticks = kvminfo_sum_of_reasons(n + 1),
		.halt_ns = n[N_HALT_NS],
		.user_ticks = kvminfo_sum_of_user_reasons(n + 1),
		.start_ns = start_boottime_ns(slot->start_ns),
	};
	to->exits = n[N_VM_SWITCH] + to->userspace_exits;
}

/* Copies a row's sums and its threads; false if there was no room for all threads. */
static bool row_read(struct row *row, struct rows *to, struct pid_namespace *ns)
{
	struct devices *spare = kvminfo_row_devices(to, to->max_rows);
	struct devices *devices = kvminfo_row_devices(to, to->nr_rows);
	struct row_copy *copy = &to->row[to->nr_rows++];
	u64 *n = to->scratch;
	struct slot *slot;
	unsigned int seq;
	size_t vcpus;
	bool full;
	int i;

	copy->pid = pid_nr_ns(row->pid, ns);
	copy->start_ns = start_boottime_ns(row->start_ns);
	copy->first_vcpu = to->nr_vcpus;
	do {
		seq = read_seqcount_begin(&row->seq);
		vcpus = to->nr_vcpus;
		full = false;
		memcpy(copy->n, row->past, sizeof(copy->n));
		if (to->devices) {
			kvminfo_devices_init(devices, DEVICES_PER_ROW);
			/* KCSAN takes only the first 1,000 accesses for protected by @seq. */
			kcsan_nestable_atomic_begin();
			kvminfo_devices_merge(devices, &row->devices);
			kcsan_nestable_atomic_end();
		}
		list_for_each_entry_rcu(slot, &row->slots, in_row,
					lockdep_is_held(&kvminfo_reading)) {
			full = vcpus == to->max_vcpus;
			if (full)
				break;
			vcpu_read(slot, &to->vcpu[vcpus++], n, ns);
			for (i = 0; i < NR_COUNTERS; i++)
				copy->n[i] += n[i];
			if (to->devices) {
				kvminfo_devices_copy(spare, &slot->devices);
				kvminfo_devices_merge(devices, spare);
			}
		}
	} while (read_seqcount_retry(&row->seq, seq));
	copy->vcpus = vcpus - to->nr_vcpus;
	to->nr_vcpus = vcpus;
	return !full;
}

/*
 * The size depends on the host, and the reader may be in a group with little memory.
 * It then gets -ENOMEM, rather than the kernel killing a process of the group.
 */
#define GFP_ROWS (GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/* Makes room for what exists now, and for @more that may start before the copy. */
static int rows_alloc(struct rows *rows, size_t more)
{
	rows->max_rows = atomic_read(&kvminfo_nr_rows) + more;
	rows->max_vcpus = atomic_read(&kvminfo_nr_slots) + more;
	rows->row = kvmalloc_array(rows->max_rows, sizeof(*rows->row), GFP_ROWS);
	rows->vcpu = kvmalloc_array(rows->max_vcpus, sizeof(*rows->vcpu), GFP_ROWS);
	rows->devices = NULL;
	if (static_branch_unlikely(&kvminfo_devices_on))
		rows->devices = kvmalloc_array(rows->max_rows + 1, DEVICES_SIZE(DEVICES_PER_ROW),
					       GFP_ROWS);
	if (rows->row && rows->vcpu &&
	    (rows->devices || !static_branch_unlikely(&kvminfo_devices_on)))
		return 0;
	kvminfo_rows_free(rows);
	return -ENOMEM;
}

void kvminfo_rows_free(struct rows *rows)
{
	kvfree(rows->row);
	kvfree(rows->vcpu);
	kvfree(rows->devices);
}

/* False if there was no room for all rows and threads. */
static bool rows_fill(struct rows *rows, struct pid_namespace *ns)
{
	struct row *row;
	bool fits = true;

	rows->nr_rows = 0;
	rows->nr_vcpus = 0;
	mutex_lock(&kvminfo_reading);
	list_for_each_entry_rcu(row, &kvminfo_all_rows, in_rows,
				lockdep_is_held(&kvminfo_reading)) {
		if (pid_nr_ns(row->pid, ns))
			fits = rows->nr_rows < rows->max_rows && row_read(row, rows, ns);
		if (!fits)
			break;
		cond_resched();
	}
	mutex_unlock(&kvminfo_reading);
	return fits;
}

int kvminfo_rows_read(struct rows *rows, struct pid_namespace *ns)
{
	size_t more;
	int err;

	for (more = 8;; more *= 2) {
		err = rows_alloc(rows, more);
		if (err || rows_fill(rows, ns))
			return err;
		kvminfo_rows_free(rows);
	}
}
