// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaches the probes to their tracepoints, which it finds by name: most are not
 * exported, and linking to kvm would require it to be loaded first and pin it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "probes.h"

static enum clock clock;

/* KVM's probes are attached to this KVM; NULL for a KVM that is built in. */
static bool attached;
static const struct module *attached_to;

/* The module of the KVM that was refused; NULL if it is built in. */
static bool refused;
static const struct module *refused_in;

static int attach(struct probe *probe)
{
	int err = tracepoint_probe_register(probe->tp, probe->function[clock], NULL);

	if (err)
		pr_err("cannot probe tracepoint %s: error %d\n", probe->tracepoint, err);
	return err;
}

static void detach(struct probe *probe)
{
	tracepoint_probe_unregister(probe->tp, probe->function[clock], NULL);
}

/* In the opposite order of attaching, from before @end. */
static void detach_kvm(struct probe *end)
{
	while (--end >= kvminfo_kvm_probes)
		if (end->function[clock])
			detach(end);
}

static struct probe *kvm_probes_end(void)
{
	struct probe *probe = kvminfo_kvm_probes;

	while (probe->tracepoint)
		probe++;
	return probe;
}

/* For for_each_kernel_tracepoint(): notes where a probe belongs. */
static void find(struct tracepoint *tp, void *data)
{
	struct probe *probe = data;

	if (!strcmp(tp->name, probe->tracepoint))
		probe->tp = tp;
}

static void find_in(struct module *mod, struct probe *probe)
{
	int i;

	probe->tp = NULL;
	if (!mod)
		for_each_kernel_tracepoint(find, probe);
	for (i = 0; mod && i < mod->num_tracepoints; i++)
		find(tracepoint_ptr_deref(&mod->tracepoints_ptrs[i]), probe);
}

/*
 * All of KVM's tracepoints are in one module, or built in (@mod is NULL). The
 * events of one are interpreted with the help of the others, so all of them are
 * probed or none. @is_kvm: there is a KVM here, even if it has none of them.
 */
static void attach_kvm(struct module *mod, bool is_kvm)
{
	const char *missing = NULL;
	struct probe *probe;

	if (attached)
		return;
	for (probe = kvminfo_kvm_probes; probe->tracepoint; probe++) {
		if (!probe->function[clock])
			continue;
		find_in(mod, probe);
		if (probe->tp)
			is_kvm = true;
		else
			missing = missing ?: probe->tracepoint;
	}
	if (!is_kvm)
		return;
	for (probe = kvminfo_kvm_probes; !missing && probe->tracepoint; probe++)
		if (probe->function[clock] && attach(probe)) {
			missing = probe->tracepoint;
			detach_kvm(probe);
		}
	if (missing) {
		pr_err("not counting the exits of this KVM: cannot probe its tracepoint %s\n",
		       missing);
		WRITE_ONCE(refused, true);
		refused_in = mod;
	} else {
		attached = true;
		attached_to = mod;
	}
}

/* Registering and unregistering also call it, for each module loaded by then. */
static int attach_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct module *mod = ((struct tp_module *)data)->mod;

	if (event == MODULE_STATE_COMING)
		attach_kvm(mod, !strcmp(mod->name, "kvm"));
	if (event == MODULE_STATE_GOING && attached && attached_to == mod) {
		detach_kvm(kvm_probes_end());
		attached = false;
	}
	if (event == MODULE_STATE_GOING && refused && refused_in == mod)
		WRITE_ONCE(refused, false);
	return NOTIFY_OK;
}

static struct notifier_block attach_nb = { .notifier_call = attach_event };

int kvminfo_attach_start(enum clock clock_in_use)
{
	int err;

	clock = clock_in_use;
	find_in(NULL, &kvminfo_end_probe);
	if (!kvminfo_end_probe.tp) {
		pr_err("cannot find tracepoint %s in this kernel\n", kvminfo_end_probe.tracepoint);
		return -ENOENT;
	}
	err = attach(&kvminfo_end_probe);
	if (err)
		return err;
	attach_kvm(NULL, IS_BUILTIN(CONFIG_KVM));
	err = register_tracepoint_module_notifier(&attach_nb);
	if (err)
		kvminfo_attach_stop();
	return err;
}

bool kvminfo_attach_refused(void)
{
	return READ_ONCE(refused);
}

void kvminfo_attach_stop(void)
{
	unregister_tracepoint_module_notifier(&attach_nb);
	/* Only of a built-in KVM; otherwise unregistering the notifier did it. */
	if (attached)
		detach_kvm(kvm_probes_end());
	attached = false;
	detach(&kvminfo_end_probe);
	tracepoint_synchronize_unregister();
}
