// SPDX-License-Identifier: GPL-2.0-only
/*
 * One row of /proc/taskinfo: the columns TASKINFO_COLUMNS of abi.h.
 *
 * Every value is computed the way fs/proc computes it for the same thread, so that
 * a reader can switch from one to the other. Comments name the fs/proc functions.
 *
 * The scheduler changes most of them meanwhile, on other CPUs and without a lock
 * that a reader could take: READ_ONCE() reads each in one access.
 */
#include <linux/cred.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/cputime.h>
#include <linux/sched/prio.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "boottime.h"
#include "comm.h"
#include "compat.h"
#include "row.h"
#include "walk.h"

static void put_u64(struct seq_file *m, u64 value)
{
	seq_put_decimal_ull(m, " ", value);
}

static void put_s64(struct seq_file *m, s64 value)
{
	seq_put_decimal_ll(m, " ", value);
}

static void put_none(struct seq_file *m)
{
	seq_puts(m, " -");
}

/*
 * What task_lock() protects, because the thread may execve() or exit. A thread
 * that renames itself also takes the lock, but not in newer kernels: there the
 * name may be part old and part new. It still ends in a 0.
 */
struct locked_part {
	char comm[TASK_COMM_LEN];
	unsigned long rss_pages;
	unsigned long total_pages;
};

static void read_locked_part(struct task_struct *task, struct locked_part *part)
{
	struct mm_struct *mm;

	task_lock(task);
	/* Without the lock, it may be part old and part new: see above. */
	data_race(memcpy(part->comm, task->comm, sizeof(part->comm)));
	/*
	 * A kernel thread's mm is borrowed (kthread_use_mm(); vhost until 6.3). The
	 * thread itself changes other flags without the lock, for example in do_exit().
	 */
	mm = data_race(task->flags) & PF_KTHREAD ? NULL : task->mm;
	part->rss_pages = mm ? get_mm_rss(mm) : 0;
	part->total_pages = mm ? READ_ONCE(mm->total_vm) : 0;
	task_unlock(task);
}

/* do_task_stat() and proc_pid_schedstat() */
static void put_cpu_times(struct seq_file *m, struct task_struct *task)
{
	u64 utime, stime;

	task_cputime_adjusted(task, &utime, &stime);
	put_u64(m, utime);
	put_u64(m, stime);
	put_u64(m, READ_ONCE(task->se.sum_exec_runtime));
#ifdef CONFIG_SCHED_INFO
	put_u64(m, READ_ONCE(task->sched_info.run_delay));
#else
	put_none(m);
#endif
	put_u64(m, READ_ONCE(task->nvcsw));
	put_u64(m, READ_ONCE(task->nivcsw));
}

static void put_slice(struct seq_file *m, struct task_struct *task)
{
	switch (READ_ONCE(task->policy)) {
	case SCHED_RR:
		put_u64(m, jiffies_to_nsecs(READ_ONCE(task->rt.time_slice)));
		break;
#ifdef HAVE_SCHED_ENTITY_SLICE
	case SCHED_NORMAL:
	case SCHED_BATCH:
	case SCHED_IDLE:
		put_u64(m, READ_ONCE(task->se.slice));
		break;
#endif
	default:
		put_none(m);
	}
}

int taskinfo_put_row(struct seq_file *m, const struct taskinfo_walk *at)
{
	struct task_struct *task = at->task;
	pid_t tgid = task_tgid_nr_ns(task, at->ns);
	struct locked_part part;

	/* Reaped since the walk found it: the walk holds RCU, not a reference. */
	if (!tgid)
		return SEQ_SKIP;

	read_locked_part(task, &part);

	seq_put_decimal_ull(m, "", tgid);
	put_u64(m, at->tid);
	seq_putc(m, ' ');
	taskinfo_put_comm(m, part.comm);
	seq_putc(m, ' ');
	/* It reads exit_state as it is now, as for /proc/<pid>/stat. */
	seq_putc(m, data_race(task_state_to_char(task)));
	put_u64(m, READ_ONCE(task->policy));
	put_s64(m, PRIO_TO_NICE(READ_ONCE(task->static_prio)));
	put_u64(m, READ_ONCE(task->static_prio));
	put_s64(m, READ_ONCE(task->prio));
	put_u64(m, READ_ONCE(task->rt_priority));
	put_u64(m, task_cpu(task));
	put_cpu_times(m, task);
	put_slice(m, task);
	put_u64(m, start_boottime_ns(task->start_boottime));
	put_u64(m, part.rss_pages << (PAGE_SHIFT - 10));
	put_u64(m, part.total_pages << (PAGE_SHIFT - 10));
	put_u64(m, from_kuid_munged(seq_user_ns(m), task_uid(task)));
	seq_putc(m, '\n');
	return 0;
}
