/* SPDX-License-Identifier: GPL-2.0-only */
/* What a reader sees of an open file, and how it is printed; see include/abi.h. */
#ifndef TABLE_H
#define TABLE_H

#include <linux/seq_file.h>

#include "rows.h"

struct table {
	u64 lost;
	u32 isa;
	bool time;
	bool reasons;
	bool vcpus;
	struct rows rows;
};

void kvminfo_table_show_head(struct seq_file *m, const struct table *table);
void kvminfo_table_show_row(struct seq_file *m, const struct table *table, size_t index);

void kvminfo_vcpus_show_head(struct seq_file *m, const struct table *table);
/* All vCPUs of the row. */
void kvminfo_vcpus_show_row(struct seq_file *m, const struct table *table, size_t index);

#endif /* TABLE_H */
