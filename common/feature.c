#include "common/feature.h"
#include "common/swap.h"

#include <byteswap.h>
#include <linux/bpf.h>
#include <stdlib.h>

#define BITS_MAX (1ull << 31) /* of a bitmap; 2^31 blocks of memory no machine has */
#define CPUS_MAX (1u << 20)   /* as perf 7.2 has it */

#define TOO_MANY "has no room for as many as it says"
#define TOO_SOON "ends too early"

/* Brackets of shapes. */
#define OPENING "[<*{"
#define CLOSING "]>;}"

const struct feature_kind feature_kinds[] = {
	{ FEATURE_TRACING_DATA, "TRACING_DATA", NULL },
	{ FEATURE_BUILD_ID, "BUILD_ID", NULL },
	{ FEATURE_HOSTNAME, "HOSTNAME", "s:hostname" },
	{ FEATURE_OSRELEASE, "OSRELEASE", "s:osrelease" },
	{ FEATURE_VERSION, "VERSION", "s:version" },
	{ FEATURE_ARCH, "ARCH", "s:arch" },
	{ FEATURE_NRCPUS, "NRCPUS", "u:nrcpus_avail u:nrcpus_online" },
	{ FEATURE_CPUDESC, "CPUDESC", "s:cpudesc" },
	{ FEATURE_CPUID, "CPUID", "s:cpuid" },
	{ FEATURE_TOTAL_MEM, "TOTAL_MEM", "U:total_mem_kb" },
	{ FEATURE_CMDLINE, "CMDLINE", "[cmdline s]" },
	{ FEATURE_EVENT_DESC, "EVENT_DESC", NULL },
	{ FEATURE_CPU_TOPOLOGY, "CPU_TOPOLOGY", NULL },
	{ FEATURE_NUMA_TOPOLOGY, "NUMA_TOPOLOGY",
	  "[numa_nodes u:node U:total_kb U:free_kb s:cpus]" },
	{ FEATURE_BRANCH_STACK, "BRANCH_STACK", "" },
	{ FEATURE_PMU_MAPPINGS, "PMU_MAPPINGS", "[pmus u:type s:name]" },
	{ FEATURE_GROUP_DESC, "GROUP_DESC", "[groups s:name u:leader u:members]" },
	{ FEATURE_AUXTRACE, "AUXTRACE", "<auxtrace U:offset U:size>" },
	{ FEATURE_STAT, "STAT", "" },
	{ FEATURE_CACHE, "CACHE",
	  "u=1 [caches u:level u:line_size u:sets u:ways s:type s:size s:cpus]" },
	{ FEATURE_SAMPLE_TIME, "SAMPLE_TIME", "U:first_sample_ns U:last_sample_ns" },
	{ FEATURE_MEM_TOPOLOGY, "MEM_TOPOLOGY",
	  "{memory U=1 U:block_size <nodes U:node U m:blocks>}" },
	{ FEATURE_CLOCKID, "CLOCKID", "U:clockid_res_ns" },
	{ FEATURE_DIR_FORMAT, "DIR_FORMAT", "U:dir_format" },
	{ FEATURE_BPF_PROG_INFO, "BPF_PROG_INFO", NULL },
	{ FEATURE_BPF_BTF, "BPF_BTF", "[bpf_btf u:id x:size]" },
	{ FEATURE_COMPRESSED, "COMPRESSED",
	  "{compressed u:version u:type i:level u:ratio u:mmap_len}" },
	{ FEATURE_CPU_PMU_CAPS, "CPU_PMU_CAPS", "[cpu_pmu_caps s:name s:value]" },
	{ FEATURE_CLOCK_DATA, "CLOCK_DATA", "{clock u=1 u:clockid U:wall_ns U:clock_ns}" },
	{ FEATURE_HYBRID_TOPOLOGY, "HYBRID_TOPOLOGY", "[hybrid_pmus s:name s:cpus]" },
	{ FEATURE_PMU_CAPS, "PMU_CAPS", "[pmu_caps [caps s:name s:value] s:pmu]" },
	{ FEATURE_CPU_DOMAIN_INFO, "CPU_DOMAIN_INFO", NULL },
	{ FEATURE_E_MACHINE, "E_MACHINE", "u:e_machine u:e_flags" },
	{ FEATURE_CLN_SIZE, "CLN_SIZE", "u:cache_line_size" },
	{ 0 },
};

