/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes a thread's name so that it can forge neither a column nor a row. */
#ifndef TASKINFO_COMM_H
#define TASKINFO_COMM_H

struct seq_file;

void taskinfo_put_comm(struct seq_file *m, const char *comm);

#endif /* TASKINFO_COMM_H */
