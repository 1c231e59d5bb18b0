#include "report/help.h"
#include "common/util.h"
#include "report/opts.h"

#define WIDTH 80

struct help {
	const char *name;
	const char *about;    /* what it says: sentences, which will be wrapped */
	const char *needs;    /* what has to be recorded, lines; NULL: any recording will do */
	const char *examples; /* commands, lines; a test runs them */
};

#define NEEDS_ENTER                                                            \
	"raw_syscalls:sys_enter, which rec records by default, or events of\n" \
	"single calls, as syscalls:sys_enter_openat.\n"
#define NEEDS_EXIT                         \
	"raw_syscalls:sys_exit:\n"         \
	"  rec -e raw_syscalls:sys_exit\n" \
	"or events of single calls, as syscalls:sys_exit_openat.\n"
#define NEEDS_BOTH                                                   \
	"the enter and the exit of calls:\n"                         \
	"  rec -e raw_syscalls:sys_enter -e raw_syscalls:sys_exit\n" \
	"or those of single calls, as syscalls:sys_enter_read and sys_exit_read.\n"

static const struct help helps[] = {
	{ "syscall-counts",
	  "How often each system call was made, most calls first. Of the recordings of several "
	  "hosts there is a row for each call of each.",
	  NEEDS_ENTER,
	  "ana syscall-counts\n"
	  "ana syscall-counts --comm nginx,sh --syscalls %file\n"
	  "ana syscall-counts --format json perf.data | jq '.syscalls[0]'\n" },
	{ "syscall-counts-by-pid",
	  "How often each task made each call, as perf's script of that name. A task is a "
	  "thread, under the name that it had when it made the call.",
	  NEEDS_ENTER,
	  "ana syscall-counts-by-pid\n"
	  "ana syscall-counts-by-pid --comm ls --top 3\n" },
	{ "failed-syscalls",
	  "How many calls of tasks of each name failed, as perf's script of that name.", NEEDS_EXIT,
	  "ana failed-syscalls\n"
	  "ana failed-syscalls --syscalls %file --format csv\n" },
	{ "failed-syscalls-by-pid",
	  "Which calls of each task failed, how often, and with what error, as perf's script of "
	  "that name.",
	  NEEDS_EXIT,
	  "ana failed-syscalls-by-pid\n"
	  "ana failed-syscalls-by-pid --comm ls --top 3\n" },
	{ "sctop",
	  "How often each system call was made, an interval of the recording's time after the "
	  "other. Of a stream each is shown when it is over.",
	  NEEDS_ENTER,
	  "ana sctop --top 5\n"
	  "ana sctop -I 100ms\n"
	  "rec -q -o - -a --duration 1 | ana sctop -I 500ms --top 5 -\n" },
	{ "futex-contention",
	  "How long each thread waited at which locks, as perf's script of that name: calls of "
	  "futex with FUTEX_WAIT.",
	  NEEDS_BOTH,
	  "ana futex-contention\n"
	  "ana futex-contention --sort max --top 10\n" },
	{ "rw-by-pid",
	  "Calls of read and write by thread, with the bytes that were asked for and those that "
	  "were read, and the errors, as perf's script of that name.",
	  NEEDS_BOTH,
	  "ana rw-by-pid\n"
	  "ana rw-by-pid --top 5 --format json\n" },
	{ "rw-by-file",
	  "Calls of read and write by file descriptor, of all tasks or those of --comm, with "
	  "the bytes that were asked for, as perf's script of that name.",
	  NEEDS_ENTER,
	  "ana rw-by-file\n"
	  "ana rw-by-file --comm ls\n" },
	{ "rwtop",
	  "Calls of read and write by thread, an interval of the recording's time after the "
	  "other. Of a stream each is shown when it is over.",
	  NEEDS_BOTH,
	  "ana rwtop\n"
	  "ana rwtop -I 100ms --top 3\n" },
	{ "summary",
	  "How many calls each process made, how many failed and with what error, and how long "
	  "they took: mean, percentiles, the longest. Below the table stands what is no whole "
	  "call: those in flight at the end, and those during which events were lost.",
	  NEEDS_BOTH,
	  "ana summary\n"
	  "ana summary --by comm,syscall,errno --sort errors --top 3\n"
	  "ana summary --by syscall --sort p999 --top 10 --format csv\n" },
	{ "latency",
	  "How long calls took: a bar for each power of two, of all and of each group of --by; the "
	  "slowest calls with their arguments, and those in flight when the recording ends.",
	  NEEDS_BOTH,
	  "ana latency\n"
	  "ana latency --by comm --top 3\n"
	  "ana latency --syscalls openat,read --format json\n" },
	{ "errors",
	  "Which calls failed: by error, call and name of the task, or as --by says; how many, "
	  "when "
	  "the first and the last of them returned, and one of them with its arguments.",
	  NEEDS_BOTH,
	  "ana errors\n"
	  "ana errors --by comm,errno --top 3\n" },
	{ "timeline",
	  "How many calls returned, how many failed, and how long they took, an interval after the "
	  "other: in columns, or, on a terminal, as a picture.",
	  NEEDS_BOTH,
	  "ana timeline -I 100ms\n"
	  "ana timeline --view graph --top 5\n" },
	{ "print",
	  "A line for each sample in the order of time: task, thread, CPU, time, event, and "
	  "what the tracepoint says, as perf script prints it.",
	  NULL,
	  "ana print\n"
	  "ana print --wall -F comm,tid,time,trace --syscalls %file\n"
	  "ana print --time 20%-80% --ns | head\n" },
	{ "top",
	  "What the machine does now: calls, errors and times by call, process or error, an "
	  "interval after the other, on a screen; h there shows its keys. Without a FILE it "
	  "records by itself, which needs the rights of rec; - is a stream of rec. With --batch "
	  "it prints text, also of a recording.",
	  NEEDS_BOTH,
	  "ana top --batch -n 2 -d 200ms --top 5\n"
	  "rec -q -o - -a -e 'raw_syscalls:*' --duration 1 | ana top -b -d 500ms -\n"
	  "ana top --batch --by pid --top 3 perf.data\n" },
	{ "trace",
	  "A line for each system call, as strace -f -T writes it: time, task, the call with its "
	  "arguments, what it returned, and how long it took. Lost events have lines, too.",
	  NEEDS_BOTH,
	  "ana trace --syscalls %file\n"
	  "ana trace --whole --comm ls\n" },
	{ "stats",
	  "What is in a recording: records by type, samples by event, how many events were "
	  "lost, bytes, the time of the first and the last sample.",
	  NULL,
	  "ana stats\n"
	  "ana stats --event raw_syscalls:* --format json\n" },
	{ "header",
	  "What a recording says of its machine, of the command that made it, and of itself, as "
	  "perf report --header-only has it. No record is read. It has no CSV.",
	  NULL,
	  "ana header -I\n"
	  "ana header --format json\n" },
	{ "events",
	  "The events of a recording with every field of their attrs that is not 0, as perf "
	  "evlist -v has them. No record is read.",
	  NULL,
	  "ana events\n"
	  "ana events --format csv\n" },
	{ "dump",
	  "Every record with all of its fields, in the order of the file, as perf report -D has "
	  "them.",
	  NULL,
	  "ana dump | head -n 40\n"
	  "ana dump -x --cpu 0\n" },
	{ 0 },
};

