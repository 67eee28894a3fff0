// SPDX-License-Identifier: GPL-2.0-only
/*
 * The walk over all threads of a pid namespace, in the order of their numbers.
 *
 * The seq_file position is the thread's number; 0 is the header. A list position
 * (for_each_process, next_thread) would shift when an earlier thread ends between
 * two read() calls, and the walk would skip or repeat threads. By number, the walk
 * meets a thread that lives throughout exactly once, whatever is forked or reaped
 * meanwhile.
 *
 * RCU is held from start to stop, that is, for one buffer of rows, and never
 * across read() calls.
 */
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/threads.h>

#include "walk.h"

/* Finds the first thread whose number is *pos or higher, and stores its number in *pos. */
static void *seek(struct seq_file *m, loff_t *pos)
{
	struct taskinfo_walk *walk = m->private;
	int nr = *pos;
	struct pid *pid;

	/* Does what find_ge_pid() does, which is not exported in 5.10 and 5.15. */
	while ((pid = idr_get_next(&walk->ns->idr, &nr))) {
		walk->task = pid_task(pid, PIDTYPE_PID);
		if (walk->task) {
			walk->tid = nr;
			*pos = nr;
			return walk;
		}
		nr++;
	}

	/*
	 * Higher than any possible number, so that the end stays the end: threads
	 * forked after this belong to the next read of the file, and a fork storm
	 * cannot keep a reader busy.
	 */
	*pos = PID_MAX_LIMIT;
	return NULL;
}

void *taskinfo_walk_start(struct seq_file *m, loff_t *pos)
	__acquires(RCU)
{
	struct taskinfo_walk *walk = m->private;

	walk->ns = proc_pid_ns(file_inode(m->file)->i_sb);
	rcu_read_lock();
	return *pos ? seek(m, pos) : SEQ_START_TOKEN;
}

void *taskinfo_walk_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return seek(m, pos);
}

void taskinfo_walk_stop(struct seq_file *m, void *v)
	__releases(RCU)
{
	rcu_read_unlock();
}
