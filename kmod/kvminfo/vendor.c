// SPDX-License-Identifier: GPL-2.0-only
/* Finds where a vCPU keeps the code of its last exit; see vendor.h. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>

#include "btf.h"
#include "vendor.h"

struct exit_layout svm_exit, vmx_exit;

/* A vendor module may be loaded while kvminfo is being loaded, or two at once. */
static DEFINE_MUTEX(learning);

/* A member of a structure and, if inner_type is set, a member of that member. */
struct place {
	const char *type, *member;
	const char *inner_type, *inner_member;
};

static const struct vendor {
	const char *module;
	struct exit_layout *layout;
	const char *type;		/* begins with struct kvm_vcpu vcpu */
	struct place places[2];		/* the first that exists */
} vendors[] = {
	{
		"kvm_amd", &svm_exit, "vcpu_svm",
		{ { "vcpu_svm", "vmcb" } },
	}, {
		"kvm_intel", &vmx_exit, "vcpu_vmx",
		/*
		 * Since 6.16 (7172c753c26a "KVM: VMX: Move common fields of
		 * struct vcpu_{vmx,tdx} to a struct") it is in vcpu_vt, which
		 * has the same offset in both.
		 */
		{ { "vcpu_vmx", "vt", "vcpu_vt", "exit_reason" },
		  { "vcpu_vmx", "exit_reason" } },
	},
};

static int place_offset(const struct btf_blob *base, const struct btf_blob *split,
		       const struct place *place)
{
	int outer = btf_member_offset(base, split, place->type, place->member);
	int inner = 0;

	if (outer < 0)
		return outer;
	if (place->inner_type)
		inner = btf_member_offset(base, split, place->inner_type, place->inner_member);
	return inner < 0 ? inner : outer + inner;
}

static int vendor_offset(const struct vendor *vendor, const struct btf_blob *base,
			 const struct btf_blob *split)
{
	int i, offset = -ENOENT;

	if (btf_member_offset(base, split, vendor->type, "vcpu") != 0)
		return -ENOENT;
	for (i = 0; i < ARRAY_SIZE(vendor->places) && vendor->places[i].type; i++) {
		offset = place_offset(base, split, &vendor->places[i]);
		if (offset >= 0)
			break;
	}
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

	err = btf_read(vendor->module, &split);
	if (!err) {
		offset = vendor_offset(vendor, vmlinux, &split);
		btf_free(&split);
	} else {
		offset = vendor_offset(vendor, vmlinux, NULL);
	}
	if (offset < 0)
		return;
	vendor->layout->offset = offset;
	vendor->layout->known = true;
	pr_info("%s: exit code at offset %d\n", vendor->module, offset);
}

/* Learns the layout of @module, or of all vendors if it is NULL. */
static void vendor_learn_all(const char *module)
{
	struct btf_blob vmlinux;
	int i, err;

	mutex_lock(&learning);
	err = btf_read("vmlinux", &vmlinux);
	if (err)
		pr_warn("exit reasons are not available: cannot read /sys/kernel/btf/vmlinux (error %d), which needs CONFIG_DEBUG_INFO_BTF\n",
			err);
	for (i = 0; i < ARRAY_SIZE(vendors); i++) {
		if (module && strcmp(module, vendors[i].module))
			continue;
		/* What is known may describe a module that was unloaded. */
		vendors[i].layout->known = false;
		if (!err)
			vendor_learn(&vendors[i], &vmlinux);
	}
	if (!err)
		btf_free(&vmlinux);
	mutex_unlock(&learning);
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

bool vendor_reasons_known(u32 isa)
{
	return KVM_EXIT_GIVES_CODE ||
	       (isa != KVM_ISA_VMX && svm_exit.known) ||
	       (isa != KVM_ISA_SVM && vmx_exit.known);
}

/* Registers first: a module loaded after learning but before registering would be missed. */
int vendor_start(void)
{
	int err;

	if (KVM_EXIT_GIVES_CODE)
		return 0;
	err = register_module_notifier(&vendor_nb);
	if (!err)
		vendor_learn_all(NULL);
	return err;
}

void vendor_stop(void)
{
	if (!KVM_EXIT_GIVES_CODE)
		unregister_module_notifier(&vendor_nb);
}
