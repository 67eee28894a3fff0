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
	 * The number under which @task was found. Do not ask @task for it again: an
	 * execve() by a thread other than the leader swaps the two numbers, and the
	 * row would then repeat a number that has already been printed.
	 */
	pid_t tid;
};

void *taskinfo_walk_start(struct seq_file *m, loff_t *pos);
void *taskinfo_walk_next(struct seq_file *m, void *v, loff_t *pos);
void taskinfo_walk_stop(struct seq_file *m, void *v);

#endif /* TASKINFO_WALK_H */
