// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing a thread's name so that it can forge neither a column nor a row.
 *
 * Any thread names itself (PR_SET_NAME) with up to 15 bytes of its choice:
 * blanks, newlines, nothing at all. seq_escape() leaves all bytes of 0x80 and
 * above to an explicit list, and string_escape_mem()'s flags for that are newer
 * than 5.10, so the few lines are here.
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
	/* "-" alone is how the format says "none"; a thread may be called so. */
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
