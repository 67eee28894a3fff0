// SPDX-License-Identifier: GPL-2.0-only
/* kvminfo: module parameters, loading and unloading. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/user_namespace.h>

#include "clock.h"
#include "probes.h"
#include "proc.h"
#include "queue.h"
#include "slots.h"
#include "vendor.h"
#include "version.h"

#ifndef CONFIG_X86_64
#error "kvminfo supports only x86-64: it reads the tracepoints of KVM there"
#endif

#if defined(CONFIG_CFI_CLANG) || defined(CONFIG_CFI)
#error "kCFI would trap: kvminfo attaches probes by name, so their prototypes cannot be checked"
#endif

static bool take_time = true;
module_param_named(time, take_time, bool, 0444);
MODULE_PARM_DESC(time, "measure the time spent in KVM, halted and in user space (default: on)");

static bool devices = true;
module_param(devices, bool, 0444);
MODULE_PARM_DESC(devices, "count hand-overs to user space by port and MMIO page (default: on)");

static bool vcpus;
module_param(vcpus, bool, 0444);
MODULE_PARM_DESC(vcpus, "serve the counts of each vCPU thread in /proc/kvminfo_vcpus (default: off)");

static unsigned int group;
module_param(group, uint, 0444);
MODULE_PARM_DESC(group, "numeric id of the group that may read the files in /proc (default: 0)");

static int __init kvminfo_init(void)
{
	kgid_t gid = make_kgid(&init_user_ns, group);
	int err;

	if (!gid_valid(gid)) {
		pr_err("group=%u is not a valid group id\n", group);
		return -EINVAL;
	}
	err = kvminfo_queue_init();
	if (err)
		return err;
	err = kvminfo_slots_init(devices);
	if (err)
		goto no_slots;
	err = kvminfo_vendor_start();
	if (err)
		goto no_vendor;
	err = kvminfo_attach_start(kvminfo_clock_choose(take_time));
	if (err)
		goto no_attach;
	err = kvminfo_proc_start(gid, vcpus);
	if (err)
		goto no_proc;
	return 0;

no_proc:
	kvminfo_attach_stop();
no_attach:
	kvminfo_vendor_stop();
no_vendor:
	kvminfo_slots_destroy();
no_slots:
	kvminfo_queue_destroy();
	return err;
}

static void __exit kvminfo_exit(void)
{
	kvminfo_proc_stop();
	kvminfo_attach_stop();
	kvminfo_vendor_stop();
	kvminfo_slots_destroy();
	kvminfo_queue_destroy();
}

module_init(kvminfo_init);
module_exit(kvminfo_exit);

MODULE_DESCRIPTION("Per-VM accounting of KVM exits in /proc/kvminfo");
MODULE_VERSION(KMOD_VERSION);
MODULE_LICENSE("GPL");
