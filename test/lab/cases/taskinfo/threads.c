// SPDX-License-Identifier: Apache-2.0
/*
 * threads: one thread of every kind that /proc/taskinfo must get right.
 *
 * Prints "<role> <tid>" for each, then "ready", and keeps them until its stdin
 * ends. The case knows what each role must look like.
 */
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct role {
	const char *name;
	const char *comm;	/* NULL: inherited */
	int policy;
	int priority;
	int nice;
	void (*life)(void);	/* NULL: sleeps */
};

static void announce(const char *role)
{
	printf("%s %d\n", role, gettid());
}

static void sleep_forever(void)
{
	for (;;)
		pause();
}

/*
 * Uses user and system time, because a clock tick may fall on either. Pauses in
 * between, because a single thread of the lab's emulator runs all CPUs.
 */
/* Takes several ticks of CPU time, of 10 ms each, in a second. */
static void burn(void)
{
	for (;;) {
		for (volatile int i = 0; i < 20000; i++)
			;
		for (int i = 0; i < 200; i++)
			syscall(SYS_getppid);
		usleep(10000);
	}
}

static void rename_forever(void)
{
	for (;;) {
		prctl(PR_SET_NAME, "aaaaaaaaaaaaaaa");
		usleep(5000);
		prctl(PR_SET_NAME, "bbbbbbbbbbbbbbb");
		usleep(5000);
	}
}

/* Not in glibc 2.36. */
struct sched_attr_v0 {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

static void become_deadline(void)
{
	struct sched_attr_v0 attr = {
		.size = sizeof(attr), .policy = SCHED_DEADLINE,
		.runtime = 1000000, .deadline = 100000000, .period = 100000000,
	};

	if (syscall(SYS_sched_setattr, 0, &attr, 0))
		err(1, "sched_setattr(SCHED_DEADLINE)");
}

static const struct role roles[] = {
	{ .name = "plain" },
	{ .name = "nice", .nice = 5 },
	{ .name = "keen", .nice = -7 },
	{ .name = "batch", .policy = SCHED_BATCH, .nice = 3 },
	{ .name = "idle", .policy = SCHED_IDLE },
	{ .name = "fifo", .policy = SCHED_FIFO, .priority = 50 },
	{ .name = "rr", .policy = SCHED_RR, .priority = 20, .nice = -3 },
	{ .name = "deadline", .policy = SCHED_DEADLINE },
	{ .name = "burner", .life = burn, .nice = 19 },
	{ .name = "renamer", .life = rename_forever },
	{ .name = "forger", .comm = "x\n1 1 root R 0" },
	{ .name = "escaper", .comm = "a b\\n\t\x7f\x80\xff" },
	{ .name = "nameless", .comm = "" },
	{ .name = "dash", .comm = "-" },
	{ .name = "dashed", .comm = "-a-" },
	{ .name = "long", .comm = "exactly15bytes!" },
};

static pthread_barrier_t announced;

static void *live(void *arg)
{
	const struct role *role = arg;
	struct sched_param param = { .sched_priority = role->priority };

	if (role->comm)
		prctl(PR_SET_NAME, role->comm);
	if (setpriority(PRIO_PROCESS, gettid(), role->nice))
		err(1, "%s: setpriority", role->name);
	if (role->policy == SCHED_DEADLINE)
		become_deadline();
	else if (sched_setscheduler(0, role->policy, &param))
		err(1, "%s: sched_setscheduler", role->name);
	announce(role->name);
	pthread_barrier_wait(&announced);
	(role->life ? role->life : sleep_forever)();
	return NULL;
}

static void *sleep_in_thread(void *arg)
{
	sleep_forever();
	return arg;
}

static void zombie(void)
{
	_exit(0);
}

/* The process continues in its other thread. */
static void zombie_leader(void)
{
	pthread_t other;

	if (pthread_create(&other, NULL, sleep_in_thread, NULL))
		errx(1, "pthread_create");
	/* Not pthread_exit(): it would run the C library's clean-up. */
	syscall(SYS_exit, 0);
}

static void stopped(void)
{
	raise(SIGSTOP);
}

static void traced(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
}

/* Waits uninterruptibly for a child that shares its memory. */
static void in_disk_sleep(void)
{
	if (!vfork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sleep_forever();
	}
}

static void other_user(void)
{
	if (setresuid(1234, 1234, 1234))
		err(1, "setresuid");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sleep_forever();
}

static void child(const char *role, void (*life)(void))
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "%s: fork", role);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		life();
		_exit(1);
	}
	printf("%s %d\n", role, pid);
}

int main(void)
{
	const size_t count = sizeof(roles) / sizeof(roles[0]);

	setvbuf(stdout, NULL, _IOLBF, 0);
	announce("main");
	child("zombie", zombie);
	child("zombie_leader", zombie_leader);
	child("stopped", stopped);
	child("traced", traced);
	child("disk_sleep", in_disk_sleep);
	child("other_user", other_user);

	pthread_barrier_init(&announced, NULL, count + 1);
	for (size_t i = 0; i < count; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, live, (void *)&roles[i]))
			errx(1, "%s: pthread_create", roles[i].name);
	}
	pthread_barrier_wait(&announced);
	puts("ready");
	while (getchar() != EOF)
		;
	return 0;
}