const struct feature_kind *feature_kind(unsigned bit)
{
	for (const struct feature_kind *k = feature_kinds; k->name; k++)
		if (k->bit == bit)
			return k;
	return NULL;
}

/* ---- numbers and strings ---- */

void feature_damage(struct feature_body *b, const char *what)
{
	if (!b->wrong) {
		b->wrong = what;
		b->wrong_at = b->at - b->start;
	}
	b->at = b->end;
}

char *feature_bytes(struct feature_body *b, uint64_t len)
{
	char *at = b->at;

	if (len > (uint64_t)(b->end - b->at)) {
		feature_damage(b, TOO_SOON);
		return NULL;
	}
	b->at += len;
	return at;
}

static uint32_t load32(const void *at, bool swap)
{
	return swap ? bswap_32(load_u32(at)) : load_u32(at);
}

static uint64_t load64(const void *at, bool swap)
{
	return swap ? bswap_64(load_u64(at)) : load_u64(at);
}

uint32_t feature_u32(struct feature_body *b)
{
	const char *at = feature_bytes(b, 4);

	return at ? load32(at, b->swap) : 0;
}

uint64_t feature_u64(struct feature_body *b)
{
	const char *at = feature_bytes(b, 8);

	return at ? load64(at, b->swap) : 0;
}

const char *feature_str(struct feature_body *b)
{
	char *text = feature_bytes(b, 4);
	uint32_t len = text ? load32(text, b->swap) : 0;

	if (!text)
		return "";
	if (!len || len > (uint64_t)(b->end - b->at)) {
		b->at = text;
		feature_damage(b, "has a string of an impossible length");
		return "";
	}
	text = feature_bytes(b, len);
	text[len - 1] = 0;
	return text;
}

/* Is there room for @nr elements of at least @least bytes? If not @b is damaged, at its last number. */
static uint64_t count_of(struct feature_body *b, uint64_t nr, uint32_t least, char *at)
{
	if (nr <= (uint64_t)(b->end - b->at) / least)
		return nr;
	b->at = at;
	feature_damage(b, TOO_MANY);
	return 0;
}

uint32_t feature_count(struct feature_body *b, uint32_t least)
{
	char *at = b->at;
	uint32_t nr = feature_u32(b);

	return count_of(b, nr, least, at);
}

static uint64_t feature_count64(struct feature_body *b, uint32_t least)
{
	char *at = b->at;
	uint64_t nr = feature_u64(b);

	return count_of(b, nr, least, at);
}

struct feature_bits feature_bitmap(struct feature_body *b)
{
	char *at = b->at;
	uint64_t nr = feature_u64(b);
	const char *words = NULL;

	if (nr > BITS_MAX) {
		b->at = at;
		feature_damage(b, "has a bitmap of an impossible size");
	} else {
		words = feature_bytes(b, ALIGN_UP(nr, 64) / 8);
	}
	return (struct feature_bits){ .words = words, .nr = words ? nr : 0, .swap = b->swap };
}

/* The first bit from @at on that is @set, or bits->nr. */
static uint64_t find_bit(const struct feature_bits *bits, uint64_t at, bool set)
{
	while (at < bits->nr) {
		uint64_t word = load64(bits->words + at / 64 * 8, bits->swap);

		word = (set ? word : ~word) >> (at % 64);
		if (word)
			return MIN(at + __builtin_ctzll(word), bits->nr);
		at = at / 64 * 64 + 64;
	}
	return bits->nr;
}

bool feature_range(const struct feature_bits *bits, uint64_t *at, uint64_t *first)
{
	*first = find_bit(bits, *at, true);
	*at = find_bit(bits, *first, false);
	return *first < bits->nr;
}

