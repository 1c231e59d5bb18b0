/*
 * nasty.c - tasks whose names would do something to a terminal: nasty SECONDS
 *
 * Each of them makes getppid() calls, some hundred a second, for so long.
 */
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static const char *const names[] = {
		"\033[5;7mnasty", /* blinks */
		"\033]0;nasty\a", /* gives a window a title */
		"\xff\xfe nasty", /* no UTF-8 */
		"n\303\244sty \xc2\x9b"
		"7m", /* UTF-8; then a control character of two bytes */
	};
	int seconds = argc > 1 ? atoi(argv[1]) : 1;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (fork())
			continue;
		prctl(PR_SET_NAME, names[i]);
		for (int n = 0; n < seconds * 100; n++) {
			for (int k = 0; k < 5; k++)
				syscall(SYS_getppid);
			usleep(10000);
		}
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
	return 0;
}
