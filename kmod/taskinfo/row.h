/* SPDX-License-Identifier: GPL-2.0-only */
/* One row of /proc/taskinfo: the columns TASKINFO_COLUMNS of abi.h. */
#ifndef TASKINFO_ROW_H
#define TASKINFO_ROW_H

struct seq_file;
struct taskinfo_walk;

int taskinfo_put_row(struct seq_file *m, const struct taskinfo_walk *at);

#endif /* TASKINFO_ROW_H */
