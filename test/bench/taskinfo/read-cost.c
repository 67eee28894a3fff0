// SPDX-License-Identifier: Apache-2.0
/*
 * read-cost PROCESSES: what each way of reading every thread's data costs.
 *
 * Starts that many processes with ten sleeping threads each (like a VM with
 * eight vCPUs, a main thread and an I/O thread), reads all threads in each way,
 * and prints a line per way: "<way> <threads> <system calls> <instructions>",
 * the fewer instructions of two rounds. It parses nothing, so that only the
 * kernel's part is compared.
 *
 * The time stamp counter counts instructions only with QEMU's -icount shift=0.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x86intrin.h>

#define THREADS_EACH 10
#define ROUNDS 2

static char buffer[65536];
static uint64_t calls;

static int open_at(int dir, const char *name, int flags)
{
	int fd = openat(dir, name, O_RDONLY | flags);

	calls++;
	if (fd < 0)
		err(1, "%s", name);
	return fd;
}

static void close_it(int fd)
{
	close(fd);
	calls++;
}

/* Returns the number of lines. */
static uint64_t read_all(int dir, const char *name)
{
	int fd = open_at(dir, name, 0);
	uint64_t lines = 0;
	ssize_t got;

	do {
		got = read(fd, buffer, sizeof(buffer));
		calls++;
		if (got < 0)
			err(1, "%s", name);
		for (char *at = buffer; (at = memchr(at, '\n', buffer + got - at)); at++)
			lines++;
	} while (got);
	close_it(fd);
	return lines;
}

struct linux_dirent {
	uint64_t inode;
	int64_t offset;
	uint16_t size;
	uint8_t type;
	char name[];
};

/* Calls visit for every entry of a directory whose name is a number. */
static uint64_t each_number(int dir, uint64_t (*visit)(int dir, const char *name))
{
	char entries[32768];
	uint64_t sum = 0;
	long size;

	while ((size = syscall(SYS_getdents64, dir, entries, sizeof(entries))) > 0) {
		calls++;
		for (long at = 0; at < size; at += ((struct linux_dirent *)(entries + at))->size) {
			const char *name = ((struct linux_dirent *)(entries + at))->name;

			if (isdigit(name[0]))
				sum += visit(dir, name);
		}
	}
	calls++;
	if (size < 0)
		err(1, "getdents64");
	return sum;
}

static bool all_files;

static uint64_t visit_thread(int tasks, const char *tid)
{
	int thread = open_at(tasks, tid, O_DIRECTORY);

	read_all(thread, "stat");
	if (all_files) {
		read_all(thread, "schedstat");
		read_all(thread, "status");
	}
	close_it(thread);
	return 1;
}

static uint64_t visit_process(int proc, const char *pid)
{
	char path[32];
	uint64_t threads;
	int tasks;

	snprintf(path, sizeof(path), "%s/task", pid);
	tasks = open_at(proc, path, O_DIRECTORY);
	threads = each_number(tasks, visit_thread);
	close_it(tasks);
	return threads;
}

static uint64_t walk(void)
{
	int proc = open_at(AT_FDCWD, "/proc", O_DIRECTORY);
	uint64_t threads = each_number(proc, visit_process);

	close_it(proc);
	return threads;
}

static uint64_t walk_stat(void)
{
	all_files = false;
	return walk();
}

static uint64_t walk_all(void)
{
	all_files = true;
	return walk();
}

static uint64_t one_read(void)
{
	/* Without the two lines of the header. */
	return read_all(AT_FDCWD, "/proc/taskinfo") - 2;
}

static void measure(const char *way, uint64_t (*read_threads)(void))
{
	uint64_t fewest = UINT64_MAX, threads = 0;

	for (int round = 0; round < ROUNDS; round++) {
		uint64_t start = __rdtsc(), cost;

		calls = 0;
		threads = read_threads();
		cost = __rdtsc() - start;
		if (cost < fewest)
			fewest = cost;
	}
	printf("%s %lu %lu %lu\n", way, threads, calls, fewest);
}

static void *sleep_in_thread(void *arg)
{
	for (;;)
		pause();
	return arg;
}

/* Reports through the pipe when all its threads exist. */
static void sleeper(int ready)
{
	pthread_attr_t attr;
	pthread_t thread;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	for (int i = 1; i < THREADS_EACH; i++)
		if (pthread_create(&thread, &attr, sleep_in_thread, NULL))
			errx(1, "pthread_create: not enough memory or thread numbers for this many threads");
	if (write(ready, "", 1) != 1)
		err(1, "write");
	sleep_in_thread(NULL);
}

int main(int argc, char **argv)
{
	int processes = argc == 2 ? atoi(argv[1]) : 0;
	pid_t *pids = calloc(processes, sizeof(*pids));
	int ready[2];
	char byte;

	if (processes < 1 || !pids)
		errx(2, "usage: read-cost PROCESSES");
	if (pipe(ready))
		err(1, "pipe");
	for (int i = 0; i < processes; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			err(1, "fork");
		if (!pids[i])
			sleeper(ready[1]);
		if (read(ready[0], &byte, 1) != 1)
			err(1, "read");
	}
	measure("taskinfo", one_read);
	measure("stat", walk_stat);
	measure("stat+schedstat+status", walk_all);

	/* Reaps them, too, because the next run would count zombies that init leaves. */
	for (int i = 0; i < processes; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	return 0;
}
