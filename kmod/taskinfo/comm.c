// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a thread's name so that it can forge neither a column nor a row.
 *
 * Any thread can name itself (PR_SET_NAME) with up to 15 bytes of its choice:
 * blanks, newlines, nothing at all. seq_escape() escapes bytes of 0x80 and above
 * only if each is listed, and the flags of string_escape_mem() for them are newer
 * than 5.10. Hence these few lines.
 */
#include <linux/seq_file.h>

#include "comm.h"

static bool stands_for_itself(unsigned char c)
{
	/* Not isgraph(): the kernel's ctype is Latin-1. */
	return c > ' ' && c < 0x7f && c != '\\';
}

static void put_hex(struct seq_file *m, unsigned char c)
{
	seq_printf(m, "\\x%02x", c);
}

void taskinfo_put_comm(struct seq_file *m, const char *comm)
{
	/* In the format "-" alone means "none", but a thread may have that name. */
	if (comm[0] == '-' && !comm[1]) {
		put_hex(m, '-');
		return;
	}
	if (!comm[0])
		seq_putc(m, '-');

	for (; *comm; comm++) {
		if (stands_for_itself(*comm))
			seq_putc(m, *comm);
		else
			put_hex(m, *comm);
	}
}
