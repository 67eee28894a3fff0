// SPDX-License-Identifier: GPL-2.0-only
/* Finds where a vCPU keeps the code of its last exit; see vendor.h. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>

#include "btf.h"
#include "queue.h"
#include "vendor.h"

struct exit_layout kvminfo_svm_exit, kvminfo_vmx_exit;

/* A vendor module may be loaded while kvminfo is being loaded, or two at once. */
static DEFINE_MUTEX(learning_lock);

/* A member of a structure. */
struct place {
	const char *type, *member;
	struct btf_member_type is;
	int assumed;			/* the offset at which our code assumes it */
};

/* A way to the exit's code, whose offset is the sum of those of the places. */
#define MAX_PLACES 2
struct way {
	struct place places[MAX_PLACES];
};

static const struct vendor {
	const char *module;
	struct exit_layout *layout;
	struct place assumed[3];
	struct way ways[2];		/* the first that exists */
} vendors[] = {
	{
		"kvm_amd", &kvminfo_svm_exit,
		{ { "vcpu_svm", "vcpu", { "kvm_vcpu", false, sizeof(struct kvm_vcpu) }, 0 },
		  { "vmcb", "control",
		    { "vmcb_control_area", false, sizeof(struct vmcb_control_area) }, 0 },
		  { "vmcb_control_area", "exit_code",
		    { NULL, false, sizeof_field(struct vmcb_control_area, exit_code) },
		    offsetof(struct vmcb_control_area, exit_code) } },
		{ { { { "vcpu_svm", "vmcb", { "vmcb", true, sizeof(void *) } } } } },
	}, {
		"kvm_intel", &kvminfo_vmx_exit,
		{ { "vcpu_vmx", "vcpu", { "kvm_vcpu", false, sizeof(struct kvm_vcpu) }, 0 } },
		/*
		 * Since 6.16 (7172c753c26a "KVM: VMX: Move common fields of
		 * struct vcpu_{vmx,tdx} to a struct") it is in vcpu_vt, which
		 * has the same offset in both.
		 */
		{ { { { "vcpu_vmx", "vt", { "vcpu_vt", false, 0 } },
		      { "vcpu_vt", "exit_reason", { "vmx_exit_reason", false, 4 } } } },
		  { { { "vcpu_vmx", "exit_reason", { "vmx_exit_reason", false, 4 } } } } },
	},
};

static int place_offset(const struct btf_blob *base, const struct btf_blob *split,
			const struct place *place)
{
	return kvminfo_btf_member_offset(base, split, place->type, place->member, &place->is);
}

static int way_offset(const struct btf_blob *base, const struct btf_blob *split,
		      const struct way *way)
{
	int i, offset, sum = 0;

	for (i = 0; i < MAX_PLACES && way->places[i].type; i++) {
		offset = place_offset(base, split, &way->places[i]);
		if (offset < 0)
			return offset;
		sum += offset;
	}
	return i ? sum : -ENOENT;
}

static int vendor_offset(const struct vendor *vendor, const struct btf_blob *base,
			 const struct btf_blob *split)
{
	const struct place *assumed;
	int i, offset = -ENOENT;

	for (assumed = vendor->assumed; assumed < vendor->assumed + ARRAY_SIZE(vendor->assumed) &&
	     assumed->type; assumed++)
		if (place_offset(base, split, assumed) != assumed->assumed)
			return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(vendor->ways) && offset < 0; i++)
		offset = way_offset(base, split, &vendor->ways[i]);
	return offset;
}

/*
 * No exit of this vendor can occur meanwhile: at start-up no probe is attached
 * yet, and later the vendor's module is still being loaded.
 */
static void vendor_learn(const struct vendor *vendor, const struct btf_blob *vmlinux)
{
	struct btf_blob split;
	int offset, err;

	err = kvminfo_btf_read(vendor->module, &split);
	if (!err) {
		offset = vendor_offset(vendor, vmlinux, &split);
		kvminfo_btf_free(&split);
	} else {
		offset = vendor_offset(vendor, vmlinux, NULL);
	}
	if (offset < 0)
		return;
	vendor->layout->offset = offset;
	vendor->layout->known = true;
	pr_info("%s: exit code at offset %d\n", vendor->module, offset);
}

static int learn_from_btf(const char *module)
{
	struct btf_blob vmlinux;
	int i, err;

	err = kvminfo_btf_read("vmlinux", &vmlinux);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(vendors); i++)
		if (!module || !strcmp(module, vendors[i].module))
			vendor_learn(&vendors[i], &vmlinux);
	kvminfo_btf_free(&vmlinux);
	return 0;
}

struct learning {
	struct work_struct work;
	const char *module;
	int err;
};

static void learn_work(struct work_struct *work)
{
	struct learning *learning = container_of(work, struct learning, work);

	learning->err = learn_from_btf(learning->module);
}

/*
 * Learns the layout of @module, or of all vendors if it is NULL. A worker reads
 * BTF, because it sees the mounts of init; the process that loads a module may be
 * in a container. Where workers see no mounts at all, this process reads it.
 */
static void vendor_learn_all(const char *module)
{
	struct learning learning = { .module = module };
	int i, err;

	mutex_lock(&learning_lock);
	/* What is known may describe a module that was unloaded. */
	for (i = 0; i < ARRAY_SIZE(vendors); i++)
		if (!module || !strcmp(module, vendors[i].module))
			vendors[i].layout->known = false;
	INIT_WORK_ONSTACK(&learning.work, learn_work);
	queue_work(kvminfo_queue, &learning.work);
	flush_work(&learning.work);
	destroy_work_on_stack(&learning.work);
	err = learning.err;
	if (err)
		err = learn_from_btf(module);
	if (err)
		pr_warn("exit reasons are not available: cannot read /sys/kernel/btf/vmlinux (error %d), which needs CONFIG_DEBUG_INFO_BTF\n",
			err);
	mutex_unlock(&learning_lock);
}

static int vendor_module_event(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct module *mod = data;
	int i;

	for (i = 0; i < ARRAY_SIZE(vendors); i++) {
		if (event != MODULE_STATE_COMING || strcmp(mod->name, vendors[i].module))
			continue;
		vendor_learn_all(mod->name);
		if (!vendors[i].layout->known)
			pr_warn("%s: exit reasons are not available: cannot find the exit code's offset in its BTF\n",
				mod->name);
	}
	return NOTIFY_OK;
}

/* Runs after the kernel's own notifier, which creates /sys/kernel/btf/<module>. */
static struct notifier_block vendor_nb = {
	.notifier_call = vendor_module_event,
	.priority = -1,
};

bool kvminfo_vendor_reasons_known(u32 isa)
{
	return KVM_EXIT_GIVES_CODE ||
	       (isa != KVM_ISA_VMX && kvminfo_svm_exit.known) ||
	       (isa != KVM_ISA_SVM && kvminfo_vmx_exit.known);
}

/* Registers first: a module loaded after learning but before registering would be missed. */
int kvminfo_vendor_start(void)
{
	int err;

	if (KVM_EXIT_GIVES_CODE)
		return 0;
	err = register_module_notifier(&vendor_nb);
	if (!err)
		vendor_learn_all(NULL);
	return err;
}

void kvminfo_vendor_stop(void)
{
	if (!KVM_EXIT_GIVES_CODE)
		unregister_module_notifier(&vendor_nb);
}
