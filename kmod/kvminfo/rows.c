// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies the rows for a reader. It holds a mutex against the worker that frees
 * them, and reads a row's sums under its sequence count. A slot whose thread ends
 * meanwhile, which adds its counts to the row, is therefore neither seen twice nor
 * missed, so the sums of a living VM never decrease.
 */
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched.h>

#include "boottime.h"
#include "row.h"
#include "rows.h"

/* Copies a row's sums and its threads; false if there was no room for all threads. */
static bool row_read(struct row *row, struct rows *to, struct pid_namespace *ns)
{
	struct row_copy *copy = &to->row[to->nr_rows++];
	struct slot *slot;
	unsigned int seq;
	size_t vcpus;
	bool full;
	int i;

	copy->pid = pid_nr_ns(row->pid, ns);
	copy->start_ns = timens_add_boottime_ns(row->start_ns);
	copy->first_vcpu = to->nr_vcpus;
	do {
		seq = read_seqcount_begin(&row->seq);
		vcpus = to->nr_vcpus;
		full = false;
		memcpy(copy->n, row->past, sizeof(copy->n));
		list_for_each_entry_rcu(slot, &row->slots, in_row, lockdep_is_held(&reading)) {
			for (i = 0; i < NR_COUNTERS; i++)
				copy->n[i] += local64_read(&slot->n[i]);
			full = vcpus == to->max_vcpus;
			if (full)
				break;
			to->vcpu[vcpus++] = (struct vcpu_copy) {
				.id = slot->vcpu_id,
				.tid = pid_nr_ns(slot->pid, ns),
			};
		}
	} while (read_seqcount_retry(&row->seq, seq));
	copy->vcpus = vcpus - to->nr_vcpus;
	to->nr_vcpus = vcpus;
	return !full;
}

/* Makes room for what exists now, and for @more that may start before the copy. */
static int rows_alloc(struct rows *rows, size_t more)
{
	rows->max_rows = atomic_read(&nr_rows) + more;
	rows->max_vcpus = atomic_read(&nr_slots) + more;
	rows->row = kvmalloc_array(rows->max_rows, sizeof(*rows->row), GFP_KERNEL_ACCOUNT);
	rows->vcpu = kvmalloc_array(rows->max_vcpus, sizeof(*rows->vcpu), GFP_KERNEL_ACCOUNT);
	if (rows->row && rows->vcpu)
		return 0;
	rows_free(rows);
	return -ENOMEM;
}

void rows_free(struct rows *rows)
{
	kvfree(rows->row);
	kvfree(rows->vcpu);
}

/* False if there was no room for all rows and threads. */
static bool rows_fill(struct rows *rows, struct pid_namespace *ns)
{
	struct row *row;
	bool fits = true;

	rows->nr_rows = 0;
	rows->nr_vcpus = 0;
	mutex_lock(&reading);
	list_for_each_entry_rcu(row, &all_rows, in_rows, lockdep_is_held(&reading)) {
		if (pid_nr_ns(row->pid, ns))
			fits = rows->nr_rows < rows->max_rows && row_read(row, rows, ns);
		if (!fits)
			break;
		cond_resched();
	}
	mutex_unlock(&reading);
	return fits;
}

int rows_read(struct rows *rows, struct pid_namespace *ns)
{
	size_t more;
	int err;

	for (more = 64;; more *= 2) {
		err = rows_alloc(rows, more);
		if (err || rows_fill(rows, ns))
			return err;
		rows_free(rows);
	}
}
