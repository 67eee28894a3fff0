// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/kvminfo and /proc/kvminfo_vcpus. The whole table is copied when a file is
 * opened and kept until it is closed (3.4 KiB per VM). It can therefore be read in
 * pieces of any size while VMs come and go: no row is missed, repeated or torn.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include "clock.h"
#include "probes.h"
#include "proc.h"
#include "slots.h"
#include "table.h"
#include "vendor.h"

#define NAME "kvminfo"
#define VCPUS_NAME "kvminfo_vcpus"

static bool with_vcpus;

static void *seq_at(struct seq_file *m, loff_t pos)
{
	struct table *table = m->private;

	if (pos == 0)
		return SEQ_START_TOKEN;
	return pos <= table->rows.nr_rows ? &table->rows.row[pos - 1] : NULL;
}

static void *seq_start(struct seq_file *m, loff_t *pos)
{
	return seq_at(m, *pos);
}

static void *seq_next(struct seq_file *m, void *v, loff_t *pos)
{
	return seq_at(m, ++*pos);
}

static void seq_stop(struct seq_file *m, void *v)
{
}

static int table_show(struct seq_file *m, void *v)
{
	const struct table *table = m->private;

	if (v == SEQ_START_TOKEN)
		kvminfo_table_show_head(m, table);
	else
		kvminfo_table_show_row(m, table, (struct row_copy *)v - table->rows.row);
	return 0;
}

static int vcpus_show(struct seq_file *m, void *v)
{
	const struct table *table = m->private;

	if (v == SEQ_START_TOKEN)
		kvminfo_vcpus_show_head(m, table);
	else
		kvminfo_vcpus_show_row(m, table, (struct row_copy *)v - table->rows.row);
	return 0;
}

static const struct seq_operations table_seq_ops = {
	.start = seq_start,
	.next = seq_next,
	.stop = seq_stop,
	.show = table_show,
};

static const struct seq_operations vcpus_seq_ops = {
	.start = seq_start,
	.next = seq_next,
	.stop = seq_stop,
	.show = vcpus_show,
};

static int open_with(struct inode *inode, struct file *file, const struct seq_operations *ops)
{
	struct table *table;
	int err;

	/* Not a table without VMs: on an error, readers use another source. */
	if (kvminfo_attach_refused())
		return -ENODEV;
	table = kmalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return -ENOMEM;
	err = kvminfo_rows_read(&table->rows, proc_pid_ns(inode->i_sb));
	if (err)
		goto free_table;
	table->lost = kvminfo_slots_lost();
	table->isa = kvminfo_slots_isa();
	table->time = kvminfo_clock_valid();
	table->reasons = kvminfo_vendor_reasons_known(table->isa);
	table->vcpus = with_vcpus;

	err = seq_open(file, ops);
	if (err)
		goto free_rows;
	((struct seq_file *)file->private_data)->private = table;
	return 0;

free_rows:
	kvminfo_rows_free(&table->rows);
free_table:
	kfree(table);
	return err;
}

static int table_open(struct inode *inode, struct file *file)
{
	return open_with(inode, file, &table_seq_ops);
}

static int vcpus_open(struct inode *inode, struct file *file)
{
	return open_with(inode, file, &vcpus_seq_ops);
}

static int table_release(struct inode *inode, struct file *file)
{
	struct table *table = ((struct seq_file *)file->private_data)->private;

	kvminfo_rows_free(&table->rows);
	kfree(table);
	return seq_release(inode, file);
}

static const struct proc_ops table_ops = {
	.proc_open = table_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = table_release,
};

static const struct proc_ops vcpus_ops = {
	.proc_open = vcpus_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = table_release,
};

/* Not readable by everyone: exit counts are a side channel on what a guest does. */
static int create(const char *name, const struct proc_ops *ops, kgid_t group)
{
	struct proc_dir_entry *entry = proc_create(name, 0440, NULL, ops);

	if (!entry)
		return -ENOMEM;
	proc_set_user(entry, GLOBAL_ROOT_UID, group);
	return 0;
}

int kvminfo_proc_start(kgid_t group, bool vcpus)
{
	int err;

	with_vcpus = vcpus;
	err = create(NAME, &table_ops, group);
	if (err || !vcpus)
		return err;
	err = create(VCPUS_NAME, &vcpus_ops, group);
	if (err)
		remove_proc_entry(NAME, NULL);
	return err;
}

void kvminfo_proc_stop(void)
{
	if (with_vcpus)
		remove_proc_entry(VCPUS_NAME, NULL);
	remove_proc_entry(NAME, NULL);
}
