/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/kvminfo and, with @vcpus, /proc/kvminfo_vcpus, in the formats of include/abi.h. */
#ifndef PROC_H
#define PROC_H

#include <linux/uidgid.h>

int kvminfo_proc_start(kgid_t group, bool vcpus);
void kvminfo_proc_stop(void);

#endif /* PROC_H */
