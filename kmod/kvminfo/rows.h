/* SPDX-License-Identifier: GPL-2.0-only */
/* A copy of the rows and their threads, for a reader. */
#ifndef ROWS_H
#define ROWS_H

#include <linux/pid_namespace.h>

#include "slots.h"

/*
 * A row. No thread is missed or counted twice, but running threads keep counting
 * while they are added up.
 */
struct row_copy {
	pid_t pid;
	u64 start_ns;			/* as /proc/<pid>/stat gives it */
	size_t first_vcpu, vcpus;	/* in the table's vcpu[] */
	u64 n[NR_COUNTERS];
};

/* A living thread. Times are in ticks of clock.h, except halt_ns and start_ns. */
struct vcpu_copy {
	int id;
	pid_t tid;
	u64 exits, userspace_exits, io_exits;
	u64 kvm_ticks, halt_ns, user_ticks;
	u64 start_ns;			/* as /proc/<pid>/stat gives it */
};

/* All rows and their living threads, as kvminfo_rows_read() found them. */
struct rows {
	size_t max_rows, max_vcpus;	/* allocated */
	size_t nr_rows, nr_vcpus;
	struct row_copy *row;
	struct vcpu_copy *vcpu;
	void *devices;			/* a table per row and a spare one; NULL if off */
	u64 scratch[NR_COUNTERS];
};

/* Times and counts that are the sum of those by reason. */
u64 kvminfo_sum_of_reasons(const u64 *n);	/* exits; with n + 1: ticks in KVM */
u64 kvminfo_sum_of_user_reasons(const u64 *n);	/* hand-overs; with n + 1: ticks in user space */

/* The accesses of the row at @index. Only if kvminfo_devices_on. */
struct devices *kvminfo_row_devices(const struct rows *rows, size_t index);

/*
 * Copies the rows that are visible in @ns, oldest first. Sleeps. Returns 0 or
 * -ENOMEM. After success, call kvminfo_rows_free().
 */
int kvminfo_rows_read(struct rows *rows, struct pid_namespace *ns);
void kvminfo_rows_free(struct rows *rows);

#endif /* ROWS_H */
