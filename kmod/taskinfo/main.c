// SPDX-License-Identifier: GPL-2.0-only
/*
 * taskinfo: the scheduling data of every thread in one read of /proc/taskinfo.
 *
 * The file contains what a walk over /proc/<pid>/task/<tid>/{stat,schedstat,status}
 * would give, at a fraction of its cost. ../include/abi.h describes the format.
 */
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/timekeeping.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "abi.h"
#include "boottime.h"
#include "row.h"
#include "version.h"
#include "walk.h"

static unsigned int group;
module_param(group, uint, 0444);
MODULE_PARM_DESC(group, "numeric id of the group that may read /proc/taskinfo (default: 0)");

static void put_head(struct seq_file *m)
{
	seq_printf(m, "taskinfo %d module=%s hz=%d uptime_ns=%llu\n%s\n",
		   ABI_VERSION, KMOD_VERSION, HZ,
		   timens_add_boottime_ns(ktime_get_boottime_ns()),
		   TASKINFO_COLUMNS);
}

static int taskinfo_show(struct seq_file *m, void *v)
{
	if (v != SEQ_START_TOKEN)
		return taskinfo_put_row(m, v);

	put_head(m);
	return 0;
}

static const struct seq_operations taskinfo_ops = {
	.start = taskinfo_walk_start,
	.next = taskinfo_walk_next,
	.stop = taskinfo_walk_stop,
	.show = taskinfo_show,
};

static int __init taskinfo_init(void)
{
	kgid_t gid = make_kgid(&init_user_ns, group);
	struct proc_dir_entry *entry;

	if (!gid_valid(gid)) {
		pr_err("taskinfo: group=%u is not a valid group id\n", group);
		return -EINVAL;
	}

	/*
	 * 0440: only root and one group may see the names, users and run times of
	 * everyone's threads, because the file ignores hidepid=.
	 */
	entry = proc_create_seq_private("taskinfo", 0440, NULL, &taskinfo_ops,
					sizeof(struct taskinfo_walk), NULL);
	if (!entry)
		return -ENOMEM;

	proc_set_user(entry, GLOBAL_ROOT_UID, gid);
	return 0;
}

static void __exit taskinfo_exit(void)
{
	/* Waits for calls in progress. Afterwards, reads of open files return -EIO. */
	remove_proc_entry("taskinfo", NULL);
}

module_init(taskinfo_init);
module_exit(taskinfo_exit);

MODULE_DESCRIPTION("Scheduling data of every thread in /proc/taskinfo");
MODULE_VERSION(KMOD_VERSION);
MODULE_LICENSE("GPL");
