// SPDX-License-Identifier: Apache-2.0
/*
 * many-threads PROCESSES THREADS: that many processes with that many threads
 * each. One thread of each process wakes up ten times a second, the others
 * sleep. Prints "ready" and ends when its input does.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static void *waker(void *unused)
{
	const struct timespec pause = { .tv_nsec = 100 * 1000 * 1000 };

	(void)unused;
	for (;;)
		nanosleep(&pause, NULL);
}

static void *sleeper(void *unused)
{
	(void)unused;
	for (;;)
		pause();
}

static void be_process(int threads, int ready)
{
	pthread_attr_t attributes;
	pthread_t thread;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 64 * 1024);
	for (int i = 1; i < threads; i++)
		if (pthread_create(&thread, &attributes, i == 1 ? waker : sleeper, NULL))
			exit(1);
	if (write(ready, "r", 1) != 1)
		exit(1);
	sleeper(NULL);
}

int main(int argc, char **argv)
{
	int processes = argc > 2 ? atoi(argv[1]) : 0, threads = argc > 2 ? atoi(argv[2]) : 0;
	int ready[2];
	char byte;

	if (pipe(ready))
		return 1;
	for (int i = 0; i < processes; i++)
		if (fork() == 0)
			be_process(threads, ready[1]);
	for (int i = 0; i < processes; i++)
		if (read(ready[0], &byte, 1) != 1)
			return 1;
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	return 0;
}