static const struct help repair_help = {
	REPAIR_WORD,
	"Writes FILE.repaired, which perf and ana read, of a FILE that is not whole, and says "
	"what it did. FILE is not changed.",
	NULL,
	"ana repair\n"
	"ana repair -f -o whole.data perf.data\n",
};

static const struct help *find_help(const char *name)
{
	const struct help *h = helps;

	while (h->name && strcmp(h->name, name))
		h++;
	return h;
}

/* @text in lines of less than WIDTH, broken at blanks. */
static void print_wrapped(const char *text, FILE *out)
{
	int column = 0;

	for (int len; (len = strcspn(text, " ")); text += len, text += strspn(text, " ")) {
		const char *before = !column ? "" : column + 1 + len < WIDTH ? " " : "\n";

		fprintf(out, "%s%.*s", before, len, text);
		column = *before == '\n' ? len : column + len + (*before == ' ');
	}
	putc('\n', out);
}

/* @text, each line of it behind two blanks. */
static void print_indented(const char *text, FILE *out)
{
	for (size_t len; (len = strcspn(text, "\n")); text += len + 1)
		fprintf(out, "  %.*s\n", (int)len, text);
}

static void print(const struct help *h, const char *name, const char *summary, unsigned modes,
		  const char *files, FILE *out)
{
	struct opt table[OPTS_MAX];
	char title[256];

	opts_table(table, modes);
	snprintf(title, sizeof(title), "ana %s - %s", name, summary);
	print_wrapped(title, out);
	fprintf(out, "\nUsage: ana %s [OPTIONS] [%s]\n", name, files);
	if (h->name) {
		putc('\n', out);
		print_wrapped(h->about, out);
		fprintf(out, "\n%s%s", h->needs ? "It needs " : "",
			h->needs ? h->needs : "Any recording will do.\n");
	}
	fputs("\nOptions:\n", out);
	opt_help(table, modes, out);
	if (h->name) {
		fputs("\nExamples:\n", out);
		print_indented(h->examples, out);
	}
	if (modes & REPORT_FORMAT)
		fprintf(out, "\nThe schema of its JSON is share/recana/schema/%s.json.\n", name);
}

void help_report(const struct report *r, FILE *out)
{
	print(find_help(r->name), r->name, r->summary, r->options, "FILE...", out);
}

void help_repair(FILE *out)
{
	print(&repair_help, REPAIR_WORD, REPAIR_SUMMARY, FOR_REPAIR, "FILE", out);
}
