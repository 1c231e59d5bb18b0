#include "report/header_json.h"
#include "common/json.h"

#include <inttypes.h>

struct json {
	FILE *out;
	bool opened; /* just now: no comma in front of what comes next */
};

static void json_key(struct json *j, const struct feature_value *v)
{
	if (!j->opened)
		putc(',', j->out);
	j->opened = false;
	if (v->key_len)
		fprintf(j->out, "\"%.*s\":", v->key_len, v->key);
}

static void json_open(struct json *j, const struct feature_value *v, char bracket)
{
	json_key(j, v);
	putc(bracket, j->out);
	j->opened = true;
}

static void json_close(struct json *j, char bracket)
{
	putc(bracket, j->out);
	j->opened = false;
}

static void json_value(void *arg, const struct feature_value *v)
{
	struct json *j = arg;

	switch (v->item) {
	case FEATURE_NUMBER:
		json_key(j, v);
		fprintf(j->out, "%" PRIu64, v->number);
		break;
	case FEATURE_SIGNED:
		json_key(j, v);
		fprintf(j->out, "%" PRId64, (int64_t)v->number);
		break;
	case FEATURE_TEXT:
		json_key(j, v);
		json_string(j->out, v->text);
		break;
	case FEATURE_BITS:
		json_key(j, v);
		putc('"', j->out);
		header_bits(j->out, &v->bits);
		putc('"', j->out);
		break;
	case FEATURE_OPEN_LIST:
		json_open(j, v, '[');
		break;
	case FEATURE_OPEN_OBJECT:
		json_open(j, v, '{');
		break;
	case FEATURE_CLOSE_LIST:
		json_close(j, ']');
		break;
	case FEATURE_CLOSE_OBJECT:
		json_close(j, '}');
		break;
	}
}

static void json_strings(FILE *out, const char *key, uint32_t nr, struct feature_body *strings)
{
	fprintf(out, ",\"%s\":[", key);
	for (uint32_t i = 0; i < nr; i++) {
		if (i)
			putc(',', out);
		json_string(out, feature_str(strings));
	}
	putc(']', out);
}

static void json_topology(FILE *out, struct feature_body *b, uint32_t nr_cpus)
{
	struct cpu_topology t;

	cpu_topology_read(&t, b, nr_cpus);
	json_strings(out, "sibling_sockets", t.nr_sockets, &t.sockets);
	json_strings(out, "sibling_dies", t.nr_dies, &t.dies);
	json_strings(out, "sibling_threads", t.nr_threads, &t.threads);
	fprintf(out, ",\"cpus\":[");
	for (uint32_t i = 0; i < t.nr_cpus; i++) {
		int32_t core = feature_u32(&t.cpus), socket = feature_u32(&t.cpus);

		fprintf(out, "%s{\"cpu\":%u,\"core\":%d,\"socket\":%d", i ? "," : "", i, core,
			socket);
		if (t.nr_dies)
			fprintf(out, ",\"die\":%d", (int32_t)feature_u32(&t.cpu_dies));
		putc('}', out);
	}
	putc(']', out);
}

static void json_hex(FILE *out, const unsigned char *bytes, unsigned nr)
{
	putc('"', out);
	for (unsigned i = 0; i < nr; i++)
		fprintf(out, "%02x", bytes[i]);
	putc('"', out);
}

static void json_build_ids(FILE *out, struct feature_body *b)
{
	const char *comma = "";
	struct build_id id;

	fprintf(out, ",\"build_ids\":[");
	for (; build_id_next(b, &id); comma = ",") {
		fprintf(out, "%s{\"pid\":%d,\"build_id\":", comma, id.pid);
		json_hex(out, id.bytes, id.size);
		fprintf(out, ",\"file\":");
		json_string(out, id.filename);
		putc('}', out);
	}
	putc(']', out);
}

static void json_bpf_program(FILE *out, const struct btfs *btfs, const struct bpf_program *p)
{
	fprintf(out, "{\"id\":%u,\"btf_id\":%u,\"name\":", p->id, p->btf_id);
	json_string(out, p->name);
	fprintf(out, ",\"functions\":[");
	for (uint32_t i = 0; i < p->nr; i++) {
		struct bpf_function f = bpf_function_at(p, i);
		const char *name = p->types ? btfs_name(btfs, p->btf_id, f.type) : NULL;

		fprintf(out, "%s{\"tag\":", i ? "," : "");
		json_hex(out, f.tag, 8);
		if (name) {
			fprintf(out, ",\"name\":");
			json_string(out, name);
		}
		fprintf(out, ",\"addr\":%" PRIu64 ",\"size\":%u}", f.addr, f.size);
	}
	fprintf(out, "]}");
}

static void json_bpf_programs(FILE *out, const struct btfs *btfs, struct feature_body *b)
{
	uint32_t nr = feature_count(b, 16);

	fprintf(out, ",\"bpf_programs\":[");
	for (uint32_t i = 0; i < nr; i++) {
		struct bpf_program p;

		bpf_program_next(b, &p);
		if (i)
			putc(',', out);
		json_bpf_program(out, btfs, &p);
	}
	putc(']', out);
}

void header_json(FILE *out, const struct header_context *c, unsigned bit, struct feature_body *b)
{
	const struct feature_kind *kind = feature_kind(bit);
	const char *shape = kind ? kind->shape : NULL;
	struct json j = { .out = out };

	if (bit == FEATURE_CPU_DOMAIN_INFO)
		shape = cpu_domains_shape(b);
	if (shape)
		feature_walk(b, shape, json_value, &j);
	else if (bit == FEATURE_CPU_TOPOLOGY)
		json_topology(out, b, c->nr_cpus);
	else if (bit == FEATURE_BUILD_ID)
		json_build_ids(out, b);
	else if (bit == FEATURE_BPF_PROG_INFO)
		json_bpf_programs(out, &c->btfs, b);
}
