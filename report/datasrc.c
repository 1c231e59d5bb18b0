#include "report/datasrc.h"

/* The parts of the number. */
#define OP(v)	    ((v)&0x1f)
#define LEVEL(v)    ((v) >> 5 & 0x3fff)
#define SNOOP(v)    ((v) >> 19 & 0x1f)
#define LOCK(v)	    ((v) >> 24 & 3)
#define TLB(v)	    ((v) >> 26 & 0x7f)
#define LEVEL_NR(v) ((v) >> 33 & 0xf)
#define REMOTE(v)   ((v) >> 37 & 1)
#define SNOOPX(v)   ((v) >> 38 & 3)
#define BLOCKED(v)  ((v) >> 40 & 7)
#define HOPS(v)	    ((v) >> 43 & 7)

/* In levels and TLBs the second and third bit say how it went there. */
#define HIT  2
#define MISS 4

#define NR_SNOOPS 5

static const char *const ops[] = { "N/A", "LOAD", "STORE", "PFETCH", "EXEC" };
static const char *const levels[] = {
	"N/A",
	NULL,
	NULL,
	"L1",
	"LFB/MAB",
	"L2",
	"L3",
	"Local RAM",
	"Remote RAM (1 hop)",
	"Remote RAM (2 hops)",
	"Remote Cache (1 hop)",
	"Remote Cache (2 hops)",
	"I/O",
	"Uncached",
};
static const char *const level_nrs[] = {
	NULL, "L1",  "L2",  "L3",	 "L4",	    "L5",  "L6",   "L7",
	"L8", "CXL", "I/O", "Any cache", "LFB/MAB", "RAM", "PMEM", "N/A",
};
static const char *const hops[] = {
	NULL,  "core, same node", "node, same socket", "socket, same board", "board", "N/A", "N/A",
	"N/A",
};
static const char *const snoops[] = { "N/A", "None", "Hit", "Miss", "HitM", "Fwd", "Peer" };
static const char *const tlbs[] = { "N/A", NULL, NULL, "L1", "L2", "Walker", "Fault" };

static void add_alternative(struct text *t, const char *name, bool first)
{
	if (!first)
		text_str(t, " or ");
	text_str(t, name);
}

/* Names of the bits of @v that have one. Returns how many. */
static unsigned add_names(struct text *t, uint64_t v, const char *const *names, unsigned nr)
{
	unsigned added = 0;

	for (unsigned i = 0; i < nr; i++)
		if (v >> i & 1 && names[i])
			add_alternative(t, names[i], !added++);
	return added;
}

/* How it went at what was added since @from. */
static void add_outcome(struct text *t, const char *from, uint64_t v)
{
	if (t->at == from)
		text_str(t, "N/A");
	if (v & HIT)
		text_str(t, " hit");
	if (v & MISS)
		text_str(t, " miss");
}

/* It is one thing; the lowest bit decides. */
static void add_op(struct text *t, uint64_t v)
{
	text_str(t, OP(v) ? ops[__builtin_ctzll(OP(v))] : "No");
}

/* How far away, then the cache there; or one of several caches. */
static void add_level(struct text *t, uint64_t v)
{
	const char *from = t->at;
	unsigned nr = 0;

	if (REMOTE(v))
		text_str(t, "Remote ");
	if (HOPS(v)) {
		text_str(t, hops[HOPS(v)]);
		text_char(t, ' ');
	} else {
		nr = add_names(t, LEVEL(v), levels, ARRAY_SIZE(levels));
	}
	if (LEVEL_NR(v))
		add_alternative(t, level_nrs[LEVEL_NR(v)], !nr);
	add_outcome(t, from, LEVEL(v));
}

static void add_snoop(struct text *t, uint64_t v)
{
	if (!add_names(t, SNOOP(v) | SNOOPX(v) << NR_SNOOPS, snoops, ARRAY_SIZE(snoops)))
		text_str(t, "N/A");
}

static void add_tlb(struct text *t, uint64_t v)
{
	const char *from = t->at;

	add_names(t, TLB(v), tlbs, ARRAY_SIZE(tlbs));
	add_outcome(t, from, TLB(v));
}

static void add_blocked(struct text *t, uint64_t v)
{
	if (!BLOCKED(v) || BLOCKED(v) & 1) {
		text_str(t, " N/A");
		return;
	}
	if (BLOCKED(v) & 2)
		text_str(t, " Data");
	if (BLOCKED(v) & 4)
		text_str(t, " Addr");
}

static void add_lock(struct text *t, uint64_t v)
{
	text_str(t, LOCK(v) & 1 ? "N/A" : LOCK(v) ? "Yes" : "No");
}

static const struct {
	const char *title;
	void (*add)(struct text *t, uint64_t v);
} parts[] = {
	{ " |OP ", add_op },  { "|LVL ", add_level }, { "|SNP ", add_snoop },
	{ "|TLB ", add_tlb }, { "|LCK ", add_lock },  { "|BLK ", add_blocked },
};

void datasrc_add(struct text *t, uint64_t v)
{
	char *const end = t->end;

	t->end = MIN(end, t->at + DATASRC_LEN_MAX);
	text_hex(t, v, 16, ' ');
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		text_str(t, parts[i].title);
		parts[i].add(t, v);
	}
	t->end = end;
}
