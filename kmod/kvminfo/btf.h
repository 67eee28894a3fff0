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
 * Sleeps. Returns -ENOENT if there is no such file. After success, call btf_free().
 */
int btf_read(const char *name, struct btf_blob *blob);
void btf_free(struct btf_blob *blob);

/*
 * Byte offset of @member in struct @type, or -ENOENT. Searches @split, whose
 * strings continue those of @base, or @base itself if @split is NULL. Does not
 * search the members of anonymous members. -EINVAL on malformed BTF.
 */
int btf_member_offset(const struct btf_blob *base, const struct btf_blob *split,
		      const char *type, const char *member);

#endif /* BTF_LAYOUT_H */
