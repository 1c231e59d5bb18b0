#include "common/recordkind.h"
#include "common/util.h"

#include <stdlib.h>

static const struct record_kind kinds[] = {
	[PERF_RECORD_MMAP] = { "MMAP", "44888", NULL },
	[PERF_RECORD_LOST] = { "LOST", "88", ": id:$0u: lost:$1u" },
	[PERF_RECORD_COMM] = { "COMM", "44", NULL },
	[PERF_RECORD_EXIT] = { "EXIT", "44448", "($0d:$2d):($1d:$3d)" },
	[PERF_RECORD_THROTTLE] = { "THROTTLE", "888", ": time:$0u id:$1u stream_id:$2u" },
	[PERF_RECORD_UNTHROTTLE] = { "UNTHROTTLE", "888", ": time:$0u id:$1u stream_id:$2u" },
	[PERF_RECORD_FORK] = { "FORK", "44448", "($0d:$2d):($1d:$3d)" },
	[PERF_RECORD_READ] = { "READ", "44*[8]", NULL },
	[PERF_RECORD_SAMPLE] = { "SAMPLE", NULL, NULL },
	[PERF_RECORD_MMAP2] = { "MMAP2", "44888448844", NULL },
	[PERF_RECORD_AUX] = { "AUX", "888", NULL },
	[PERF_RECORD_ITRACE_START] = { "ITRACE_START", "44", " pid: $0d tid: $1d" },
	[PERF_RECORD_LOST_SAMPLES] = { "LOST_SAMPLES", "8", NULL },
	[PERF_RECORD_SWITCH] = { "SWITCH", "", NULL },
	[PERF_RECORD_SWITCH_CPU_WIDE] = { "SWITCH_CPU_WIDE", "44", NULL },
	[PERF_RECORD_NAMESPACES] = { "NAMESPACES", "448*[88]", NULL },
	[RECORD_KSYMBOL] = { "KSYMBOL", "8422", " addr $0y len $1u type $2u flags 0x$3y name $s" },
	[RECORD_BPF_EVENT] = { "BPF_EVENT", "224", " type $0u, flags $1u, id $2u tag $h" },
	[RECORD_CGROUP] = { "CGROUP", "8", " cgroup: $0u $s" },
	[RECORD_TEXT_POKE] = { "TEXT_POKE", "822", " addr $0x old len $1u new len $2u bytes $h" },
	[RECORD_AUX_OUTPUT_HW_ID] = { "AUX_OUTPUT_HW_ID", "8", " hw_id: $0x" },
	[RECORD_CALLCHAIN_DEFERRED] = { "CALLCHAIN_DEFERRED", "88*[8]",
					" cookie: $0x nr: $1u{\n.....  $0x}" },
	[RECORD_HEADER_ATTR] = { "ATTR", NULL, NULL },
	[RECORD_EVENT_TYPE] = { "EVENT_TYPE", "8", " config: $0x name: $s" },
	[RECORD_TRACING_DATA] = { "TRACING_DATA", "4", " size: $0u" },
	[RECORD_BUILD_ID] = { "BUILD_ID", "4{20}{4}", NULL },
	[RECORD_FINISHED_ROUND] = { "FINISHED_ROUND", "", "" },
	[RECORD_ID_INDEX] = { "ID_INDEX", "8*[8888]",
			      " nr: $0u{\n ... id: $0u  idx: $1u  cpu: $2d  tid: $3d}" },
	[RECORD_AUXTRACE_INFO] = { "AUXTRACE_INFO", "44*[8]", " type: $0u{\n ... priv: $0x}" },
	[RECORD_AUXTRACE] = { "AUXTRACE", "8884444",
			      " size: $0x  offset: $1x  ref: $2x  idx: $3u  tid: $4d  cpu: $5d" },
	[RECORD_AUXTRACE_ERROR] = { "AUXTRACE_ERROR", "44444488{64}44",
				    " type $0u code $1u cpu $2d pid $3d tid $4d ip $6x time $7u "
				    "msg $8b" },
	[RECORD_THREAD_MAP] = { "THREAD_MAP", "8*[8{16}]", " nr: $0u{\n ... pid: $0d comm: $1b}" },
	[RECORD_CPU_MAP] = { "CPU_MAP", NULL, NULL },
	[RECORD_STAT_CONFIG] = { "STAT_CONFIG", "8*[88]", " nr: $0u{\n ... tag: $0u value: $1u}" },
	[RECORD_STAT] = { "STAT", "844888",
			  "\n... id $0u, cpu $1d, thread $2d\n... value $3u, enabled $4u, running "
			  "$5u" },
	[RECORD_STAT_ROUND] = { "STAT_ROUND", "88", "\n... time $1u, type $0u" },
	[RECORD_EVENT_UPDATE] = { "EVENT_UPDATE", NULL, NULL },
	[RECORD_TIME_CONV] = { "TIME_CONV", "8888811",
			       ": time shift $0u, mult $1u, zero $2u\n... cycles $3u, mask $4x, "
			       "cap_zero $5u, "
			       "cap_short $6u" },
	[RECORD_FEATURE] = { "FEATURE", "8", NULL },
	[RECORD_COMPRESSED] = { "COMPRESSED", "", "" },
	[RECORD_FINISHED_INIT] = { "FINISHED_INIT", "", "" },
	[RECORD_COMPRESSED2] = { "COMPRESSED2", "8", " data_size: $0u" },
	[RECORD_BPF_METADATA] = { "BPF_METADATA", "{512}8*[{64}{256}]",
				  " prog: $0b nr: $1u{\n ... $0b: $1b}" },
	[RECORD_SCHEDSTAT_CPU] = { "SCHEDSTAT_CPU", "8422", " time: $0u cpu: $1u version: $2u" },
	[RECORD_SCHEDSTAT_DOMAIN] = { "SCHEDSTAT_DOMAIN", "8422",
				      " time: $0u cpu: $1u version: $2u domain: $3u" },
};

