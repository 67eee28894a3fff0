/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/kvminfo, in the format of include/abi.h. */
#ifndef PROC_H
#define PROC_H

#include <linux/uidgid.h>

int proc_start(kgid_t group);
void proc_stop(void);

#endif /* PROC_H */
