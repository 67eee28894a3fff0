// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/kvminfo. The whole table is copied when the file is opened and kept until
 * it is closed (half a kilobyte per VM). It can therefore be read in pieces of any
 * size while VMs come and go: no row is missed, repeated or torn.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include "abi.h"
#include "clock.h"
#include "probes.h"
#include "proc.h"
#include "rows.h"
#include "slots.h"
#include "vendor.h"
#include "version.h"

#define NAME "kvminfo"

struct table {
	u64 lost;
	u32 isa;
	bool time;
	bool reasons;
	struct rows rows;
};

static void show_head(struct seq_file *m, const struct table *table)
{
	static const char * const vendor[] = { [KVM_ISA_VMX] = "vmx", [KVM_ISA_SVM] = "svm" };

	seq_printf(m, NAME " %d module=%s vendor=%s time=%s reasons=%s lost=%llu\n",
		   ABI_VERSION, KMOD_VERSION,
		   table->isa ? vendor[table->isa] : "-", table->time ? "on" : "off",
		   table->reasons ? "on" : "-", table->lost);
	seq_puts(m, KVMINFO_COLUMNS "\n");
}

static void show_time(struct seq_file *m, const struct table *table, u64 ns)
{
	if (table->time)
		seq_printf(m, " %llu", ns);
	else
		seq_puts(m, " -");
}

static void show_reasons(struct seq_file *m, const u64 *n)
{
	char before = ' ';
	int i;

	for (i = 0; i < NR_REASONS; i++) {
		if (!n[i])
			continue;
		seq_printf(m, "%c%s:%llu", before, reason_name[i], n[i]);
		before = ',';
	}
	if (before == ' ')
		seq_puts(m, " -");
}

static void show_vcpus(struct seq_file *m, const struct vcpu_copy *vcpu, size_t vcpus)
{
	size_t i;

	if (!vcpus)
		seq_puts(m, " -");
	for (i = 0; i < vcpus; i++)
		seq_printf(m, "%c%d:%d", i ? ',' : ' ', vcpu[i].id, vcpu[i].tid);
}

static void show_row(struct seq_file *m, const struct table *table, const struct row_copy *row)
{
	const u64 *n = row->n;

	seq_printf(m, "%zu %d %llu", row - table->rows.row + 1, row->pid, n[N_REASON + REASON_io]);
	if (table->reasons)
		seq_printf(m, " %llu", n[N_REASON + REASON_exception]);
	else
		seq_puts(m, " -");
	seq_printf(m, " %llu %llu %llu", n[N_VM_SWITCH], n[N_QEMU_SWITCH], n[N_SIGNAL]);
	show_time(m, table, clock_to_ns(n[N_KVM_TIME]));
	show_time(m, table, n[N_HALT_NS]);
	show_time(m, table, clock_to_ns(n[N_USER_TIME]));
	seq_printf(m, " %llu", row->start_ns);
	show_vcpus(m, table->rows.vcpu + row->first_vcpu, row->vcpus);
	if (table->reasons)
		show_reasons(m, n + N_REASON);
	else
		seq_puts(m, " -");
	seq_putc(m, '\n');
}

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

static int seq_show(struct seq_file *m, void *v)
{
	if (v == SEQ_START_TOKEN)
		show_head(m, m->private);
	else
		show_row(m, m->private, v);
	return 0;
}

static const struct seq_operations seq_ops = {
	.start = seq_start,
	.next = seq_next,
	.stop = seq_stop,
	.show = seq_show,
};

static int table_open(struct inode *inode, struct file *file)
{
	struct table *table;
	int err;

	/* Not a table without VMs: on an error, readers use another source. */
	if (attach_refused())
		return -ENODEV;
	table = kmalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return -ENOMEM;
	err = rows_read(&table->rows, proc_pid_ns(inode->i_sb));
	if (err)
		goto free_table;
	table->lost = slots_lost();
	table->isa = slots_isa();
	table->time = clock_valid();
	table->reasons = vendor_reasons_known(table->isa);

	err = seq_open(file, &seq_ops);
	if (err)
		goto free_rows;
	((struct seq_file *)file->private_data)->private = table;
	return 0;

free_rows:
	rows_free(&table->rows);
free_table:
	kfree(table);
	return err;
}

static int table_release(struct inode *inode, struct file *file)
{
	struct table *table = ((struct seq_file *)file->private_data)->private;

	rows_free(&table->rows);
	kfree(table);
	return seq_release(inode, file);
}

static const struct proc_ops table_ops = {
	.proc_open = table_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = table_release,
};

int proc_start(kgid_t group)
{
	struct proc_dir_entry *entry;

	/* Not readable by everyone: exit counts are a side channel on what a guest does. */
	entry = proc_create(NAME, 0440, NULL, &table_ops);
	if (!entry)
		return -ENOMEM;
	proc_set_user(entry, GLOBAL_ROOT_UID, group);
	return 0;
}

void proc_stop(void)
{
	remove_proc_entry(NAME, NULL);
}
