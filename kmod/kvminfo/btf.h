/* SPDX-License-Identifier: GPL-2.0-only */
/* The offset of a structure's member in the running kernel, according to its BTF. */
#ifndef BTF_LAYOUT_H
#define BTF_LAYOUT_H

#include <linux/types.h>

struct btf_blob {
	void *data;
	size_t size;
};

/*
 * Reads /sys/kernel/btf/<name>; works while module <name> is being loaded, too.
 * Sleeps. Returns -ENOENT if there is no such file. After success, call kvminfo_btf_free().
 */
int kvminfo_btf_read(const char *name, struct btf_blob *blob);
void kvminfo_btf_free(struct btf_blob *blob);

/* What a member must be. */
struct btf_member_type {
	const char *type;	/* name of the structure, union or other type; NULL: any */
	bool pointer;		/* the member points to it */
	u32 size;		/* of the member in bytes; 0: any */
};

/*
 * Byte offset of @member in struct @type, which is in @split or, failing that, in
 * @base. @split continues the strings and types of @base, and may be NULL. Does
 * not search the members of anonymous members.
 *
 * Returns -ENOENT if there is no such member, -EINVAL on malformed BTF or if the
 * member is not an @expected or not inside the structure.
 */
int kvminfo_btf_member_offset(const struct btf_blob *base, const struct btf_blob *split,
			      const char *type, const char *member,
			      const struct btf_member_type *expected);

#endif /* BTF_LAYOUT_H */