/* ---- shapes ---- */

struct walk {
	struct feature_body *body;
	void (*visit)(void *arg, const struct feature_value *v);
	void *arg;
	const char *at; /* in the shape */
};

static void walk_items(struct walk *w);

static void tell(const struct walk *w, const struct feature_value *v)
{
	if (w->visit && !w->body->wrong)
		w->visit(w->arg, v);
}

/* The name that stands at w->at; empty when there is none. */
static struct feature_value walk_key(struct walk *w)
{
	struct feature_value v = { .key = w->at };

	v.key_len = strcspn(w->at, " " CLOSING);
	w->at += v.key_len;
	return v;
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* From inside of a bracket to what closes it. */
static void skip_items(struct walk *w)
{
	for (unsigned depth = 0; depth || !is_one_of(*w->at, CLOSING); w->at++) {
		if (is_one_of(*w->at, OPENING))
			depth++;
		else if (is_one_of(*w->at, CLOSING))
			depth--;
	}
}

/* An element without names inside is a plain value. */
static void walk_element(struct walk *w, const char *inside)
{
	struct feature_value v = { .item = FEATURE_OPEN_OBJECT, .key = "" };
	const char *item = inside + strspn(inside, " ");
	bool plain = is_one_of(item[1], CLOSING);

	w->at = inside;
	if (!plain)
		tell(w, &v);
	walk_items(w);
	v.item = FEATURE_CLOSE_OBJECT;
	if (!plain)
		tell(w, &v);
}

/* @kind: the bracket that opened the list. */
static void walk_list(struct walk *w, char kind)
{
	struct feature_value v = walk_key(w);
	const char *inside = w->at;
	uint64_t nr = UINT64_MAX;

	if (kind == '[')
		nr = feature_count(w->body, 4);
	else if (kind == '<')
		nr = feature_count64(w->body, 8);
	v.item = FEATURE_OPEN_LIST;
	tell(w, &v);
	for (uint64_t i = 0; i < nr && !w->body->wrong; i++) {
		if (kind == '*' && w->body->at == w->body->end)
			break;
		walk_element(w, inside);
	}
	w->at = inside;
	skip_items(w);
	w->at++;
	v.item = FEATURE_CLOSE_LIST;
	tell(w, &v);
}

static void walk_object(struct walk *w)
{
	struct feature_value v = walk_key(w);

	v.item = FEATURE_OPEN_OBJECT;
	tell(w, &v);
	walk_items(w);
	w->at++;
	v.item = FEATURE_CLOSE_OBJECT;
	tell(w, &v);
}

static void read_value(struct walk *w, char kind, struct feature_value *v)
{
	v->item = FEATURE_NUMBER;
	switch (kind) {
	case 'u':
		v->number = feature_u32(w->body);
		break;
	case 'i':
		v->item = FEATURE_SIGNED;
		v->number = (int64_t)(int32_t)feature_u32(w->body);
		break;
	case 'U':
		v->number = feature_u64(w->body);
		break;
	case 's':
		v->item = FEATURE_TEXT;
		v->text = feature_str(w->body);
		break;
	case 'm':
		v->item = FEATURE_BITS;
		v->bits = feature_bitmap(w->body);
		break;
	case 'x':
		v->number = feature_u32(w->body);
		feature_bytes(w->body, v->number);
		break;
	}
}

static void walk_value(struct walk *w, char kind)
{
	struct feature_value v = { .key = "" };
	bool named = *w->at == ':', fixed = *w->at == '=';
	bool element = is_one_of(*w->at, CLOSING);
	char *at = w->body->at;

	if (named || fixed) {
		w->at++;
		v = walk_key(w);
	}
	read_value(w, kind, &v);
	if (fixed && !w->body->wrong && v.number != strtoull(v.key, NULL, 10)) {
		w->body->at = at;
		feature_damage(w->body, "is of a version that is not known");
	}
	if (named || element)
		tell(w, &v);
}

/* Up to the end of the shape, or what closes the bracket that we are in. */
static void walk_items(struct walk *w)
{
	while (*w->at && !is_one_of(*w->at, CLOSING)) {
		char kind = *w->at++;

		if (kind == '{')
			walk_object(w);
		else if (is_one_of(kind, OPENING))
			walk_list(w, kind);
		else if (kind != ' ')
			walk_value(w, kind);
	}
}

void feature_walk(struct feature_body *b, const char *shape,
		  void (*visit)(void *arg, const struct feature_value *v), void *arg)
{
	struct walk w = { .body = b, .visit = visit, .arg = arg, .at = shape };

	walk_items(&w);
}

/* ---- bodies of no shape ---- */

/* A list of strings: where they are, and how many; they are passed over. */
static uint32_t strings_at(struct feature_body *b, struct feature_body *strings)
{
	uint32_t nr = feature_count(b, 5); /* a length and its NUL */

	*strings = *b;
	for (uint32_t i = 0; i < nr && !b->wrong; i++)
		feature_str(b);
	return b->wrong ? 0 : nr;
}

/* @nr elements of @size bytes: where they are; they are passed over. */
static void array_at(struct feature_body *b, struct feature_body *array, uint32_t nr, uint32_t size)
{
	*array = *b;
	feature_bytes(b, (uint64_t)nr * size);
}

void cpu_topology_read(struct cpu_topology *t, struct feature_body *b, uint32_t nr_cpus)
{
	*t = (struct cpu_topology){ 0 };
	t->nr_sockets = strings_at(b, &t->sockets);
	t->nr_threads = strings_at(b, &t->threads);
	if (b->at == b->end || !nr_cpus)
		return;
	array_at(b, &t->cpus, nr_cpus, 8);
	if (!b->wrong)
		t->nr_cpus = nr_cpus;
	if (b->at == b->end)
		return;
	t->nr_dies = strings_at(b, &t->dies);
	array_at(b, &t->cpu_dies, nr_cpus, 4);
}

uint32_t event_desc_open(struct feature_body *b, uint32_t *attr_size)
{
	char *at = b->at;
	uint32_t nr = feature_u32(b);

	*attr_size = feature_u32(b);
	if (*attr_size < PERF_ATTR_SIZE_VER0) {
		feature_damage(b, "has attrs of an impossible size");
		return 0;
	}
	/* An attr, the number of ids, a string of at least one byte. */
	if (nr > (b->end - b->at) / (*attr_size + 9ull)) {
		b->at = at;
		feature_damage(b, TOO_MANY);
		return 0;
	}
	return nr;
}

void event_desc_next(struct feature_body *b, uint32_t attr_size, struct event_desc *d)
{
	const char *attr = feature_bytes(b, attr_size);
	char *at = b->at;
	uint32_t nr = feature_u32(b);

	*d = (struct event_desc){ 0 };
	if (attr)
		memcpy(d->attr, attr, MIN(attr_size, sizeof(d->attr)));
	if (b->swap)
		swap_attr(d->attr, MIN(attr_size, sizeof(d->attr)));
	d->name = feature_str(b);
	if (nr > (uint64_t)(b->end - b->at) / 8) {
		b->at = b->wrong ? b->at : at;
		feature_damage(b, TOO_MANY);
		nr = 0;
	}
	array_at(b, &d->ids, nr, 8);
	d->nr_ids = nr;
}

/* A build id's record: perf_event_header, s32 pid, the id, its size, its name from here on. */
#define BUILD_ID_HEAD	  36
#define BUILD_ID_HEAD_OLD 32 /* of 2.6.33 to 35: no pid, the size is always 20 */
#define BUILD_ID_ROOM	  24 /* in front of the name: the id and zeros, or its size */
#define KERNEL_NAME	  "[kernel.kallsyms]"

static uint16_t record_u16(const struct feature_body *b, const char *at)
{
	return b->swap ? bswap_16(load_u16(at)) : load_u16(at);
}

/* The kernel comes first: where its name stands tells how all records look. */
static bool has_no_pids(const struct feature_body *b)
{
	uint16_t size = record_u16(b, b->start + 6);

	return size <= b->end - b->start && size > BUILD_ID_HEAD_OLD + strlen(KERNEL_NAME) &&
	       !memcmp(b->start + BUILD_ID_HEAD_OLD, KERNEL_NAME, strlen(KERNEL_NAME));
}

bool build_id_next(struct feature_body *b, struct build_id *id)
{
	char *rec = b->at;
	uint16_t size, head;

	if (b->at == b->end || !feature_bytes(b, 8))
		return false;
	b->at = rec;
	size = record_u16(b, rec + 6);
	head = has_no_pids(b) ? BUILD_ID_HEAD_OLD : BUILD_ID_HEAD;
	if (size <= head || size > b->end - rec) {
		feature_damage(b, "has a record of an impossible size");
		return false;
	}
	*id = (struct build_id){
		.pid = head == BUILD_ID_HEAD ? load32(rec + 8, b->swap) : UINT32_MAX,
		.misc = record_u16(b, rec + 4),
		.size = BUILD_ID_MAX,
		.bytes = (unsigned char *)rec + head - BUILD_ID_ROOM,
		.filename = rec + head,
	};
	if (head == BUILD_ID_HEAD && id->misc & MISC_BUILD_ID_SIZE)
		id->size = MIN((uint8_t)rec[head - 4], BUILD_ID_MAX);
	rec[size - 1] = 0;
	b->at += size;
	return true;
}

/* Are there @nr elements of @size bytes at the offset @off of @data? */
static const char *bpf_array(const char *data, uint32_t len, uint64_t off, uint32_t nr,
			     uint32_t size)
{
	return off <= len && nr <= (len - off) / size ? data + off : NULL;
}

#define BPF_FIELD(field) load32(info + offsetof(struct bpf_prog_info, field), b->swap)
#define BPF_OFF(field)	 load64(info + offsetof(struct bpf_prog_info, field), b->swap)

/* What is named by offset lies in the @len bytes of @data. */
static void bpf_functions(struct feature_body *b, struct bpf_program *p, const char *info,
			  const char *data, uint32_t len)
{
	uint32_t nr = BPF_FIELD(nr_jited_ksyms);

	if (nr != BPF_FIELD(nr_prog_tags) || nr != BPF_FIELD(nr_jited_func_lens))
		return;
	p->tags = bpf_array(data, len, BPF_OFF(prog_tags), nr, BPF_TAG_SIZE);
	p->addrs = bpf_array(data, len, BPF_OFF(jited_ksyms), nr, 8);
	p->sizes = bpf_array(data, len, BPF_OFF(jited_func_lens), nr, 4);
	p->types_step = BPF_FIELD(func_info_rec_size);
	if (BPF_FIELD(btf_id) && BPF_FIELD(nr_func_info) >= nr &&
	    p->types_step >= sizeof(struct bpf_func_info))
		p->types = bpf_array(data, len, BPF_OFF(func_info), nr, p->types_step);
	p->told = p->tags && p->addrs && p->sizes;
	p->nr = p->told ? nr : 0;
	if (!p->told)
		feature_damage(b, "has an array outside of its data");
}

void bpf_program_next(struct feature_body *b, struct bpf_program *p)
{
	char info[sizeof(struct bpf_prog_info)] = { 0 };
	uint32_t info_len = feature_u32(b), data_len = feature_u32(b);
	const char *bytes, *data;

	feature_u64(b); /* which arrays there are */
	bytes = feature_bytes(b, info_len);
	data = feature_bytes(b, data_len);
	*p = (struct bpf_program){ .swap = b->swap };
	if (!bytes || !data)
		return;
	memcpy(info, bytes, MIN(info_len, sizeof(info)));
	p->id = BPF_FIELD(id);
	p->btf_id = BPF_FIELD(btf_id);
	memcpy(p->name, info + offsetof(struct bpf_prog_info, name), BPF_OBJ_NAME_LEN);
	bpf_functions(b, p, info, data, data_len);
}

struct bpf_function bpf_function_at(const struct bpf_program *p, uint32_t i)
{
	const char *type = p->types;
	struct bpf_function f = {
		.tag = (const unsigned char *)p->tags + (size_t)BPF_TAG_SIZE * i,
		.addr = load64(p->addrs + 8ul * i, p->swap),
		.size = load32(p->sizes + 4ul * i, p->swap),
	};