const struct record_kind *record_kind(uint32_t type)
{
	return type < ARRAY_SIZE(kinds) && kinds[type].name ? &kinds[type] : NULL;
}

static uint32_t field_bytes(const char **fields, bool *number)
{
	char *behind;
	uint32_t bytes;

	*number = **fields != '{';
	if (*number)
		return *(*fields)++ - '0';
	bytes = strtoul(*fields + 1, &behind, 10);
	*fields = behind + 1; /* the bracket */
	return bytes;
}

uint32_t record_fields(const char **fields, const char **at, const char *end,
		       struct record_field found[RECORD_FIELDS_MAX])
{
	uint32_t nr = 0;

	while (nr < RECORD_FIELDS_MAX && **fields && !strchr("*]", **fields)) {
		struct record_field f = { .at = *at };
		const char *next = *fields;

		f.bytes = field_bytes(&next, &f.number);
		if ((uint64_t)(end - *at) < f.bytes)
			break;
		*fields = next;
		*at += f.bytes;
		found[nr++] = f;
	}
	return nr;
}

int64_t record_value(const struct record_field *f, bool is_signed)
{
	if (!f->number)
		return 0;
	switch (f->bytes) {
	case 8:
		return (int64_t)load_u64(f->at);
	case 4:
		return is_signed ? (int32_t)load_u32(f->at) : (int64_t)load_u32(f->at);
	case 2:
		return is_signed ? (int16_t)load_u16(f->at) : load_u16(f->at);
	default:
		return is_signed ? *(const int8_t *)f->at : *(const uint8_t *)f->at;
	}
}

/* 0: a list; 1: a mask of words of two sizes; 2: from one to another. */
const char *record_cpu_map(uint16_t kind, uint16_t long_size)
{
	if (kind == 0)
		return "22*[2]";
	if (kind == 1)
		return long_size == 8 ? "222{4}*[8]" : "222*[4]";
	return kind == 2 ? "21122" : "2";
}
