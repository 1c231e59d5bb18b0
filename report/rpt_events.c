#include "report/rpt_events.h"
#include "common/json.h"
#include "report/session.h"

#include <inttypes.h>
#include <stdlib.h>

struct events {
	struct consumer consumer;
	enum out_format format;
};

void attr_print(FILE *out, const char attr[ATTR_BYTES], const char *first, const char *separator,
		const char *equals)
{
	for (const struct attr_field *f = attr_fields; f->name; f++) {
		uint64_t value = attr_value(f, attr);
		char text[ATTR_TEXT_MAX];

		if (!value)
			continue;
		attr_text(text, f, value);
		fprintf(out, "%s%s%s%s", first, f->shown ? f->shown : f->name, equals, text);
		first = separator;
	}
}

static void print_table(const struct perf_file *f, FILE *out)
{
	for (uint32_t i = 0; i < f->nr_events; i++) {
		char attr[ATTR_BYTES];

		attr_image(attr, &f->events[i]);
		out_text(out, f->events[i].name);
		attr_print(out, attr, ": ", ", ", ": ");
		putc('\n', out);
	}
}

static void print_csv(const struct perf_file *f, FILE *out)
{
	fprintf(out, "event,name,field,value\n");
	for (uint32_t i = 0; i < f->nr_events; i++) {
		char attr[ATTR_BYTES], text[ATTR_TEXT_MAX];

		attr_image(attr, &f->events[i]);
		for (const struct attr_field *field = attr_fields; field->name; field++) {
			uint64_t value = attr_value(field, attr);

			if (!value)
				continue;
			attr_text(text, field, value);
			fprintf(out, "%u,", i);
			out_csv(out, f->events[i].name);
			fprintf(out, ",%s,%s\n", attr_name(field, attr), text);
		}
	}
}

/* The names of the flags; what has no name as a number in text. */
static void flags_json(FILE *out, const struct attr_field *f, uint64_t value)
{
	char text[ATTR_TEXT_MAX], *at = text, *flag;
	const char *comma = "";

	attr_text(text, f, value);
	putc('[', out);
	while ((flag = strsep(&at, "|"))) {
		fprintf(out, "%s\"%s\"", comma, flag);
		comma = ",";
	}
	putc(']', out);
}

static void field_json(FILE *out, const struct attr_field *f, const char attr[ATTR_BYTES])
{
	uint64_t value = attr_value(f, attr);

	/* Type 0 is hardware, config 0 its cycles. */
	if (!value && strcmp(f->name, "type") && strcmp(f->name, "config"))
		return;
	fprintf(out, ",\"%s\":", attr_name(f, attr));
	if (f->kind == ATTR_FLAGS)
		flags_json(out, f, value);
	else if (f->kind == ATTR_SIGNED)
		fprintf(out, "%" PRId32, (int32_t)value);
	else
		fprintf(out, "%" PRIu64, value);
}

static void event_json(FILE *out, const struct event *ev)
{
	char attr[ATTR_BYTES];

	attr_image(attr, ev);
	fprintf(out, "{\"name\":");
	json_string(out, ev->name);
	fprintf(out, ",\"ids\":[");
	for (uint32_t i = 0; i < ev->nr_ids; i++)
		fprintf(out, "%s%" PRIu64, i ? "," : "", ev->ids[i]);
	putc(']', out);
	for (const struct attr_field *f = attr_fields; f->name; f++)
		field_json(out, f, attr);
	putc('}', out);
}

void events_json(FILE *out, const struct perf_file *f)
{
	putc('[', out);
	for (uint32_t i = 0; i < f->nr_events; i++) {
		if (i)
			putc(',', out);
		event_json(out, &f->events[i]);
	}
	putc(']', out);
}

static int events_finish(struct consumer *consumer, struct session *s, struct err *err)
{
	const struct events *e = (struct events *)consumer;

	(void)err;
	switch (e->format) {
	case OUT_TABLE:
		print_table(&s->file, stdout);
		break;
	case OUT_CSV:
		print_csv(&s->file, stdout);
		break;
	case OUT_JSON:
		events_json(stdout, &s->file);
		putchar('\n');
		break;
	}
	return 0;
}

struct consumer *events_create(const struct report_opts *o, struct err *err)
{
	struct events *e = calloc(1, sizeof(*e));

	if (!e) {
		fail_mem(err);
		return NULL;
	}
	e->consumer.finish = events_finish;
	e->format = o->format;
	return &e->consumer;
}

void events_destroy(struct consumer *consumer)
{
	free(consumer);
}
