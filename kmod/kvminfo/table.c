// SPDX-License-Identifier: GPL-2.0-only
/* Prints /proc/kvminfo and /proc/kvminfo_vcpus in the formats of include/abi.h. */
#include "abi.h"
#include "clock.h"
#include "table.h"
#include "vendor.h"
#include "version.h"

static const char *on_off(bool on)
{
	return on ? "on" : "off";
}

void kvminfo_table_show_head(struct seq_file *m, const struct table *table)
{
	static const char * const vendor[] = { [KVM_ISA_VMX] = "vmx", [KVM_ISA_SVM] = "svm" };

	seq_printf(m, "kvminfo %d module=%s vendor=%s time=%s reasons=%s devices=%s vcpus=%s lost=%llu\n",
		   ABI_VERSION, KMOD_VERSION,
		   table->isa ? vendor[table->isa] : "-", on_off(table->time),
		   table->reasons ? "on" : "-", on_off(table->rows.devices),
		   on_off(table->vcpus), table->lost);
	seq_puts(m, KVMINFO_COLUMNS "\n");
}

void kvminfo_vcpus_show_head(struct seq_file *m, const struct table *table)
{
	seq_printf(m, "kvminfo_vcpus %d module=%s time=%s\n", ABI_VERSION, KMOD_VERSION,
		   on_off(table->time));
	seq_puts(m, KVMINFO_VCPUS_COLUMNS "\n");
}

/* @before: the character in front of it, if there is one. */
static void show_time(struct seq_file *m, const struct table *table, const char *before, u64 ns)
{
	seq_puts(m, before);
	if (table->time)
		seq_printf(m, "%llu", ns);
	else
		seq_putc(m, '-');
}

static void show_reasons(struct seq_file *m, const u64 *n)
{
	char before = ' ';
	int i;

	for (i = 0; i < NR_REASONS; i += 2) {
		u64 count = n[N_REASON + i];

		if (!count)
			continue;
		seq_printf(m, "%c%s:%llu", before, kvminfo_reason_name[i], count);
		before = ',';
	}
	if (before == ' ')
		seq_puts(m, " -");
}

static void show_reason_times(struct seq_file *m, const u64 *n)
{
	char before = ' ';
	int i;

	for (i = 0; i < NR_REASONS; i += 2) {
		u64 ticks = n[N_REASON + i + 1];

		if (!ticks)
			continue;
		seq_printf(m, "%c%s:%llu", before, kvminfo_reason_name[i],
			   kvminfo_clock_to_ns(ticks));
		before = ',';
	}
	if (before == ' ')
		seq_puts(m, " -");
}

static void show_user_reasons(struct seq_file *m, const struct table *table, const u64 *n)
{
	char before = ' ';
	int i;

	for (i = 0; i < NR_USER_REASONS; i += 2) {
		u64 count = n[N_USER + i], ticks = n[N_USER + i + 1];

		if (!count && !ticks)
			continue;
		seq_printf(m, "%c%s:%llu", before, kvminfo_user_reason_name[i], count);
		show_time(m, table, ":", kvminfo_clock_to_ns(ticks));
		before = ',';
	}
	if (before == ' ')
		seq_puts(m, " -");
}

static void show_devices(struct seq_file *m, const struct table *table,
			 const struct devices *devices)
{
	const struct device_entry *entry = devices->entry;
	char before = ' ';

	for (; entry < devices->entry + devices->entries && entry->key; entry++) {
		char kind = (entry->key & DEVICE_KEY_MASK) == DEVICE_PORT ? 'p' : 'm';

		seq_printf(m, "%c%c%llx:%llu", before, kind, entry->key >> DEVICE_KEY_BITS,
			   entry->count);
		show_time(m, table, ":", kvminfo_clock_to_ns(entry->ticks));
		before = ',';
	}
	if (devices->other_count) {
		seq_printf(m, "%cother:%llu", before, devices->other_count);
		show_time(m, table, ":", kvminfo_clock_to_ns(devices->other_ticks));
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

void kvminfo_table_show_row(struct seq_file *m, const struct table *table, size_t index)
{
	const struct row_copy *row = &table->rows.row[index];
	const u64 *n = row->n;

	seq_printf(m, "%zu %d %llu", index + 1, row->pid, n[N_REASON + REASON_io]);
	if (table->reasons)
		seq_printf(m, " %llu", n[N_REASON + REASON_exception]);
	else
		seq_puts(m, " -");
	seq_printf(m, " %llu %llu %llu", n[N_VM_SWITCH], kvminfo_sum_of_user_reasons(n),
		   n[N_SIGNAL]);
	show_time(m, table, " ", kvminfo_clock_to_ns(kvminfo_sum_of_reasons(n + 1)));
	show_time(m, table, " ", n[N_HALT_NS]);
	show_time(m, table, " ", kvminfo_clock_to_ns(kvminfo_sum_of_user_reasons(n + 1)));
	seq_printf(m, " %llu", row->start_ns);
	show_vcpus(m, table->rows.vcpu + row->first_vcpu, row->vcpus);
	if (table->reasons)
		show_reasons(m, n);
	else
		seq_puts(m, " -");
	show_user_reasons(m, table, n);
	if (table->reasons && table->time)
		show_reason_times(m, n);
	else
		seq_puts(m, " -");
	if (table->rows.devices)
		show_devices(m, table, kvminfo_row_devices(&table->rows, index));
	else
		seq_puts(m, " -");
	seq_putc(m, '\n');
}

void kvminfo_vcpus_show_row(struct seq_file *m, const struct table *table, size_t index)
{
	const struct row_copy *row = &table->rows.row[index];
	const struct vcpu_copy *vcpu = table->rows.vcpu + row->first_vcpu;
	const struct vcpu_copy *end = vcpu + row->vcpus;

	for (; vcpu < end; vcpu++) {
		seq_printf(m, "%d %d %d %llu %llu %llu", row->pid, vcpu->tid, vcpu->id,
			   vcpu->exits, vcpu->userspace_exits, vcpu->io_exits);
		show_time(m, table, " ", kvminfo_clock_to_ns(vcpu->kvm_ticks));
		show_time(m, table, " ", vcpu->halt_ns);
		show_time(m, table, " ", kvminfo_clock_to_ns(vcpu->user_ticks));
		seq_printf(m, " %llu\n", vcpu->start_ns);
	}
}
