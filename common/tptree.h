/*
 * tptree.h - a print fmt as perf understands it: the format string, and a tree for each argument.
 *
 * perf 6.1 has a libtraceevent of its own in it (the last that came with the kernel), and what it
 * prints follows from how that parses: operators of the same priority group to the right, an
 * expression in brackets may still be taken apart by an operator in front of it that binds
 * stronger, and much that C allows is an error. Who wants to print the same has to build the same
 * tree. Where it crashes or never ends (it trusts the text), this one gives up.
 *
 * tpexpr.h parses the same texts for scripts, and for good reasons in another way: they want what
 * later kernels write and libtraceevent 1.7 understands (bitmasks of CPUs, socket addresses, sizeof),
 * the values of flags as they are written, constants folded, and what stands in front of an argument
 * that nobody understands. Here that is one error more, as in perf 6.1.
 */
#ifndef COMMON_TPTREE_H
#define COMMON_TPTREE_H

#include "common/tracepoint.h"

#include <stdbool.h>

/* The numbers are those of enum tep_print_arg_type: messages in the output have them. */
enum tparg_kind {
	ARG_NONE = 0,	  /* the left side of an operator that has none */
	ARG_ATOM = 1,	  /* text, number: of a constant, or of words that are none (0) */
	ARG_FIELD = 2,	  /* field; NULL: no such field */
	ARG_FLAGS = 3,	  /* left, text: delimiter, NULL without one; values */
	ARG_SYMBOL = 4,	  /* left; values */
	ARG_HEX = 5,	  /* left: what, right: how many */
	ARG_ARRAY = 6,	  /* left: what, right: how many, third: size of an element */
	ARG_CAST = 7,	  /* (text) left; number: mask, masks of what it points to in deref */
	ARG_STRING = 8,	  /* field: the place of a string, see TP_DYNAMIC; NULL: no such field */
	ARG_DYNAMIC = 10, /* field: the place of an array */
	ARG_OP = 11,	  /* left op right; of "?" right is an op ":" */
	ARG_BITMASK = 13, /* field, as ARG_STRING */
	ARG_DYNAMIC_LEN = 14, /* field */
	ARG_HEX_STR = 15,     /* as ARG_HEX, without blanks */
};

/* A VALUE, NAME of __print_flags() or __print_symbolic(). */
struct tpvalue {
	int64_t value; /* -1 also for what is no number */
	const char *name;
	uint32_t len; /* bytes of it */
};

struct tparg {
	enum tparg_kind kind;
	char op[3];  /* characters of the operator, zeros behind */
	int8_t prio; /* of it; 0 for [ ? and those with one operand */
	const char *text;
	uint64_t number, deref;
	const struct tp_field *field;
	struct tparg *left, *right, *third;
	const struct tpvalue *values;
	uint32_t nr_values;
	struct tparg *next; /* argument */
};

struct tptree {
	bool failed;	    /* perf would not understand it either: then the rest is not set */
	const char *format; /* the string in front of the arguments, backslashes as they are */
	struct tparg *args; /* linked by next */
	struct tptree_memory *memory;
};

/* No argument is nested deeper: a recursion over it needs that many steps at most. */
#define TPTREE_DEPTH_MAX 512

/* More nodes and values than all tracepoints of a kernel have together, by far. */
#define TPTREE_NODES_MAX (1u << 20)

/*
 * tptree_parse() - parse the print fmt of @tp, whose fields it points to and must outlive it.
 * @nodes_left: what may still be allocated for a file's formats; starts at TPTREE_NODES_MAX.
 * Returns 0; or -1 when memory ran out, then @tree needs no release.
 */
int tptree_parse(struct tptree *tree, const struct tp_format *tp, uint32_t *nodes_left);
void tptree_release(struct tptree *tree);

/* tptree_op() - "<<" as one number, to switch over. */
#define TPTREE_OP(a, b) ((a) << 8 | (b))
static inline int tptree_op(const struct tparg *arg)
{
	return TPTREE_OP((unsigned char)arg->op[0], (unsigned char)arg->op[1]);
}

#endif
