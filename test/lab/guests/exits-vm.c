// SPDX-License-Identifier: Apache-2.0
/* The VMM of exits: one VM in real mode, its vCPUs, and what it does when they leave the guest. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "exits.h"

extern const char exits_code[], exits_code_end[], exits_ud_handler[];

/* How long a vCPU stays halted in KVM before it is woken. */
#define HALT_NS 20000000

/* RFLAGS: the bit that is always set, and IF. */
enum { FLAGS = 2, FLAG_INTERRUPTS = 0x200 };

struct exits_vm {
	int kvm, fd;
	bool irqchip;
	struct exits_work work;
};

static int must(int result, const char *what)
{
	if (result < 0)
		err(1, "%s", what);
	return result;
}

struct exits_vm *exits_vm_create(const struct exits_work *work, bool irqchip)
{
	struct exits_vm *vm = calloc(1, sizeof(*vm));
	char *memory = mmap(NULL, EXITS_MEMORY, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	struct kvm_userspace_memory_region region = {
		.memory_size = EXITS_MEMORY,
		.userspace_addr = (uintptr_t)memory,
	};

	if (!vm || memory == MAP_FAILED)
		err(1, "guest memory");
	vm->work = *work;
	vm->irqchip = irqchip;
	vm->kvm = must(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");
	vm->fd = must(ioctl(vm->kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
	/* Intel without unrestricted guests needs three pages for real mode. */
	must(ioctl(vm->fd, KVM_SET_TSS_ADDR, 0xfffbd000ul), "KVM_SET_TSS_ADDR");
	if (irqchip)
		must(ioctl(vm->fd, KVM_CREATE_IRQCHIP, 0), "KVM_CREATE_IRQCHIP");
	must(ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");

	memcpy(memory + EXITS_COUNTS, work->counts, sizeof(work->counts));
	memcpy(memory + EXITS_CODE, exits_code, exits_code_end - exits_code);
	/* Vector 6, #UD: offset, segment 0. */
	*(uint16_t *)(memory + 6 * 4) = EXITS_CODE + (exits_ud_handler - exits_code);
	return vm;
}

/*
 * SIGUSR1 is blocked everywhere except in KVM_RUN, which it ends. This function
 * then removes it, so no signal that arrives between two KVM_RUNs is lost.
 */
static void take_signal(void)
{
	sigset_t set;
	struct timespec now = { 0 };

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigtimedwait(&set, NULL, &now);
}

static void let_signals_end_run(int vcpu)
{
	struct {
		struct kvm_signal_mask mask;
		uint64_t set;
	} __attribute__((packed)) open_mask = { .mask.len = sizeof(uint64_t) };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	must(ioctl(vcpu, KVM_SET_SIGNAL_MASK, &open_mask), "KVM_SET_SIGNAL_MASK");
}

/* A vCPU halted in KVM waits for an interrupt that nobody sends, so signals wake it. */
static void wake_now_and_then(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1 };
	struct itimerspec every = { { 0, HALT_NS }, { 0, HALT_NS } };
	timer_t timer;

	event._sigev_un._tid = syscall(SYS_gettid);
	must(timer_create(CLOCK_MONOTONIC, &event, &timer), "timer_create");
	must(timer_settime(timer, 0, &every, NULL), "timer_settime");
}

static int create_vcpu(struct exits_vm *vm, unsigned int id)
{
	int vcpu = must(ioctl(vm->fd, KVM_CREATE_VCPU, id), "KVM_CREATE_VCPU");
	struct kvm_regs regs = {
		.rip = EXITS_CODE,
		.rflags = vm->work.windows ? FLAGS | FLAG_INTERRUPTS : FLAGS,
		.rsp = EXITS_MEMORY - 16 - id * 64,
	};
	struct kvm_mp_state runnable = { KVM_MP_STATE_RUNNABLE };
	struct kvm_sregs sregs;

	must(ioctl(vcpu, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
	sregs.cs.base = sregs.cs.selector = 0;
	must(ioctl(vcpu, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
	must(ioctl(vcpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");
	/* With an interrupt controller, all vCPUs but the first would wait for a start-up IPI. */
	if (vm->irqchip)
		must(ioctl(vcpu, KVM_SET_MP_STATE, &runnable), "KVM_SET_MP_STATE");
	return vcpu;
}

static void wake_if_halted(int vcpu)
{
	struct kvm_mp_state state;

	must(ioctl(vcpu, KVM_GET_MP_STATE, &state), "KVM_GET_MP_STATE");
	if (state.mp_state != KVM_MP_STATE_HALTED)
		return;
	state.mp_state = KVM_MP_STATE_RUNNABLE;
	must(ioctl(vcpu, KVM_SET_MP_STATE, &state), "KVM_SET_MP_STATE");
}

/* Makes KVM_RUN calls that end before the guest is entered. */
static void interrupt_runs(int vcpu, struct kvm_run *run, const struct exits_work *work, struct exits_seen *seen)
{
	for (uint32_t i = 0; i < work->signals + work->immediate; i++) {
		run->immediate_exit = i >= work->signals;
		if (!run->immediate_exit)
			pthread_kill(pthread_self(), SIGUSR1);
		if (ioctl(vcpu, KVM_RUN, 0) != -1 || errno != EINTR)
			errx(1, "KVM_RUN entered the guest in spite of a signal");
		seen->interrupted++;
		take_signal();
	}
	run->immediate_exit = 0;
}

/* Makes KVM_RUN calls that end as soon as the guest could take an interrupt, which none will send. */
static void request_windows(int vcpu, struct kvm_run *run, const struct exits_work *work)
{
	for (uint32_t i = 0; i < work->windows; i++) {
		run->request_interrupt_window = 1;
		must(ioctl(vcpu, KVM_RUN, 0), "KVM_RUN");
		if (run->exit_reason != KVM_EXIT_IRQ_WINDOW_OPEN)
			errx(1, "KVM_RUN returned for reason %u, not for the interrupt window", run->exit_reason);
	}
	run->request_interrupt_window = 0;
}

struct exits_seen exits_vcpu_run(struct exits_vm *vm, unsigned int id)
{
	int vcpu = create_vcpu(vm, id);
	size_t size = must(ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
	struct kvm_run *run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	struct exits_seen seen = { 0 };

	if (run == MAP_FAILED)
		err(1, "vCPU %u", id);
	let_signals_end_run(vcpu);
	interrupt_runs(vcpu, run, &vm->work, &seen);
	request_windows(vcpu, run, &vm->work);
	if (vm->irqchip && vm->work.counts[EXITS_HLT])
		wake_now_and_then();
	for (;;) {
		if (ioctl(vcpu, KVM_RUN, 0)) {
			if (errno != EINTR)
				err(1, "KVM_RUN");
			seen.interrupted++;
			take_signal();
			wake_if_halted(vcpu);
			continue;
		}
		switch (run->exit_reason) {
		case KVM_EXIT_IO:
			if (run->io.direction == KVM_EXIT_IO_IN)
				seen.in++;
			else
				seen.out++;
			if (run->io.port == EXITS_DONE_PORT)
				return seen;
			break;
		case KVM_EXIT_MMIO:
			seen.mmio++;
			break;
		case KVM_EXIT_HLT:
			seen.hlt++;
			break;
		default:
			errx(1, "vCPU %u left the guest for reason %u", id, run->exit_reason);
		}
	}
}
