// SPDX-License-Identifier: GPL-2.0-only
/*
 * Other ways of counting that our module is compared with, on the same two
 * tracepoints. For the benchmark only: never load it on a host that matters.
 *
 *   way=empty   probes that do nothing: what the tracepoints themselves cost
 *   way=table   how the 2018 thesis counted: it searches a table of 100 VMs from
 *               the start, then compares strings to find the counter, without
 *               any locking; ahead=N puts N other VMs before ours
 */
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

static char *way = "empty";
module_param(way, charp, 0444);
static int ahead;
module_param(ahead, int, 0444);

static struct vm {
	unsigned long io, exception, vm_switch, qemu_switch;
	int userspace_pid;
	int flag;
} table[100];
static int total;

static noinline void account(const char *type)
{
	int i, found = -1;

	for (i = 0; i < total; i++) {
		if (table[i].userspace_pid == current->tgid) {
			found = i;
			break;
		}
	}
	if (found < 0) {
		if (total == ARRAY_SIZE(table))
			return;
		found = total++;
		table[found] = (struct vm) { .userspace_pid = current->tgid, .flag = 1 };
	}
	if (!strcmp(type, "handle_io"))
		table[found].io++;
	else if (!strcmp(type, "handle_exception"))
		table[found].exception++;
	else if (!strcmp(type, "kvm_vm_switch"))
		table[found].vm_switch++;
	else if (!strcmp(type, "kvm_qemu_switch"))
		table[found].qemu_switch++;
}

/* Counts every exit as port I/O, because all deliberate exits of the guest are. */
static bool pending;

static notrace void table_exit(void *data, void *vcpu, u32 isa)
{
	account("handle_io");
	if (pending)
		account("kvm_vm_switch");
	pending = true;
}

static notrace void table_userspace_exit(void *data, u32 reason, int err)
{
	account("kvm_qemu_switch");
	pending = false;
}

static notrace void empty_exit(void *data, void *vcpu, u32 isa)
{
}

static notrace void empty_userspace_exit(void *data, u32 reason, int err)
{
}

static struct {
	const char *name;
	void *empty, *table;
} probes[] = {
	{ "kvm_userspace_exit", empty_userspace_exit, table_userspace_exit },
	{ "kvm_exit", empty_exit, table_exit },
};

static void *function(int i)
{
	return strcmp(way, "table") ? probes[i].empty : probes[i].table;
}

static int event(struct notifier_block *nb, unsigned long action, void *data)
{
	struct module *mod = ((struct tp_module *)data)->mod;
	int i, t;

	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		for (t = 0; t < mod->num_tracepoints; t++) {
			struct tracepoint *tp = tracepoint_ptr_deref(&mod->tracepoints_ptrs[t]);

			if (strcmp(tp->name, probes[i].name))
				continue;
			if (action == MODULE_STATE_COMING)
				tracepoint_probe_register(tp, function(i), NULL);
			else
				tracepoint_probe_unregister(tp, function(i), NULL);
		}
	}
	return NOTIFY_OK;
}

static struct notifier_block nb = { .notifier_call = event };

static int __init exit_cost_init(void)
{
	/* Entries with pid 0, which never runs a VM. */
	total = clamp(ahead, 0, (int)ARRAY_SIZE(table) - 1);
	return register_tracepoint_module_notifier(&nb);
}

static void __exit exit_cost_exit(void)
{
	unregister_tracepoint_module_notifier(&nb);
	tracepoint_synchronize_unregister();
}

module_init(exit_cost_init);
module_exit(exit_cost_exit);
MODULE_DESCRIPTION("Benchmark: other ways to count KVM exits");
MODULE_LICENSE("GPL");
