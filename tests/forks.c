/*
 * forks.c - ana for those who run it by the ten thousand: a sanitizer takes a third of a second to start,
 * a fork of what has started a thousandth.
 *
 * A line of standard input is a command line of ana, its words separated by tabs; behind a word "<" is
 * the file that it gets through a pipe. Each runs in a process of its own, which writes into the files
 * "out" and "err" of the working folder, and has CPU_SECONDS, WALL_SECONDS and ROOM. What becomes of it is a
 * line of standard output:
 *	exit status, or minus the signal	CPU time in ms		the most memory in KB, beyond that of this process
 */
#include "tests/sanitized.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#if SANITIZED
#include <sanitizer/lsan_interface.h>
#endif

#define CPU_SECONDS  2
#define WALL_SECONDS 20 /* for those that wait and do not compute; the machine may be busy */
#define ROOM	     (1024u << 20) /* of addresses: so that none takes the machine's memory */
#define PIPE_ROOM    (1u << 20)
#define WORDS_MAX    32
#define LEAKS_EACH   20 /* commands */

int ana_main(int argc, char **argv); /* report/main.c */

_Noreturn static void die(const char *what)
{
	perror(what);
	_exit(3);
}

static void open_as(int fd, const char *path, int flags)
{
	int new = open(path, flags, 0600);

	if (new < 0 || dup2(new, fd) < 0)
		die(path);
	close(new);
}

/* All of the file lies in the pipe before anybody reads from it. For more than PIPE_ROOM only root has leave. */
static void pipe_from(const char *path)
{
	int fds[2], file = open(path, O_RDONLY);
	struct stat st;
	ssize_t n;

	if (file < 0 || fstat(file, &st) || pipe(fds) ||
	    fcntl(fds[1], F_SETPIPE_SZ, st.st_size > PIPE_ROOM ? st.st_size : PIPE_ROOM) < 0)
		die(path);
	for (off_t left = st.st_size; left; left -= n) {
		n = splice(file, NULL, fds[1], NULL, left, SPLICE_F_NONBLOCK);
		if (n <= 0)
			die(path);
	}
	dup2(fds[0], 0);
	close(fds[0]);
	close(fds[1]);
	close(file);
}

/*
 * What this process has, in bytes: of addresses, of which a sanitizer reserves terabytes, and of memory.
 * Allocates nothing, as all that it frees is kept for a while by a sanitizer, and copied by each fork.
 */
static void measure(rlim_t *addresses, rlim_t *memory)
{
	long page = sysconf(_SC_PAGESIZE);
	char text[128] = "", *end;
	int fd = open("/proc/self/statm", O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		die("/proc/self/statm");
	close(fd);
	*addresses = strtoul(text, &end, 10) * page;
	*memory = strtoul(end, NULL, 10) * page;
}

static void limit(int what, rlim_t most)
{
	if (setrlimit(what, &(struct rlimit){ most, most }))
		die("setrlimit");
}

/* It takes as long as the rest, so not each time; and Python leaves some. */
static void find_leaks(const char *word, int nr)
{
#if SANITIZED
	if (nr % LEAKS_EACH == 0 && word && strcmp(word, "-s"))
		__lsan_do_leak_check();
#else
	(void)word;
	(void)nr;
#endif
}

/* The process that runs command number @nr. */
static void run(char *line, int nr, rlim_t addresses)
{
	char *words[WORDS_MAX + 1] = { "ana" };
	const char *input = NULL;
	int nr_words = 1, status;

	for (char *word = strtok(line, "\t"); word && nr_words < WORDS_MAX;
	     word = strtok(NULL, "\t")) {
		if (!strcmp(word, "<"))
			input = strtok(NULL, "\t");
		else
			words[nr_words++] = word;
	}
	open_as(1, "out", O_WRONLY | O_CREAT | O_TRUNC);
	open_as(2, "err", O_WRONLY | O_CREAT | O_TRUNC);
	if (input)
		pipe_from(input);
	else
		open_as(0, "/dev/null", O_RDONLY);
	limit(RLIMIT_AS, addresses + ROOM);
	limit(RLIMIT_CPU, CPU_SECONDS);
	alarm(WALL_SECONDS);
	status = ana_main(nr_words, words);
	find_leaks(words[1], nr);
	exit(status);
}

static long ms(struct timeval t)
{
	return t.tv_sec * 1000 + t.tv_usec / 1000;
}

static void tell(int status, const struct rusage *used, rlim_t memory)
{
	printf("%d %ld %ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status),
	       ms(used->ru_utime) + ms(used->ru_stime), used->ru_maxrss - (long)(memory / 1024));
	fflush(stdout);
}

int main(void)
{
	rlim_t addresses, memory;
	struct rusage used;
	size_t room = 0;
	char *line = NULL;

	for (int nr = 1; getline(&line, &room, stdin) > 0; nr++) {
		int status;
		pid_t pid;

		line[strcspn(line, "\n")] = 0;
		measure(&addresses, &memory);
		pid = fork();
		if (!pid)
			run(line, nr, addresses);
		if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
			die("fork");
		tell(status, &used, memory);
	}
	free(line);
	return 0;
}
