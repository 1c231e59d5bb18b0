/* calls.c - system calls in the order of time, as "TIME TID NUMBER OFFSET": calls FILE [MOST] */
#include <inttypes.h>
#include <perfdata.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long most = -1, given;

static int on_record(void *arg, const struct perfdata_record *record)
{
	const struct perfdata_event *event = record->event;

	(void)arg;
	if (!record->raw || strcmp(event->name, "raw_syscalls:sys_enter") != 0)
		return 0;
	printf("%" PRIu64 " %" PRIu32 " %" PRId64 " %#" PRIx64 "\n", record->time, record->tid,
	       (int64_t)perfdata_u64(perfdata_field(event, "id"), record), record->offset);
	return ++given == most ? 7 : 0;
}

int main(int argc, char **argv)
{
	char error[PERFDATA_ERROR_MAX];
	struct perfdata *p = perfdata_open(argc > 1 ? argv[1] : "-", error);
	int rc = -1;

	most = argc > 2 ? atol(argv[2]) : -1;
	if (p)
		rc = perfdata_read(p, PERFDATA_ORDERED, on_record, NULL, error);
	if (rc < 0)
		fprintf(stderr, "calls: %s\n", error);
	else if (perfdata_unfinished(p))
		fprintf(stderr, "calls: unfinished\n");
	perfdata_close(p);
	return rc < 0 ? 1 : rc;
}
