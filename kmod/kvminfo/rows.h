/* SPDX-License-Identifier: GPL-2.0-only */
/* The rows and their threads, copied for a reader. */
#ifndef ROWS_H
#define ROWS_H

#include <linux/pid_namespace.h>

#include "slots.h"

/*
 * A row. No thread is missed or doubled, but those that run count on while they
 * are added up.
 */
struct row_copy {
	pid_t pid;
	u64 start_ns;			/* in the time namespace of the reader */
	size_t first_vcpu, vcpus;	/* in the table's vcpu[] */
	u64 n[NR_COUNTERS];
};

struct vcpu_copy {
	int id;
	pid_t tid;
};

/* All rows and their living threads, as rows_read() found them. */
struct rows {
	size_t max_rows, max_vcpus;	/* room */
	size_t nr_rows, nr_vcpus;
	struct row_copy *row;
	struct vcpu_copy *vcpu;
};

/*
 * Copies the rows that @ns can see, oldest first. Sleeps. -ENOMEM, or 0 and then
 * rows_free().
 */
int rows_read(struct rows *rows, struct pid_namespace *ns);
void rows_free(struct rows *rows);

#endif /* ROWS_H */
