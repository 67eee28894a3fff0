/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A boot sector that reads the first 4 KiB of its disk forever. Without a virtio
 * disk it uses the firmware's driver, as ide.S does. A virtio disk it reads the way
 * an operating system's driver does: it notifies the device, which KVM passes to
 * QEMU without leaving the kernel (ioeventfd), and polls memory for the answer.
 * SeaBIOS's own driver also reads a register of the device each time.
 *
 * It switches itself off when its power button is pressed, which it looks at every
 * 256 reads. That takes ACPI, whose registers SeaBIOS puts at PM1 (PIIX4). If the
 * byte "stuck" is 1, it stops at once where there is a virtio disk, like an
 * operating system that has no driver for the disk it should boot from.
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

/* ACPI 6.5, section 4.8.3: status, enable (+ 2) and control (+ 4). */
#define PM1		0x600
#define POWER_BUTTON	0x100
#define SLEEP_ENABLE	0x2000	/* with sleep type 0, which is S5 on PIIX4 */

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

	movw	$PM1 + 2, %dx
	movw	$POWER_BUTTON, %ax
	outw	%ax, %dx

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
	call	power_button
	jmp	firmware

found:
	cmpb	$0, stuck
	je	driver
halt:
	hlt
	jmp	halt

driver:
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
	addw	$QUEUE_NOTIFY, %bp
	movw	%bp, %dx
	xorw	%ax, %ax
again:
	incw	%es:AVAILABLE + INDEX
	outw	%ax, %dx
wait:
	pause
	movw	%es:USED + INDEX, %cx
	cmpw	%es:AVAILABLE + INDEX, %cx
	jne	wait
	call	power_button
	movw	%bp, %dx
	xorw	%ax, %ax
	jmp	again

/* Every 256th time: switches the machine off if its power button was pressed. Uses ax and dx. */
power_button:
	incb	reads
	jnz	1f
	movw	$PM1, %dx
	inw	%dx, %ax
	testw	$POWER_BUTTON, %ax
	jz	1f
	movw	$PM1 + 4, %dx
	movw	$SLEEP_ENABLE, %ax
	outw	%ax, %dx
1:	ret

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
reads:	.byte	0

	.org	509
stuck:	.byte	0
	.word	0xaa55
