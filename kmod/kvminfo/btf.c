// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reader of BTF, the kernel's own type information, that answers one question:
 * at which offset does a given structure have a given member? The kernel's own
 * parser is not exported to modules. Format: Documentation/bpf/btf.rst.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <uapi/linux/btf.h>

#include "btf.h"

/*
 * Reads with kernel_read(), as a program would, because kernel_read_file() is for
 * files that the kernel trusts afterwards: security modules appraise or refuse them.
 */
static int read_all(struct file *file, void *data, size_t size)
{
	loff_t pos = 0;
	ssize_t got;

	while (pos < size) {
		got = kernel_read(file, data + pos, size - pos, &pos);
		if (got <= 0)
			return got ?: -EIO;
	}
	return 0;
}

int btf_read(const char *name, struct btf_blob *blob)
{
	struct file *file;
	char path[64];
	int err;

	if (snprintf(path, sizeof(path), "/sys/kernel/btf/%s", name) >= sizeof(path))
		return -ENAMETOOLONG;
	file = filp_open(path, O_RDONLY, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);
	blob->size = i_size_read(file_inode(file));
	err = -EINVAL;
	if (!blob->size)
		goto close;
	blob->data = vmalloc(blob->size);
	err = blob->data ? read_all(file, blob->data, blob->size) : -ENOMEM;
	if (err)
		btf_free(blob);
close:
	filp_close(file, NULL);
	return err;
}

void btf_free(struct btf_blob *blob)
{
	vfree(blob->data);
	blob->data = NULL;
}

/* A checked view of one blob: everything between the pointers lies inside the blob. */
struct view {
	const void *types, *types_end;
	const char *strings;
	u32 strings_size;
};

static int view_open(const struct btf_blob *blob, struct view *view)
{
	const struct btf_header *h = blob->data;
	u64 body;

	if (blob->size < sizeof(*h) || h->magic != BTF_MAGIC ||
	    h->hdr_len < sizeof(*h) || h->hdr_len > blob->size)
		return -EINVAL;
	body = blob->size - h->hdr_len;
	if ((u64)h->type_off + h->type_len > body || h->type_off % 4 ||
	    (u64)h->str_off + h->str_len > body || !h->str_len)
		return -EINVAL;
	view->types = blob->data + h->hdr_len + h->type_off;
	view->types_end = view->types + h->type_len;
	view->strings = blob->data + h->hdr_len + h->str_off;
	view->strings_size = h->str_len;
	/* So that every offset in the table names a terminated string. */
	if (view->strings[h->str_len - 1])
		return -EINVAL;
	return 0;
}

/* Bytes that follow a struct btf_type of this kind, or -EINVAL. */
static long tail_size(const struct btf_type *t)
{
	u32 n = BTF_INFO_VLEN(t->info);

	/* Numbers, because older headers lack the names of newer kinds. */
	switch (BTF_INFO_KIND(t->info)) {
	case 1:		/* INT */
	case 14:	/* VAR */
	case 17:	/* DECL_TAG */
		return 4;
	case 3:		/* ARRAY */
		return sizeof(struct btf_array);
	case 4:		/* STRUCT */
	case 5:		/* UNION */
		return n * sizeof(struct btf_member);
	case 6:		/* ENUM */
	case 13:	/* FUNC_PROTO */
		return n * 8L;
	case 15:	/* DATASEC */
	case 19:	/* ENUM64 */
		return n * 12L;
	case 2:		/* PTR */
	case 7:		/* FWD */
	case 8:		/* TYPEDEF */
	case 9:		/* VOLATILE */
	case 10:	/* CONST */
	case 11:	/* RESTRICT */
	case 12:	/* FUNC */
	case 16:	/* FLOAT */
	case 18:	/* TYPE_TAG */
		return 0;
	}
	return -EINVAL;
}

/* String offsets run through the base's strings first and on into the split's. */
static bool named(const struct view *base, const struct view *split, u32 off,
		  const char *name)
{
	if (off < base->strings_size)
		return !strcmp(base->strings + off, name);
	off -= base->strings_size;
	return split && off < split->strings_size && !strcmp(split->strings + off, name);
}

static int offset_in(const struct view *base, const struct view *split,
		     const struct btf_type *t, const char *name)
{
	const struct btf_member *m = (const void *)(t + 1);
	u32 i;

	for (i = 0; i < BTF_INFO_VLEN(t->info); i++) {
		u32 bits = m[i].offset;

		if (!named(base, split, m[i].name_off, name))
			continue;
		/* If the kind flag is set, the upper 8 bits are the width of a bit field. */
		if (BTF_INFO_KFLAG(t->info)) {
			if (BTF_MEMBER_BITFIELD_SIZE(bits))
				return -EINVAL;
			bits = BTF_MEMBER_BIT_OFFSET(bits);
		}
		return bits % 8 ? -EINVAL : bits / 8;
	}
	return -ENOENT;
}

int btf_member_offset(const struct btf_blob *base_blob, const struct btf_blob *split_blob,
		      const char *type, const char *member)
{
	struct view base, split;
	const struct view *in = &base;
	const void *at;

	if (view_open(base_blob, &base))
		return -EINVAL;
	if (split_blob) {
		if (view_open(split_blob, &split))
			return -EINVAL;
		in = &split;
	}

	at = in->types;
	while (in->types_end - at >= sizeof(struct btf_type)) {
		const struct btf_type *t = at;
		long tail = tail_size(t);

		if (tail < 0 || in->types_end - at - sizeof(*t) < tail)
			return -EINVAL;
		if (BTF_INFO_KIND(t->info) == BTF_KIND_STRUCT &&
		    named(&base, split_blob ? &split : NULL, t->name_off, type))
			return offset_in(&base, split_blob ? &split : NULL, t, member);
		at += sizeof(*t) + tail;
	}
	return -ENOENT;
}
