/* SPDX-License-Identifier: GPL-2.0-only */
/* The walk over all threads of a pid namespace, in the order of their numbers. */
#ifndef TASKINFO_WALK_H
#define TASKINFO_WALK_H

#include <linux/types.h>

struct pid_namespace;
struct seq_file;
struct task_struct;

/* Where the walk stands: valid from seq_operations.start to .stop. */
struct taskinfo_walk {
	struct pid_namespace *ns;
	struct task_struct *task;
	/*
	 * The number @task was found under. Not to be asked of @task again: an
	 * execve() by another thread than the leader swaps their numbers, and the
	 * row would repeat one that has been printed.
	 */
	pid_t tid;
};

void *taskinfo_walk_start(struct seq_file *m, loff_t *pos);
void *taskinfo_walk_next(struct seq_file *m, void *v, loff_t *pos);
void taskinfo_walk_stop(struct seq_file *m, void *v);

#endif /* TASKINFO_WALK_H */
