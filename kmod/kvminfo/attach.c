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

/* The module of the KVM that was refused; NULL if it is built in. */
static bool refused;
static const struct module *refused_in;

static void attach(struct tracepoint *tp, void *data)
{
	struct probe *probe = data;
	int err;

	if (strcmp(tp->name, probe->tracepoint))
		return;
	err = tracepoint_probe_register(tp, probe->function[clock], NULL);
	if (err)
		pr_err("cannot probe tracepoint %s: error %d\n", tp->name, err);
	else
		probe->tp = tp;
}

static void detach(struct probe *probe)
{
	tracepoint_probe_unregister(probe->tp, probe->function[clock], NULL);
	probe->tp = NULL;
}

static bool wanted(const struct probe *probe)
{
	return probe->function[clock] && !probe->tp;
}

/*
 * All of KVM's tracepoints are in one module, or built in. The events of one are
 * interpreted with the help of the others, so all of them are probed or none.
 */
static void all_or_none(const struct module *mod)
{
	const struct probe *missing = NULL;
	struct probe *probe;
	bool any = false;

	for (probe = probes + 1; probe->tracepoint; probe++) {
		if (probe->tp)
			any = true;
		else if (wanted(probe))
			missing = missing ?: probe;
	}
	if (!any || !missing)
		return;
	pr_err("not counting the exits of this KVM: cannot probe its tracepoint %s\n",
	       missing->tracepoint);
	for (probe = probes + 1; probe->tracepoint; probe++)
		if (probe->tp)
			detach(probe);
	refused = true;
	refused_in = mod;
}

static void attach_module(struct module *mod)
{
	struct probe *probe;
	int i;

	for (probe = probes; probe->tracepoint; probe++)
		for (i = 0; wanted(probe) && i < mod->num_tracepoints; i++)
			attach(tracepoint_ptr_deref(&mod->tracepoints_ptrs[i]), probe);
	all_or_none(mod);
}

static void detach_module(struct module *mod)
{
	struct probe *probe;
	int i;

	for (probe = probes; probe->tracepoint; probe++)
		for (i = 0; probe->tp && i < mod->num_tracepoints; i++)
			if (probe->tp == tracepoint_ptr_deref(&mod->tracepoints_ptrs[i]))
				detach(probe);
	if (refused && refused_in == mod)
		refused = false;
}

/* Registering and unregistering also call it, for each module loaded by then. */
static int attach_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct tp_module *tp_mod = data;

	if (event == MODULE_STATE_COMING)
		attach_module(tp_mod->mod);
	else if (event == MODULE_STATE_GOING)
		detach_module(tp_mod->mod);
	return NOTIFY_OK;
}

static struct notifier_block attach_nb = { .notifier_call = attach_event };

int attach_start(enum clock clock_in_use)
{
	struct probe *probe;
	int err;

	clock = clock_in_use;
	for (probe = probes; probe->tracepoint; probe++)
		if (wanted(probe))
			for_each_kernel_tracepoint(attach, probe);
	all_or_none(NULL);
	err = probes[0].tp ? register_tracepoint_module_notifier(&attach_nb) : -ENOENT;
	if (err) {
		pr_err("cannot find tracepoint %s in this kernel\n", probes[0].tracepoint);
		attach_stop();
	}
	return err;
}

bool attach_refused(void)
{
	return READ_ONCE(refused);
}

void attach_stop(void)
{
	struct probe *probe;

	unregister_tracepoint_module_notifier(&attach_nb);
	for (probe = probes; probe->tracepoint; probe++)
		if (probe->tp)
			detach(probe);
	tracepoint_synchronize_unregister();
}
