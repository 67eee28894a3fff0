/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a structure of the running kernel has a member, by its BTF. */
#ifndef BTF_LAYOUT_H
#define BTF_LAYOUT_H

#include <linux/types.h>

struct btf_blob {
	void *data;
	size_t size;
};

/*
 * Reads /sys/kernel/btf/<name>, also while module <name> is being loaded.
 * Sleeps. -ENOENT where there is none; else btf_free() it.
 */
int btf_read(const char *name, struct btf_blob *blob);
void btf_free(struct btf_blob *blob);

/*
 * Byte offset of @member in struct @type, or -ENOENT. Looks in @split, whose
 * strings continue those of @base; @split may be NULL to look in @base alone.
 * Members of anonymous members are not looked for. -EINVAL on malformed BTF.
 */
int btf_member_offset(const struct btf_blob *base, const struct btf_blob *split,
		      const char *type, const char *member);

#endif /* BTF_LAYOUT_H */
