#include "common/tpvalue.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Of a type that is no pointer. */
static uint64_t type_mask(const char *type, size_t len)
{
	static const struct {
		char name[6];
		uint64_t mask;
	} types[] = {
		{ "u8", UINT8_MAX },   { "s8", UINT8_MAX },   { "char", UINT8_MAX },
		{ "u16", UINT16_MAX }, { "s16", UINT16_MAX }, { "short", UINT16_MAX },
		{ "u32", UINT32_MAX }, { "s32", UINT32_MAX }, { "int", UINT32_MAX },
	};

	if (len > 9 && !memcmp(type, "unsigned ", 9)) {
		type += 9;
		len -= 9;
		if (*type == 'u' || (*type == 's' && type[1] != 'h'))
			return UINT64_MAX; /* "unsigned u8" is no type that it knows */
	}
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (strlen(types[i].name) == len && !memcmp(types[i].name, type, len))
			return types[i].mask;
	return UINT64_MAX;
}

uint64_t tpvalue_mask(const char *type, bool deref)
{
	size_t len = strlen(type);
	bool is_pointer = len && type[len - 1] == '*';

	if (is_pointer != deref || (deref && len < 2))
		return UINT64_MAX;
	return type_mask(type, deref ? len - 2 : len);
}

/* Softirqs and timers: kernels before 2.6.39 had names where numbers belong. */
int64_t tpvalue_text(const char *text)
{
	static const struct {
		const char *name;
		int64_t value;
	} names[] = {
		{ "HI_SOFTIRQ", 0 },	  { "TIMER_SOFTIRQ", 1 },     { "NET_TX_SOFTIRQ", 2 },
		{ "NET_RX_SOFTIRQ", 3 },  { "BLOCK_SOFTIRQ", 4 },     { "IRQ_POLL_SOFTIRQ", 5 },
		{ "TASKLET_SOFTIRQ", 6 }, { "SCHED_SOFTIRQ", 7 },     { "HRTIMER_SOFTIRQ", 8 },
		{ "RCU_SOFTIRQ", 9 },	  { "HRTIMER_NORESTART", 0 }, { "HRTIMER_RESTART", 1 },
	};

	if (isdigit((unsigned char)*text))
		return (int64_t)strtoull(text, NULL, 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(text, names[i].name))
			return names[i].value;
	return -1;
}

static bool compute(int op, int64_t a, int64_t b, int64_t *v)
{
	switch (op) {
	case TPTREE_OP('|', 0):
		return *v = a | b, true;
	case TPTREE_OP('|', '|'):
		return *v = a || b, true;
	case TPTREE_OP('&', 0):
		return *v = a & b, true;
	case TPTREE_OP('&', '&'):
		return *v = a && b, true;
	case TPTREE_OP('<', '<'):
		return *v = (int64_t)((uint64_t)a << (b & 63)), true;
	case TPTREE_OP('>', '>'):
		return *v = a >> (b & 63), true;
	case TPTREE_OP('<', 0):
		return *v = a < b, true;
	case TPTREE_OP('>', 0):
		return *v = a > b, true;
	case TPTREE_OP('<', '='):
		return *v = a <= b, true;
	case TPTREE_OP('>', '='):
		return *v = a >= b, true;
	case TPTREE_OP('=', '='):
		return *v = a == b, true;
	case TPTREE_OP('!', '='):
		return *v = a != b, true;
	case TPTREE_OP('-', 0):
		return *v = (int64_t)((uint64_t)a - (uint64_t)b), true;
	case TPTREE_OP('+', 0):
		return *v = (int64_t)((uint64_t)a + (uint64_t)b), true;
	case TPTREE_OP('~', 0):
		return *v = ~b, true;
	default: /* "!", which libtraceevent does not compute here, and * / % ^ */
		return false;
	}
}

static bool evaluate(const struct tparg *arg, int64_t *v, int depth)
{
	int64_t a = 0, b;

	if (depth > TPTREE_DEPTH_MAX)
		return false;
	if (arg->kind == ARG_ATOM)
		return *v = strtoll(arg->text, NULL, 0), true;
	if (arg->kind == ARG_CAST) {
		if (!evaluate(arg->left, v, depth + 1))
			return false;
		return *v = (int64_t)((uint64_t)*v & arg->number), true;
	}
	if (arg->kind != ARG_OP || !evaluate(arg->right, &b, depth + 1))
		return false;
	if (arg->left->kind != ARG_NONE && !evaluate(arg->left, &a, depth + 1))
		return false;
	return compute(tptree_op(arg), a, b, v);
}

/* Casts in front do not count. */
static const struct tparg *without_casts(const struct tparg *arg)
{
	while (arg->kind == ARG_CAST)
		arg = arg->left;
	return arg;
}

bool tpvalue_of(const struct tparg *arg, int64_t *v)
{
	arg = without_casts(arg);
	if (arg->kind == ARG_ATOM)
		return *v = tpvalue_text(arg->text), true;
	if (arg->kind != ARG_OP || !evaluate(arg, v, 0))
		return false;
	*v = MAX(*v, -1);
	return true;
}

const char *tpvalue_name(const struct tparg *arg, char buf[TPVALUE_NAME_MAX])
{
	int64_t v;

	arg = without_casts(arg);
	if (arg->kind == ARG_ATOM)
		return arg->text;
	if (arg->kind != ARG_OP || !evaluate(arg, &v, 0))
		return NULL;
	snprintf(buf, TPVALUE_NAME_MAX, "%" PRId64, v);
	return buf;
}
