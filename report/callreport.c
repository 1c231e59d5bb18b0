#include "report/callreport.h"
#include "common/json.h"
#include "common/util.h"
#include "report/several.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int callreport_start(struct consumer *consumer, struct session *s, struct err *err)
{
	struct callreport *r = (struct callreport *)consumer;
	int64_t host;

	if (!r->first) {
		r->first = s;
		r->arch = s->file.arch;
	}
	r->session = s;
	host = several_host(s, &r->hosts);
	if (host < 0)
		return fail_mem(err);
	r->host = host;
	if (session_same_calls(r->first, s, err) || callstream_start(&r->stream, s, err))
		return -1;
	return r->begin ? r->begin(r, err) : 0;
}

static int callreport_add_block(struct consumer *consumer, struct session *s, struct block *b,
				struct err *err)
{
	(void)s;
	return callstream_add(&((struct callreport *)consumer)->stream, b, err);
}

static void *callreport_scan_new(struct consumer *consumer)
{
	return callstream_scan_new(&((struct callreport *)consumer)->stream);
}

static int callreport_scan(struct consumer *consumer, struct session *s, struct block *b,
			   void *scan, bool more, struct err *err)
{
	(void)consumer;
	if (!more)
		callscan_begin(scan);
	return callscan_add(scan, s, b, err);
}

static int callreport_take(struct consumer *consumer, struct session *s, void *scan,
			   struct err *err)
{
	(void)s;
	return callstream_take(&((struct callreport *)consumer)->stream, scan, err);
}

static void callreport_scan_free(void *scan)
{
	callscan_release(scan);
	free(scan);
}

static int callreport_end(struct consumer *consumer, struct session *s, struct err *err)
{
	struct callreport *r = (struct callreport *)consumer;

	if (callstream_end(&r->stream, err) || (r->done && r->done(r, err)))
		return -1;
	r->lost += session_lost(s, NULL);
	r->partial |= s->partial || s->nr_missing;
	s->tasks.full |= r->stream.news.slots.full; /* to be told */
	return 0;
}

void callreport_init(struct callreport *r, const struct pair_client *client, unsigned want)
{
	callstream_init(&r->stream, client, want);
	r->consumer.by_rounds = true;
	r->consumer.start = callreport_start;
	r->consumer.add_block = callreport_add_block;
	r->consumer.scan_new = callreport_scan_new;
	r->consumer.scan = callreport_scan;
	r->consumer.take = callreport_take;
	r->consumer.scan_free = callreport_scan_free;
	r->consumer.end = callreport_end;
}

void callreport_release(struct callreport *r)
{
	callstream_release(&r->stream);
	names_release(&r->hosts);
}

const struct session *callreport_last(const struct callreport *r)
{
	return r->first + r->first->nr_together - 1;
}

/* The column. */
static int host_width(const struct callreport *r)
{
	return MAX(r->first->host_width, (int)strlen("host"));
}

void callreport_host_title(const struct callreport *r)
{
	if (r->first->host)
		printf("%-*s  ", host_width(r), "host");
}

void callreport_host_line(const struct callreport *r)
{
	if (!r->first->host)
		return;
	for (int i = 0; i < host_width(r); i++)
		putchar('-');
	fputs("  ", stdout);
}

void callreport_host(const struct callreport *r, uint32_t host)
{
	const char *name = r->hosts.at[host];

	if (!r->first->host)
		return;
	switch (r->opts.format) {
	case OUT_CSV:
		out_csv(stdout, name);
		putchar(',');
		return;
	case OUT_JSON:
		fputs("\"host\":", stdout);
		json_string(stdout, name);
		putchar(',');
		return;
	default:
		out_padded(stdout, name, host_width(r));
		fputs("  ", stdout);
	}
}

void callreport_json(const struct callreport *r, const struct session *last)
{
	printf("{\"report\":\"%s\",\"version\":%d,\"files\":[", r->name, r->version);
	for (const struct session *s = r->first; s <= last; s++) {
		fputs(s > r->first ? "," : "", stdout);
		json_string(stdout, s->file.path);
	}
	putchar(']');
}

void callreport_json_end(const struct callreport *r)
{
	printf(",\"lost\":%" PRIu64 ",\"complete\":%s}\n", r->lost, r->partial ? "false" : "true");
}
