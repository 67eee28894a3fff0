/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The text formats of /proc/kvminfo and /proc/taskinfo: the only contract
 * between the two modules and their readers.
 *
 * Both files:
 *   line 1   "<name> <ABI_VERSION>" and then key=value pairs, blank-separated.
 *            A reader ignores keys that it does not know.
 *   line 2   the column titles, blank-separated. A reader finds a column by its
 *            title, so appending a column on the right does not change the version.
 *   line 3+  one row per VM (kvminfo) or thread (taskinfo), blank-separated.
 *            "-" in a column: not available on this kernel, or switched off.
 *            A row always ends in a newline; a row without one was cut off.
 *
 * ABI_VERSION increases if a column changes its meaning or is removed.
 */
#ifndef KVMINFO_ABI_H
#define KVMINFO_ABI_H

#define ABI_VERSION 1

/*
 * /proc/kvminfo. A VM is a process (tgid) with at least one vCPU thread that
 * has run a guest; VMs that share one process share one row.
 *
 * Header keys:
 *   module   version of the module
 *   vendor   svm | vmx | - (no exit seen yet)
 *   time     on | off: whether the *_ns columns count
 *   reasons  on | -: whether exit reasons can be read on this kernel
 *   devices  on | off: whether device accesses are counted
 *   vcpus    on | off: whether /proc/kvminfo_vcpus exists
 *   lost     exits and signals that were not counted because no slot was available
 *
 * Columns:
 *   index                1, 2, ... in the order of this read
 *   pid                  tgid, in the reader's pid namespace
 *   io_num               exits on a port I/O instruction
 *   exception_num        exits on a guest exception (VMX: NMIs too, also the host's)
 *   kvm_vm_switch_num    exits handled in KVM, which then re-entered the guest
 *   kvm_qemu_switch_num  exits that were handed to user space
 *   signal_num           returns of KVM_RUN forced by a signal; not userspace exits
 *   kvm_ns               time from an exit to the next entry or to the userspace exit,
 *                        without halt_ns
 *   halt_ns              time a vCPU was halted or polled for a wake-up in KVM
 *   user_ns              time from a userspace exit to the next entry
 *   start_ns             start of the process, since boot, as in /proc/<pid>/stat: in the
 *                        reader's time namespace, but not on Linux 5.10;
 *                        identifies the process together with pid
 *   vcpus                vcpu_id:tid,... of the vCPU threads now alive, "-" for none;
 *                        tids in the reader's pid namespace
 *   reasons              name:count,... of the reasons seen, "-" for none. Of an encrypted
 *                        guest (SEV-ES, SNP), io_num, exception_num and reasons show most
 *                        exits as vmgexit only.
 *   user_reasons         name:count:ns,... of the reasons for which KVM_RUN returned, "-" for
 *                        none: KVM_EXIT_* in lower case, or other. The counts add up to
 *                        kvm_qemu_switch_num, the times to user_ns. A request of KVM that
 *                        no exit caused (irq_window_open) has time, but a count of 0.
 *   reason_ns            name:ns,... kvm_ns by the names of reasons, "-" for none
 *   devices              key:count:ns,... hand-overs for io and mmio, and the time in user
 *                        space that followed, by where the guest accessed: p<hex> a port,
 *                        m<hex> a page of MMIO (guest physical address >> 12). The counts
 *                        add up to those of io and mmio in user_reasons. There are at most
 *                        64 keys; "other" is what was counted while an address was not
 *                        among the frequent ones: at most 1/16 of all accesses are missing
 *                        from the count of any key, and none unless there are more than 32.
 *                        So a key may disappear, and start again at a lower count, when
 *                        others become more frequent; its count is then part of other.
 *
 * In lists of name:count:ns, the ns are "-" if time is off.
 *
 * open() fails with ENODEV if the exits of the KVM on this host cannot be counted
 * because it lacks a tracepoint.
 *
 * The first six are the columns of the 2018 thesis, in its order.
 */
#define KVMINFO_COLUMNS \
	"index pid io_num exception_num kvm_vm_switch_num kvm_qemu_switch_num " \
	"signal_num kvm_ns halt_ns user_ns start_ns vcpus reasons " \
	"user_reasons reason_ns devices"

/*
 * /proc/kvminfo_vcpus, only with vcpus=on. One row per vCPU thread now alive.
 *
 * Header keys: module, time, as above.
 *
 * Columns:
 *   pid tid    process and thread, in the reader's pid namespace
 *   vcpu       id of the first vCPU that the thread ran
 *   exits_num  exits: those handled in KVM and those handed to user space
 *   kvm_qemu_switch_num io_num kvm_ns halt_ns user_ns   as above, of this thread
 *   start_ns   start of the thread, since boot, as above;
 *              identifies the thread together with tid
 */
#define KVMINFO_VCPUS_COLUMNS \
	"pid tid vcpu exits_num kvm_qemu_switch_num io_num kvm_ns halt_ns user_ns start_ns"

/*
 * /proc/taskinfo. One row per thread of the reader's pid namespace.
 *
 * Header keys:
 *   module     version of the module
 *   hz         the kernel's timer frequency
 *   uptime_ns  now, since boot: the clock of start_ns
 *
 * Columns:
 *   tgid tid       process and thread
 *   comm           name; blank, backslash and all except printable ASCII as \xHH;
 *                  "-" for an empty name, "\x2d" for the name "-"
 *   state          R S D T t X Z P I
 *   policy         SCHED_*: 0 other, 1 fifo, 2 rr, 3 batch, 5 idle, 6 deadline, 7 ext
 *   nice           -20 ... 19
 *   static_prio    100 ... 139
 *   prio           dynamic: -1 deadline, 0 ... 99 real time, 100 ... 139 fair
 *   rt_prio        1 ... 99, 0 for the fair class
 *   cpu            the CPU on which it runs or last ran
 *   utime_ns stime_ns   CPU time in user and system mode, scaled as in /proc/<pid>/stat
 *   exec_ns        CPU time by the scheduler's own clock
 *   run_delay_ns   time runnable but waiting for a CPU
 *   nvcsw nivcsw   voluntary, involuntary context switches
 *   slice_ns       rr: what is left of its round; fair: its whole slice (6.6 and newer)
 *   start_ns       start of the thread, since boot, as in /proc/<pid>/stat
 *   rss_kib total_kib   resident and virtual memory of the process; 0 for kernel threads
 *   uid            real user id, in the reader's user namespace
 */
#define TASKINFO_COLUMNS \
	"tgid tid comm state policy nice static_prio prio rt_prio cpu " \
	"utime_ns stime_ns exec_ns run_delay_ns nvcsw nivcsw slice_ns " \
	"start_ns rss_kib total_kib uid"

#endif /* KVMINFO_ABI_H */
