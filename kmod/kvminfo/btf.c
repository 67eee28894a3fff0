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

int kvminfo_btf_read(const char *name, struct btf_blob *blob)
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
		kvminfo_btf_free(blob);
close:
	filp_close(file, NULL);
	return err;
}

void kvminfo_btf_free(struct btf_blob *blob)
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

/* A module's BTF and the kernel's that it continues. */
struct views {
	struct view base, split;
	bool has_split;
};

static int view_open(const struct btf_blob *blob, struct view *view)
{
	const struct btf_header *h = blob->data;
	/* Not sizeof(*h), because 7.2's own BTF may have a shorter, older header. */
	const size_t used = offsetofend(struct btf_header, str_len);
	u64 body;

	if (blob->size < used || h->magic != BTF_MAGIC ||
	    h->hdr_len < used || h->hdr_len > blob->size)
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
static bool named(const struct views *views, u32 off, const char *name)
{
	if (off < views->base.strings_size)
		return !strcmp(views->base.strings + off, name);
	off -= views->base.strings_size;
	return views->has_split && off < views->split.strings_size &&
	       !strcmp(views->split.strings + off, name);
}

/* The type at @at, and where the next one begins; NULL at the end or if it is cut off. */
static const struct btf_type *type_at(const struct view *view, const void *at, const void **next)
{
	const struct btf_type *t = at;
	long tail;

	if (view->types_end - at < sizeof(*t))
		return NULL;
	tail = tail_size(t);
	if (tail < 0 || view->types_end - at - sizeof(*t) < tail)
		return NULL;
	*next = at + sizeof(*t) + tail;
	return t;
}

/* Ids begin at 1 and run through the base's types first. */
static const struct btf_type *type_by_id(const struct views *views, u32 id)
{
	const struct btf_type *t;
	const void *at;

	for (at = views->base.types; (t = type_at(&views->base, at, &at)); )
		if (!--id)
			return t;
	if (!views->has_split)
		return NULL;
	for (at = views->split.types; (t = type_at(&views->split, at, &at)); )
		if (!--id)
			return t;
	return NULL;
}

/* Leaves out typedefs and qualifiers. NULL if there is no such type. */
static const struct btf_type *type_behind(const struct views *views, u32 id)
{
	const struct btf_type *t;
	int depth;

	for (depth = 0; id && depth < 16; depth++) {
		t = type_by_id(views, id);
		if (!t)
			return NULL;
		switch (BTF_INFO_KIND(t->info)) {
		case 8:		/* TYPEDEF */
		case 9:		/* VOLATILE */
		case 10:	/* CONST */
		case 11:	/* RESTRICT */
		case 18:	/* TYPE_TAG */
			id = t->type;
			break;
		default:
			return t;
		}
	}
	return NULL;
}

static bool is_expected(const struct views *views, u32 id, const struct btf_member_type *expected)
{
	const struct btf_type *t = type_behind(views, id);
	u32 size;

	if (!t)
		return false;
	switch (BTF_INFO_KIND(t->info)) {
	case 1:		/* INT */
	case 4:		/* STRUCT */
	case 5:		/* UNION */
	case 6:		/* ENUM */
		size = t->size;
		break;
	case 2:		/* PTR */
		size = sizeof(void *);
		break;
	default:
		return false;
	}
	if ((BTF_INFO_KIND(t->info) == 2) != expected->pointer ||
	    (expected->size && size != expected->size))
		return false;
	if (expected->pointer)
		t = type_behind(views, t->type);
	return !expected->type || (t && named(views, t->name_off, expected->type));
}

static int offset_in(const struct views *views, const struct btf_type *t, const char *name,
		     const struct btf_member_type *expected)
{
	const struct btf_member *m = (const void *)(t + 1);
	u32 i;

	for (i = 0; i < BTF_INFO_VLEN(t->info); i++) {
		u32 bits = m[i].offset;

		if (!named(views, m[i].name_off, name))
			continue;
		/* If the kind flag is set, the upper 8 bits are the width of a bit field. */
		if (BTF_INFO_KFLAG(t->info)) {
			if (BTF_MEMBER_BITFIELD_SIZE(bits))
				return -EINVAL;
			bits = BTF_MEMBER_BIT_OFFSET(bits);
		}
		if (bits % 8 || bits / 8 + (u64)expected->size > t->size ||
		    bits / 8 > INT_MAX || !is_expected(views, m[i].type, expected))
			return -EINVAL;
		return bits / 8;
	}
	return -ENOENT;
}

static const struct btf_type *struct_in(const struct views *views, const struct view *view,
					const char *name)
{
	const struct btf_type *t;
	const void *at;

	for (at = view->types; (t = type_at(view, at, &at)); )
		if (BTF_INFO_KIND(t->info) == BTF_KIND_STRUCT && named(views, t->name_off, name))
			return t;
	return NULL;
}

int kvminfo_btf_member_offset(const struct btf_blob *base, const struct btf_blob *split,
			      const char *type, const char *member,
			      const struct btf_member_type *expected)
{
	struct views views = { .has_split = split };
	const struct btf_type *t = NULL;

	if (view_open(base, &views.base) || (split && view_open(split, &views.split)))
		return -EINVAL;
	if (split)
		t = struct_in(&views, &views.split, type);
	if (!t)
		t = struct_in(&views, &views.base, type);
	return t ? offset_in(&views, t, member, expected) : -ENOENT;
}