	if (type)
		f.type = load32(type + (uint64_t)p->types_step * i +
					offsetof(struct bpf_func_info, type_id),
				p->swap);
	return f;
}

#define DOMAIN_NAMES 17 /* from this version of /proc/schedstat on domains have names */

bool cpu_domains_named(const struct feature_body *b)
{
	struct feature_body copy = *b;

	return feature_u32(&copy) >= DOMAIN_NAMES;
}

const char *cpu_domains_shape(const struct feature_body *b)
{
	if (cpu_domains_named(b))
		return "{sched_domains u:version u:max *cpus u:cpu "
		       "[domains u:domain s:name s:mask s:cpus];}";
	return "{sched_domains u:version u:max *cpus u:cpu [domains u:domain s:mask s:cpus];}";
}

/* ---- checks ---- */

static void check_cpus(struct feature_body *b)
{
	char *at = b->at;
	uint32_t avail = feature_u32(b), online = feature_u32(b);

	if (b->wrong || (avail <= CPUS_MAX && online <= avail))
		return;
	b->at = at;
	feature_damage(b, "has an impossible number of CPUs");
}

static void check_event_desc(struct feature_body *b)
{
	uint32_t attr_size, nr = event_desc_open(b, &attr_size);
	struct event_desc d;

	for (uint32_t i = 0; i < nr && !b->wrong; i++)
		event_desc_next(b, attr_size, &d);
}

static void check_build_ids(struct feature_body *b)
{
	struct build_id id;

	while (build_id_next(b, &id))
		;
}

static void check_bpf_programs(struct feature_body *b)
{
	uint32_t nr = feature_count(b, 16);
	struct bpf_program p;

	for (uint32_t i = 0; i < nr && !b->wrong; i++)
		bpf_program_next(b, &p);
}

/* A group is one event behind the other, and no event is in two of them. */
static void check_groups(struct feature_body *b, uint32_t nr_events)
{
	uint32_t nr = feature_count(b, 13), taken = 0;

	for (uint32_t i = 0; i < nr && !b->wrong; i++) {
		uint32_t leader, members;

		feature_str(b);
		leader = feature_u32(b);
		members = feature_u32(b);
		if (b->wrong)
			return;
		if (leader < taken || leader >= nr_events || members > nr_events - leader) {
			feature_damage(b, "has a group of events that there are not");
			return;
		}
		taken = leader + members;
	}
}

void feature_check(struct feature_body *b, unsigned bit, uint32_t nr_cpus, uint32_t nr_events)
{
	const struct feature_kind *kind = feature_kind(bit);
	struct cpu_topology topology;

	if (bit == FEATURE_NRCPUS)
		check_cpus(b);
	else if (bit == FEATURE_EVENT_DESC)
		check_event_desc(b);
	else if (bit == FEATURE_BUILD_ID)
		check_build_ids(b);
	else if (bit == FEATURE_CPU_TOPOLOGY)
		cpu_topology_read(&topology, b, nr_cpus);
	else if (bit == FEATURE_BPF_PROG_INFO)
		check_bpf_programs(b);
	else if (bit == FEATURE_CPU_DOMAIN_INFO)
		feature_walk(b, cpu_domains_shape(b), NULL, NULL);
	else if (bit == FEATURE_GROUP_DESC)
		check_groups(b, nr_events);
	else if (kind && kind->shape)
		feature_walk(b, kind->shape, NULL, NULL);
}
