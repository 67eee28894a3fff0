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
	u64 start_ns;			/* in the reader's time namespace */
	size_t first_vcpu, vcpus;	/* in the table's vcpu[] */
	u64 n[NR_COUNTERS];
};

struct vcpu_copy {
	int id;
	pid_t tid;
};

/* All rows and their living threads, as rows_read() found them. */
struct rows {
	size_t max_rows, max_vcpus;	/* allocated */
	size_t nr_rows, nr_vcpus;
	struct row_copy *row;
	struct vcpu_copy *vcpu;
};

/*
 * Copies the rows that are visible in @ns, oldest first. Sleeps. Returns 0 or
 * -ENOMEM. After success, call rows_free().
 */
int rows_read(struct rows *rows, struct pid_namespace *ns);
void rows_free(struct rows *rows);

#endif /* ROWS_H */
