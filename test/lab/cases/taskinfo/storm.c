// SPDX-License-Identifier: Apache-2.0
/*
 * storm FORKERS: starts and ends threads as fast as it can until it is killed.
 *
 * Each forker forks a child that starts a thread. In every second child that
 * thread executes the program again, which gives it the number of its leader;
 * that child ends only after that.
 */
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void *execute_again(void *arg)
{
	execl("/proc/self/exe", "storm", NULL);
	err(1, "/proc/self/exe: %s", (char *)arg);
}

static void *end(void *arg)
{
	return arg;
}

static void forker(void)
{
	for (unsigned int n = 0;; n++) {
		pid_t pid = fork();

		if (!pid) {
			pthread_t thread;

			if (pthread_create(&thread, NULL, n % 2 ? end : execute_again, "execl"))
				_exit(0);	/* no number left: the storm uses all of them */
			pthread_join(thread, NULL);
			_exit(0);
		}
		if (pid > 0)
			waitpid(pid, NULL, 0);
	}
}

int main(int argc, char **argv)
{
	/* Executed again by execute_again(). */
	if (argc == 1 || !argv[1])
		return 0;
	for (int left = atoi(argv[1]); left > 1; left--) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			forker();
		}
	}
	forker();
}
