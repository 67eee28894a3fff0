// SPDX-License-Identifier: Apache-2.0
/*
 * lab-run ROOT PORT ARGV: runs the command in file ARGV (each word ends in a
 * NUL) with ROOT as its root and /case as its directory. Copies everything that
 * it writes to stdout and stderr to PORT, unchanged, and prints "<exit code>
 * <bytes copied>". If a signal killed the command, the code is 128 + signal.
 *
 * The command's stdout is a pipe and not PORT itself, because a virtio port can
 * be opened only once, so opening /dev/stderr would fail. A daemon left behind
 * may keep the pipe open, so lab-run waits for the command and not for the pipe.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static char **read_argv(const char *path)
{
	static char words[128 * 1024];
	static char *argv[4096];
	int fd = open(path, O_RDONLY);
	ssize_t size = fd < 0 ? -1 : read(fd, words, sizeof(words) - 1);
	size_t count = 0;

	if (size <= 0)
		err(125, "%s", path);
	for (char *word = words; word < words + size && count < 4095; word += strlen(word) + 1)
		argv[count++] = word;
	close(fd);
	return argv;
}

/* Returns the number of bytes copied; 0 if there is nothing (more) to copy. */
static size_t relay(int from, int to)
{
	char buffer[65536];
	ssize_t got = read(from, buffer, sizeof(buffer));

	for (ssize_t put, done = 0; done < got; done += put) {
		put = write(to, buffer + done, got - done);
		if (put < 0 && errno != EINTR)
			err(125, "writing to the port");
		if (put < 0)
			put = 0;
	}
	return got > 0 ? got : 0;
}

int main(int argc, char **argv)
{
	struct signalfd_siginfo news;
	size_t bytes = 0, moved;
	int fds[2], port, status;
	sigset_t ends;
	pid_t child;

	if (argc != 4)
		errx(125, "usage: lab-run ROOT PORT ARGV");
	port = open(argv[2], O_WRONLY | O_CLOEXEC);
	if (port < 0)
		err(125, "%s", argv[2]);
	if (pipe2(fds, O_CLOEXEC))
		err(125, "pipe");
	sigemptyset(&ends);
	sigaddset(&ends, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	child = fork();
	if (child < 0)
		err(125, "fork");
	if (!child) {
		char **command = read_argv(argv[3]);

		if (chroot(argv[1]) || chdir("/case"))
			err(125, "%s", argv[1]);
		sigprocmask(SIG_UNBLOCK, &ends, NULL);
		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		execvp(command[0], command);
		err(127, "%s", command[0]);
	}
	close(fds[1]);

	struct pollfd waits[2] = {
		{ .fd = fds[0], .events = POLLIN },
		{ .fd = signalfd(-1, &ends, SFD_CLOEXEC), .events = POLLIN },
	};
	for (;;) {
		if (poll(waits, 2, -1) < 0)
			err(125, "poll");
		if (waits[0].revents & POLLIN)
			bytes += relay(fds[0], port);
		else if (waits[0].revents)
			waits[0].fd = -1;
		if (waits[1].revents && read(waits[1].fd, &news, sizeof(news)) > 0 &&
		    waitpid(child, &status, WNOHANG) == child)
			break;
	}
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	while ((moved = relay(fds[0], port)))
		bytes += moved;
	printf("%d %zu\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), bytes);
	return 0;
}
