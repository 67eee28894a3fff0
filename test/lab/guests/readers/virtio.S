/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A boot sector that reads the first 4 KiB of its disk forever. Without a virtio
 * disk it uses the firmware's driver, as ide.S does. A virtio disk it reads the way
 * an operating system's driver does: it notifies the device, which KVM passes to
 * QEMU without leaving the kernel (ioeventfd), and polls memory for the answer.
 * SeaBIOS's own driver also reads a register of the device each time.
 *
 * It uses the legacy interface of virtio 1.0 (section 4.1.4.8), because its
 * registers are I/O ports, which real mode can reach.
 */
#define DEVICE		0x10011af4	/* block device, vendor virtio */
#define QUEUE_ADDRESS	8
#define QUEUE_SELECT	14
#define QUEUE_NOTIFY	16
#define STATUS		18

/* The queue of 256 entries at 1000:0000: descriptors, then these, each on a page of its own. */
#define QUEUE		0x10000
#define AVAILABLE	0x1000
#define USED		0x2000
#define INDEX		2
#define NO_INTERRUPT	1
#define DATA		0x8000

#define NEXT		1
#define DEVICE_WRITES	2

	.code16
	.globl _start
_start:
	cli
	cld
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %ss
	movw	$_start, %sp

	/* Its I/O ports begin at BAR0 of the only such device on bus 0, which has 32 slots. */
	movl	$0x80000000, %ebx
search:
	movl	%ebx, %eax
	call	read_config
	cmpl	$DEVICE, %eax
	je	found
	addl	$0x800, %ebx
	cmpl	$0x80010000, %ebx
	jne	search
	sti
firmware:
	movb	$0x42, %ah		/* "extended read" */
	movb	$0x80, %dl		/* the first disk */
	movw	$packet, %si
	int	$0x13
	jmp	firmware

found:
	leal	0x10(%ebx), %eax
	call	read_config
	andw	$0xfffc, %ax
	movw	%ax, %bp

	movw	$(QUEUE >> 4), %ax
	movw	%ax, %es
	xorw	%di, %di
	xorw	%ax, %ax
	movw	$(0x3000 / 2), %cx
	rep stosw
	movw	$descriptors, %si
	xorw	%di, %di
	movw	$(descriptors_end - descriptors), %cx
	rep movsb
	movw	$NO_INTERRUPT, %es:AVAILABLE

	leaw	STATUS(%bp), %dx
	xorb	%al, %al		/* reset */
	outb	%al, %dx
	movb	$3, %al			/* acknowledge, driver */
	outb	%al, %dx
	leaw	QUEUE_SELECT(%bp), %dx
	xorw	%ax, %ax
	outw	%ax, %dx
	leaw	QUEUE_ADDRESS(%bp), %dx
	movl	$(QUEUE >> 12), %eax
	outl	%eax, %dx
	leaw	STATUS(%bp), %dx
	movb	$7, %al			/* and driver OK */
	outb	%al, %dx

	/* Every entry of the ring is 0, which is the first descriptor. */
	leaw	QUEUE_NOTIFY(%bp), %dx
	xorw	%ax, %ax
again:
	incw	%es:AVAILABLE + INDEX
	outw	%ax, %dx
wait:
	pause
	movw	%es:USED + INDEX, %cx
	cmpw	%es:AVAILABLE + INDEX, %cx
	jne	wait
	jmp	again

/* Reads the PCI configuration register whose address is in eax into eax. */
read_config:
	movw	$0xcf8, %dx
	outl	%eax, %dx
	movw	$0xcfc, %dx
	inl	%dx, %eax
	ret

packet:	.byte	16, 0			/* its size */
	.word	8			/* sectors */
	.word	0x8000, 0		/* to 0000:8000 */
	.quad	0			/* from sector 0 */

	.balign	16
descriptors:
	.long	request, 0
	.long	16
	.word	NEXT, 1
	.long	DATA, 0
	.long	4096
	.word	NEXT | DEVICE_WRITES, 2
	.long	answer, 0
	.long	1
	.word	DEVICE_WRITES, 0
descriptors_end:
request:
	.long	0, 0			/* read */
	.quad	0			/* from sector 0 */
answer:	.byte	0

	.org	510
	.word	0xaa55
