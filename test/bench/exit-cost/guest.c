// SPDX-License-Identifier: GPL-2.0-only
/*
 * guest OUT PIC ROUNDS: a VM whose guest measures with its own TSC what its
 * exits cost. Each round makes OUT writes to a port that user space must handle,
 * and PIC writes to the in-kernel interrupt controller, which KVM handles itself.
 * Prints "<ticks per OUT> <ticks per PIC>", each the median of the rounds.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

enum { CODE = 0x1000, MEMORY = 0x4000, MAX_ROUNDS = 1000 };

/* Ports: no device has 0x10 and 0xf0; 0x21 is the PIC's interrupt mask. */
__asm__(".pushsection .rodata\n"
	".code16\n"
	"code:\n"
	"	mov	%esi, %ecx\n"
	"	rdtsc\n"
	"	mov	%eax, %ebx\n"
	"1:	out	%al, $0x10\n"
	"	dec	%ecx\n"
	"	jnz	1b\n"
	"	rdtsc\n"
	"	sub	%ebx, %eax\n"
	"	out	%eax, $0xf0\n"
	"	mov	%edi, %ecx\n"
	"	rdtsc\n"
	"	mov	%eax, %ebx\n"
	"	mov	$0xff, %al\n"
	"2:	out	%al, $0x21\n"
	"	dec	%ecx\n"
	"	jnz	2b\n"
	"	rdtsc\n"
	"	sub	%ebx, %eax\n"
	"	out	%eax, $0xf0\n"
	"	jmp	code\n"
	"code_end:\n"
	".code64\n"
	".popsection\n");
extern const char code[], code_end[];

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double median(uint32_t *ticks, int rounds, unsigned int exits)
{
	qsort(ticks, rounds, sizeof(*ticks), by_value);
	return (double)ticks[rounds / 2] / exits;
}

static int vm_ioctl(int fd, unsigned long request, void *arg, const char *what)
{
	int result = ioctl(fd, request, arg);

	if (result < 0)
		err(1, "%s", what);
	return result;
}

int main(int argc, char **argv)
{
	static uint32_t ticks[2][MAX_ROUNDS];
	struct kvm_userspace_memory_region region = { .memory_size = MEMORY };
	struct kvm_regs regs = { .rip = CODE, .rflags = 2 };
	struct kvm_sregs sregs;
	struct kvm_run *run;
	int kvm, vm, vcpu, rounds, i = 0;
	void *memory;

	if (argc != 4 || (rounds = atoi(argv[3])) < 1 || rounds > MAX_ROUNDS)
		errx(2, "usage: guest OUT PIC ROUNDS (at most %d rounds)", MAX_ROUNDS);
	regs.rsi = atoi(argv[1]);
	regs.rdi = atoi(argv[2]);
	if (!regs.rsi || !regs.rdi)
		errx(2, "OUT and PIC must be 1 or more");

	kvm = open("/dev/kvm", O_RDWR);
	if (kvm < 0)
		err(1, "/dev/kvm");
	vm = vm_ioctl(kvm, KVM_CREATE_VM, NULL, "KVM_CREATE_VM");
	vm_ioctl(vm, KVM_CREATE_IRQCHIP, NULL, "KVM_CREATE_IRQCHIP");
	memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		err(1, "guest memory");
	memcpy((char *)memory + CODE, code, code_end - code);
	region.userspace_addr = (uintptr_t)memory;
	vm_ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region, "KVM_SET_USER_MEMORY_REGION");

	vcpu = vm_ioctl(vm, KVM_CREATE_VCPU, NULL, "KVM_CREATE_VCPU");
	run = mmap(NULL, vm_ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, NULL, "KVM_GET_VCPU_MMAP_SIZE"),
		   PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	if (run == MAP_FAILED)
		err(1, "vCPU's memory");
	vm_ioctl(vcpu, KVM_GET_SREGS, &sregs, "KVM_GET_SREGS");
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	vm_ioctl(vcpu, KVM_SET_SREGS, &sregs, "KVM_SET_SREGS");
	vm_ioctl(vcpu, KVM_SET_REGS, &regs, "KVM_SET_REGS");

	while (i < 2 * rounds) {
		vm_ioctl(vcpu, KVM_RUN, NULL, "KVM_RUN");
		if (run->exit_reason != KVM_EXIT_IO)
			errx(1, "unexpected exit %u", run->exit_reason);
		if (run->io.port == 0xf0) {
			memcpy(&ticks[i % 2][i / 2], (char *)run + run->io.data_offset, 4);
			i++;
		}
	}
	printf("%.1f %.1f\n", median(ticks[0], rounds, regs.rsi), median(ticks[1], rounds, regs.rdi));
	return 0;
}
