#include "report/keptlist.h"
#include "common/json.h"

#include <inttypes.h>
#include <stdlib.h>

#define TASK_WIDTH 24

int kept_text(struct text *t, struct calltexts *texts, const struct kept_call *k)
{
	const struct calltext *c = calltexts_get(texts, k->call.nr);

	if (!c)
		return -1;
	text_add(t, c->name, c->name_len);
	text_char(t, '(');
	if (k->call.args)
		calltext_args(t, texts, c, k->args);
	else
		text_str(t, "...");
	text_char(t, ')');
	if (k->call.state == CALL_EXACT || k->call.state == CALL_LEFT) {
		text_str(t, " = ");
		return_text(t, k->call.ret, c->returns);
	}
	return 0;
}

/* Room for the text of a call, as a string. NULL when memory ran out. */
static char *new_text(struct calltexts *texts, const struct kept_call *k)
{
	char *room = malloc(KEPT_TEXT_MAX + 1);
	struct text t;

	if (!room)
		return NULL;
	t = (struct text){ room, room, room + KEPT_TEXT_MAX };
	if (kept_text(&t, texts, k)) {
		free(room);
		return NULL;
	}
	*t.at = 0;
	return room;
}

static const char *comm_of(const struct callreport *r, const struct kept_call *k)
{
	return k->comm == UINT32_MAX ? "" : r->stream.pairs.comms.at[k->comm];
}

/* "nginx/812 ", in its width. */
static void print_task(const struct callreport *r, const struct kept_call *k)
{
	const uint32_t tid = r->stream.pairs.tasks[k->call.task].tid;
	const char *comm = comm_of(r, k);
	char number[16];
	int len = snprintf(number, sizeof(number), "%c%" PRIu32, *comm ? '/' : ':', tid);

	out_text(stdout, comm);
	printf("%s%*s", number, MAX(TASK_WIDTH - out_width(comm) - len, 1), "");
}

int kept_lines(const struct callreport *r, struct calltexts *texts, struct kept_call *const *list,
	       size_t nr, const char *title)
{
	printf("%16s %13s  ", "time s", title);
	callreport_host_title(r);
	printf("%-*scall\n", TASK_WIDTH, "task");
	for (size_t i = 0; i < nr; i++) {
		char *text = new_text(texts, list[i]);

		if (!text)
			return -1;
		printf("%16.6f %13.3f  ", (double)list[i]->call.start_ns / 1e9,
		       (double)list[i]->ns / 1e6);
		callreport_host(r, list[i]->host);
		print_task(r, list[i]);
		puts(text);
		free(text);
	}
	return 0;
}

static void json_args(const struct kept_call *k)
{
	if (!k->call.args) {
		fputs("null", stdout);
		return;
	}
	for (int i = 0; i < CALL_ARGS; i++)
		printf("%s%" PRIu64, i ? "," : "[", k->args[i]);
	putchar(']');
}

static void json_call(const struct callreport *r, const char *text, const struct kept_call *k)
{
	const struct pair_task *task = &r->stream.pairs.tasks[k->call.task];
	char name[SYSCALL_NAME_MAX];

	syscall_name(r->arch, k->call.nr, name);
	putchar('{');
	callreport_host(r, k->host);
	printf("\"start_ns\":%" PRIu64 ",\"duration_ns\":%" PRIu64 ",\"pid\":%" PRIu32
	       ",\"tid\":%" PRIu32 ",\"comm\":",
	       k->call.start_ns, k->ns, task->pid, task->tid);
	if (k->comm == UINT32_MAX)
		fputs("null", stdout);
	else
		json_string(stdout, comm_of(r, k));
	fputs(",\"syscall\":", stdout);
	json_string(stdout, name);
	printf(",\"nr\":%" PRId64 ",\"args\":", syscall_plain(k->call.nr));
	json_args(k);
	if (k->call.state == CALL_EXACT || k->call.state == CALL_LEFT)
		printf(",\"ret\":%" PRId64, k->call.ret);
	else
		fputs(",\"ret\":null", stdout);
	fputs(",\"text\":", stdout);
	json_string(stdout, text);
	putchar('}');
}

int kept_json(const struct callreport *r, struct calltexts *texts, struct kept_call *const *list,
	      size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		char *text = new_text(texts, list[i]);

		if (!text)
			return -1;
		fputs(i ? "," : "", stdout);
		json_call(r, text, list[i]);
		free(text);
	}
	return 0;
}
