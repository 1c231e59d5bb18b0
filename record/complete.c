#include "record/complete.h"
#include "common/complete.h"
#include "common/tracefs.h"
#include "common/util.h"

#include <pwd.h>

/* None, where tracefs is not ours to read. */
static void tell_events(struct complete *c)
{
	struct err err;
	char **names;
	size_t nr;

	if (tracefs_event_names(&names, &nr, &err))
		return;
	for (size_t i = 0; i < nr; i++)
		complete_word(c, names[i], NULL);
	tracefs_names_free(names, nr);
}

static void tell_calls(struct complete *c)
{
	complete_calls(c, NULL);
}

static void tell_users(struct complete *c)
{
	const struct passwd *user;

	setpwent();
	while ((user = getpwent()))
		complete_word(c, user->pw_name, NULL);
	endpwent();
}

/* By the words that stand for values in the table of options. */
static const struct opt_value values[] = {
	{ "CPUS", OPT_VALUE_ANY, NULL, NULL },
	{ "PIDS", OPT_VALUE_ANY, NULL, NULL },
	{ "TIDS", OPT_VALUE_ANY, NULL, NULL },
	{ "USER", OPT_VALUE_WORD, NULL, tell_users },
	{ "CGROUP", OPT_VALUE_FILE, NULL, NULL },
	{ "EVENT", OPT_VALUE_LIST, NULL, tell_events },
	{ "EXPR", OPT_VALUE_ANY, NULL, NULL },
	{ "CALLS", OPT_VALUE_LIST, NULL, tell_calls },
	{ "FILE", OPT_VALUE_FILE, NULL, NULL },
	{ "SIZE", OPT_VALUE_ANY, NULL, NULL },
	{ "PRIO", OPT_VALUE_ANY, NULL, NULL },
	{ "LEVEL", OPT_VALUE_ANY, NULL, NULL },
	{ "N", OPT_VALUE_ANY, NULL, NULL },
	{ "CLOCK", OPT_VALUE_WORD, "monotonic monotonic_raw perf", NULL },
	{ "TIME", OPT_VALUE_ANY, NULL, NULL },
	{ "WHEN", OPT_VALUE_WORD, "signal", NULL },
	{ "errno=LIST", OPT_VALUE_WORD, "errno=", NULL },
	{ "MS", OPT_VALUE_ANY, NULL, NULL },
	{ "fifo:CTL[,ACK]", OPT_VALUE_WORD, "fifo: fd:", NULL },
	{ "FORM", OPT_VALUE_WORD, "text json", NULL },
	{ 0 },
};

static void tell_word(struct complete *c)
{
	/* A command may stand there, too; but whoever does not know how to go on wants no list of all. */
	if (c->nr == 1 && !strncmp("list", complete_last(c), strlen(complete_last(c)))) {
		complete_options(c, 0);
		complete_word(c, "list", "show the tracepoints of this machine");
		return;
	}
	if (c->first == 0 && !strcmp(c->words[0], "list")) {
		puts(c->nr == 2 ? "words" : "any");
		if (c->nr == 2)
			tell_events(c);
		return;
	}
	printf("command %d\n", 1 + (c->first < 0 ? c->nr - 1 : c->first));
}

void complete_rec(const struct opt *table, char *const *words, int nr)
{
	struct complete c;

	complete_init(&c, table, values, words, nr, 0, stdout);
	if (c.option)
		complete_value(&c);
	else if (complete_is_option(&c))
		complete_options(&c, 0);
	else
		tell_word(&c);
}
