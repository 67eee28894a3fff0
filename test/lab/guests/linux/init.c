// SPDX-License-Identifier: Apache-2.0
/*
 * The Linux guest's only program: does the disk, network and CPU work that the
 * kernel command line asks for, prints "work took: <ns>" and "work done: ..." on
 * the console, and then sleeps.
 *
 *   reads=N writes=N   direct 4 KiB accesses to the first disk, one by one
 *   packets=N          frames of 1400 bytes sent from the first NIC
 *   touch=N            writes one byte to each 4 KiB page of N MiB, which it gives back afterwards
 *   spins=N            million iterations of an empty loop
 *   rounds=N           how often to do all that; 0 means forever
 *   delay=N            seconds from "work starts" to the work, for measurements
 *   virtio_blk=0       does without the driver for virtio disks
 *   nvme=1             loads the driver for NVMe disks. Each time it gets such a
 *                      disk, it prints "nvme disk: " and the text at its start,
 *                      and writes "read by the guest" to its second 4 KiB block
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define BLOCK 4096
/* Blocks in each half of the disk's first 32 MiB: one half for reads, one for writes. */
#define BLOCKS 4096
#define FRAME 1400
/* How often to look for a device or a link: 2000 times 10 ms, that is, 20 s. */
#define TRIES 2000

static void fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	printf("work failed: ");
	vprintf(format, arguments);
	printf(": %s\n", strerror(errno));
	fflush(stdout);
	reboot(RB_POWER_OFF);
	exit(1);
}

static void pause_briefly(void)
{
	poll(NULL, 0, 10);
}

/* The number after "name=" on the kernel command line. */
static long asked(const char *name, long otherwise)
{
	static char line[4096];
	char *save, *word;
	char copy[sizeof(line)];

	if (!line[0]) {
		int fd = open("/proc/cmdline", O_RDONLY);

		if (fd < 0 || read(fd, line, sizeof(line) - 1) < 1)
			fail("/proc/cmdline");
		close(fd);
	}
	strcpy(copy, line);
	for (word = strtok_r(copy, " \n", &save); word; word = strtok_r(NULL, " \n", &save))
		if (!strncmp(word, name, strlen(name)) && word[strlen(name)] == '=')
			return atol(word + strlen(name) + 1);
	return otherwise;
}

static void load_modules(void)
{
	FILE *order = fopen("/modules/order", "r");
	char name[256], path[300];

	while (order && fscanf(order, "%255s", name) == 1) {
		if (!strcmp(name, "virtio_blk.ko") && !asked("virtio_blk", 1))
			continue;
		if (!strncmp(name, "nvme", 4) && !asked("nvme", 0))
			continue;
		snprintf(path, sizeof(path), "/modules/%s", name);
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST))
			fail("%s", path);
		close(fd);
	}
}

static int open_disk(void)
{
	for (int try = 0; try < TRIES; try++) {
		int fd = open("/dev/vda", O_RDWR | O_DIRECT);

		if (fd < 0)
			fd = open("/dev/sda", O_RDWR | O_DIRECT);
		if (fd >= 0)
			return fd;
		pause_briefly();
	}
	fail("no disk");
	return -1;
}

static void disk_work(int disk, long reads, long writes)
{
	static char block[BLOCK] __attribute__((aligned(BLOCK)));

	for (long i = 0; i < reads; i++)
		if (pread(disk, block, BLOCK, i % BLOCKS * BLOCK) != BLOCK)
			fail("read %ld", i);
	for (long i = 0; i < writes; i++)
		if (pwrite(disk, block, BLOCK, (BLOCKS + i % BLOCKS) * BLOCK) != BLOCK)
			fail("write %ld", i);
}

/* In a process of its own, beside the work. */
static void watch_nvme(void)
{
	static char block[BLOCK] __attribute__((aligned(BLOCK)));
	int has_read = 0;

	if (!asked("nvme", 0) || fork())
		return;
	for (;; poll(NULL, 0, 200)) {
		int disk = open("/dev/nvme0n1", O_RDWR | O_DIRECT);

		if (disk < 0) {
			has_read = 0;
			continue;
		}
		if (!has_read && pread(disk, block, BLOCK, 0) == BLOCK) {
			printf("nvme disk: %.64s\n", block);
			fflush(stdout);
			memset(block, 0, BLOCK);
			strcpy(block, "read by the guest");
			has_read = pwrite(disk, block, BLOCK, BLOCK) == BLOCK;
		}
		close(disk);
	}
}

static int open_nic(void)
{
	/* Protocol 0: the socket only sends. */
	int nic = socket(AF_PACKET, SOCK_RAW, 0);
	struct ifreq request = { .ifr_name = "eth0" };

	for (int try = 0; try < TRIES; try++) {
		if (!ioctl(nic, SIOCGIFFLAGS, &request)) {
			if (request.ifr_flags & IFF_RUNNING) {
				struct sockaddr_ll address = {
					.sll_family = AF_PACKET,
					.sll_protocol = 0,
					.sll_ifindex = if_nametoindex("eth0"),
				};

				if (bind(nic, (struct sockaddr *)&address, sizeof(address)))
					fail("eth0");
				return nic;
			}
			request.ifr_flags |= IFF_UP;
			ioctl(nic, SIOCSIFFLAGS, &request);
		}
		pause_briefly();
	}
	fail("no link on eth0");
	return -1;
}

static void network_work(int nic, long packets)
{
	static unsigned char frame[FRAME];

	/* Broadcast, with the EtherType for local experiments, so that nobody answers. */
	memset(frame, 0xff, ETH_ALEN);
	frame[12] = 0x88;
	frame[13] = 0xb5;
	for (long i = 0; i < packets; i++)
		while (send(nic, frame, FRAME, 0) != FRAME) {
			if (errno != ENOBUFS)
				fail("packet %ld", i);
			pause_briefly();
		}
}

static void memory_work(long mib)
{
	size_t size = (size_t)mib << 20;
	char *memory;

	if (!mib)
		return;
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		fail("%ld MiB", mib);
	for (size_t at = 0; at < size; at += 4096)
		memory[at] = 1;
	munmap(memory, size);
}

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(void)
{
	mkdir("/proc", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	int console = open("/dev/console", O_RDWR);

	for (int fd = 0; fd < 3; fd++)
		dup2(console, fd);
	load_modules();
	watch_nvme();

	long reads = asked("reads", 0), writes = asked("writes", 0), packets = asked("packets", 0);
	long touch = asked("touch", 0), spins = asked("spins", 0), rounds = asked("rounds", 1);
	int disk = reads || writes ? open_disk() : -1;
	int nic = packets ? open_nic() : -1;

	printf("work starts\n");
	fflush(stdout);
	poll(NULL, 0, 1000 * asked("delay", 0));
	long long begun = now_ns();

	for (long round = 0; round < rounds || !rounds; round++) {
		disk_work(disk, reads, writes);
		network_work(nic, packets);
		memory_work(touch);
		for (volatile long turn = 0; turn < spins * 1000000; turn++)
			;
	}
	printf("work took: %lld\n", now_ns() - begun);
	printf("work done: reads=%ld writes=%ld packets=%ld spins=%ld\n", rounds * reads, rounds * writes,
	       rounds * packets, rounds * spins);
	fflush(stdout);
	for (;;)
		pause();
}
