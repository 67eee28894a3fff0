// SPDX-License-Identifier: Apache-2.0
/*
 * exits: a VM that leaves its guest exactly as often as asked.
 *
 *   exits [--vcpus N] [--out N] [--in N] [--pic N] [--mmio N] [--cpuid N] [--ud N] [--hlt N] [--rep N]
 *         [--ports N] [--pages N] [--signals N] [--immediate N] [--windows N] [--irqchip] [--hold] [--end-threads]
 *         [-name guest=NAME]
 *
 * Every vCPU does all of it, and all run at once. Prints one line of JSON: the
 * total of what was done, and what the counters must show. README.md describes
 * the options.
 */
#define _GNU_SOURCE
#include <err.h>
#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exits.h"

static struct exits_work work = { .counts[EXITS_REP] = 1 };
static unsigned int vcpus = 1;
static int irqchip, hold, end_threads;

static struct exits_vm *vm;
static pthread_barrier_t all_start, all_done;
static pthread_mutex_t sum_lock = PTHREAD_MUTEX_INITIALIZER;
static struct exits_seen sum;

static void *vcpu_thread(void *argument)
{
	unsigned int id = (uintptr_t)argument;
	char name[16];
	struct exits_seen seen;

	/* The same name that QEMU gives. */
	snprintf(name, sizeof(name), "CPU %u/KVM", id);
	pthread_setname_np(pthread_self(), name);
	pthread_barrier_wait(&all_start);
	seen = exits_vcpu_run(vm, id);
	pthread_mutex_lock(&sum_lock);
	sum.out += seen.out;
	sum.in += seen.in;
	sum.mmio += seen.mmio;
	sum.hlt += seen.hlt;
	sum.interrupted += seen.interrupted;
	pthread_mutex_unlock(&sum_lock);
	pthread_barrier_wait(&all_done);
	while (!end_threads)
		pause();
	return NULL;
}

/* How often all vCPUs together were asked to do one kind. */
static uint64_t asked(unsigned int kind)
{
	return (uint64_t)vcpus * work.counts[EXITS_REP] * work.counts[kind];
}

static void report(void)
{
	/* Each vCPU makes one more OUT to report that it is done. */
	uint64_t out = asked(EXITS_OUT) + vcpus, in = asked(EXITS_IN), pic = asked(EXITS_PIC), ud = asked(EXITS_UD);
	uint64_t ports = asked(EXITS_PORTS), pages = asked(EXITS_PAGES);
	uint64_t mmio = asked(EXITS_MMIO), cpuid = asked(EXITS_CPUID), hlt = asked(EXITS_HLT);
	uint64_t user_hlt = irqchip ? 0 : hlt;

	out += ports;
	mmio += pages;
	if (sum.out != out || sum.in != in || sum.mmio != mmio || sum.hlt != user_hlt)
		errx(1, "asked for %lu OUT %lu IN %lu MMIO %lu HLT, saw %lu %lu %lu %lu", out, in, mmio,
		     user_hlt, sum.out, sum.in, sum.mmio, sum.hlt);
	printf("{\"pid\":%d,\"vcpus\":%u,\"out\":%lu,\"in\":%lu,\"pic\":%lu,\"mmio\":%lu,\"cpuid\":%lu,\"ud\":%lu,"
	       "\"hlt\":%lu,", getpid(), vcpus, out, in, pic, mmio, cpuid, ud, hlt);
	printf("\"expect\":{\"io_num\":%lu,\"exception_num\":%lu,\"kvm_vm_switch_num_min\":%lu,"
	       "\"kvm_qemu_switch_num\":%lu,\"signal_num\":%lu}}\n", out + in + pic, ud,
	       pic + cpuid + ud + hlt - user_hlt, sum.out + sum.in + sum.mmio + sum.hlt, sum.interrupted);
	fflush(stdout);
}

static void await_stdin_closed(void)
{
	char buffer[256];

	while (read(STDIN_FILENO, buffer, sizeof(buffer)) > 0)
		;
}

static void parse(int argc, char **argv)
{
	enum { VCPUS = EXITS_KINDS, SIGNALS, IMMEDIATE, WINDOWS, NAME };
	static const struct option options[] = {
		{ "rep", 1, NULL, EXITS_REP }, { "out", 1, NULL, EXITS_OUT }, { "in", 1, NULL, EXITS_IN },
		{ "pic", 1, NULL, EXITS_PIC }, { "mmio", 1, NULL, EXITS_MMIO }, { "cpuid", 1, NULL, EXITS_CPUID },
		{ "ud", 1, NULL, EXITS_UD }, { "hlt", 1, NULL, EXITS_HLT },
		{ "ports", 1, NULL, EXITS_PORTS }, { "pages", 1, NULL, EXITS_PAGES }, { "vcpus", 1, NULL, VCPUS },
		{ "signals", 1, NULL, SIGNALS }, { "immediate", 1, NULL, IMMEDIATE },
		{ "windows", 1, NULL, WINDOWS }, { "name", 1, NULL, NAME },
		{ "irqchip", 0, &irqchip, 1 }, { "hold", 0, &hold, 1 }, { "end-threads", 0, &end_threads, 1 }, { 0 },
	};
	int option;

	while ((option = getopt_long_only(argc, argv, "", options, NULL)) != -1) {
		uint32_t *target = option < EXITS_KINDS ? &work.counts[option] :
			option == VCPUS ? &vcpus : option == SIGNALS ? &work.signals :
			option == IMMEDIATE ? &work.immediate : &work.windows;
		char *end;

		if (option == '?')
			exit(2);
		if (!optarg || option == NAME)
			continue;
		*target = strtoul(optarg, &end, 10);
		if (*end || end == optarg)
			errx(2, "'%s' is not a number", optarg);
	}
	if (optind < argc)
		errx(2, "'%s' is not an option", argv[optind]);
	if (vcpus < 1 || vcpus > 255)
		errx(2, "--vcpus takes 1 to 255");
	if (work.counts[EXITS_PAGES] > EXITS_MAX_PAGES)
		errx(2, "--pages takes at most %d", EXITS_MAX_PAGES);
	/* Only KVM has a PIC here. */
	irqchip |= work.counts[EXITS_PIC] > 0;
	if (irqchip && work.windows)
		errx(2, "--windows needs a VM without an interrupt controller in KVM");
}

int main(int argc, char **argv)
{
	parse(argc, argv);
	vm = exits_vm_create(&work, irqchip);
	pthread_barrier_init(&all_start, NULL, vcpus);
	pthread_barrier_init(&all_done, NULL, vcpus + 1);
	pthread_t threads[vcpus];

	for (unsigned int id = 0; id < vcpus; id++)
		if (pthread_create(&threads[id], NULL, vcpu_thread, (void *)(uintptr_t)id))
			errx(1, "cannot start the thread of vCPU %u", id);
	if (!work.counts[EXITS_REP]) {
		printf("{\"pid\":%d,\"vcpus\":%u}\n", getpid(), vcpus);
		fflush(stdout);
		await_stdin_closed();
		return 0;
	}
	pthread_barrier_wait(&all_done);
	for (unsigned int id = 0; end_threads && id < vcpus; id++)
		pthread_join(threads[id], NULL);
	report();
	if (hold)
		await_stdin_closed();
	return 0;
}
