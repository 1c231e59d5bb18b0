#include "common/tpnumber.h"

#include <ctype.h>
#include <stdlib.h>

/* ---- texts of the kernel ---- */

/* "0xffffffff82a07bc0 : "rcu_sched\n"" without what is around the text. Source: printk_formats. */
static bool parse_line(struct tp_string *s, const char *at, const char *end)
{
	const char *colon = memchr(at, ':', end - at);
	char number[24];

	if (!colon || colon - at >= (ptrdiff_t)sizeof(number))
		return false;
	memcpy(number, at, colon - at);
	number[colon - at] = 0;
	s->addr = strtoull(number, NULL, 16);
	at = colon + 1 < end ? colon + 2 : end; /* a blank */
	if (at < end && *at == '"')
		at++;
	if (at < end && end[-1] == '"')
		end--;
	if (end - at >= 2 && end[-2] == '\\' && end[-1] == 'n')
		end -= 2;
	s->text = at;
	s->len = end - at;
	return true;
}

static int by_addr(const void *a, const void *b)
{
	const struct tp_string *x = a, *y = b;

	return (x->addr > y->addr) - (x->addr < y->addr);
}

static bool add(struct tp_strings *s, const struct tp_string *one)
{
	if ((s->nr & (s->nr - 1)) == 0) { /* full at every power of two */
		void *more = realloc(s->list, MAX(2 * (size_t)s->nr, 1) * sizeof(*s->list));

		if (!more)
			return false;
		s->list = more;
	}
	s->list[s->nr++] = *one;
	return true;
}

int tp_strings_init(struct tp_strings *s, const struct tp_table *table)
{
	const char *at = table->printk ? table->printk : "", *end = at + table->printk_len;

	*s = (struct tp_strings){ 0 };
	while (at < end) {
		const char *nl = memchr(at, '\n', end - at), *line_end = nl ? nl : end;
		struct tp_string one;

		if (parse_line(&one, at, line_end) && !add(s, &one)) {
			tp_strings_release(s);
			return -1;
		}
		at = nl ? nl + 1 : end;
	}
	if (s->nr)
		qsort(s->list, s->nr, sizeof(*s->list), by_addr);
	return 0;
}

void tp_strings_release(struct tp_strings *s)
{
	free(s->list);
	*s = (struct tp_strings){ 0 };
}

const char *tp_strings_find(const struct tp_strings *s, uint64_t addr, uint32_t *len)
{
	struct tp_string key = { .addr = addr };
	const struct tp_string *found;

	if (!s->nr)
		return NULL;
	found = bsearch(&key, s->list, s->nr, sizeof(key), by_addr);
	if (!found)
		return NULL;
	*len = found->len;
	return found->text;
}

/* ---- numbers ---- */

/* libtraceevent 1.1, which is in perf 6.1, knows no ^. */
static uint64_t compute(int op, uint64_t a, uint64_t b)
{
	switch (op) {
	case TPTREE_OP('!', 0):
		return !b;
	case TPTREE_OP('!', '='):
		return a != b;
	case TPTREE_OP('~', 0):
		return ~b;
	case TPTREE_OP('|', '|'):
		return a || b;
	case TPTREE_OP('|', 0):
		return a | b;
	case TPTREE_OP('&', '&'):
		return a && b;
	case TPTREE_OP('&', 0):
		return a & b;
	case TPTREE_OP('<', 0):
		return a < b;
	case TPTREE_OP('<', '<'):
		return a << (b & 63);
	case TPTREE_OP('<', '='):
		return a <= b;
	case TPTREE_OP('>', 0):
		return a > b;
	case TPTREE_OP('>', '>'):
		return a >> (b & 63);
	case TPTREE_OP('>', '='):
		return a >= b;
	case TPTREE_OP('=', '='):
		return a == b;
	case TPTREE_OP('-', 0):
		return a - b;
	case TPTREE_OP('+', 0):
		return a + b;
	case TPTREE_OP('/', 0):
		return b ? a / b : 0;
	case TPTREE_OP('%', 0):
		return b ? a % b : 0;
	case TPTREE_OP('*', 0):
		return a * b;
	default:
		return 0;
	}
}

/* FIELD[INDEX]; of casts in front of the field only the first counts. */
static uint64_t element(const struct tpraw *r, const struct tparg *arg, bool *is_element)
{
	const struct tparg *array = arg->left, *cast = NULL;
	uint64_t index = tpnumber(r, arg->right), off;
	uint32_t size;

	for (; array->kind == ARG_CAST; array = array->left)
		cast = cast ? cast : array;
	*is_element = array->field && (array->kind == ARG_FIELD || array->kind == ARG_DYNAMIC);
	if (!*is_element)
		return 0;
	size = array->field->elem_size;
	if (!size && (array->kind == ARG_DYNAMIC || array->field->flags & TP_LONG))
		size = r->long_size;
	off = array->field->offset + index * size;
	if (array->kind == ARG_DYNAMIC)
		off = (tpraw_number(r, array->field->offset, array->field->size) & 0xffff) + index;
	return tpraw_number(r, off, size) & (cast ? cast->deref : UINT64_MAX);
}

static uint64_t operation(const struct tpraw *r, const struct tparg *arg)
{
	int op = tptree_op(arg);
	uint64_t a;

	if (op == TPTREE_OP('?', 0))
		return tpnumber(r, tpnumber(r, arg->left) ? arg->right->left : arg->right->right);
	if (op == TPTREE_OP('[', 0)) {
		bool is_element;

		a = element(r, arg, &is_element);
		if (is_element)
			return a;
	}
	a = tpnumber(r, arg->left);
	return compute(op, a, tpnumber(r, arg->right));
}

uint64_t tpnumber(const struct tpraw *r, const struct tparg *arg)
{
	switch (arg->kind) {
	case ARG_ATOM:
		return arg->number;
	case ARG_FIELD:
		return arg->field ? tpraw_number(r, arg->field->offset, arg->field->size) : 0;
	case ARG_CAST:
		return tpnumber(r, arg->left) & arg->number;
	case ARG_OP:
		return operation(r, arg);
	case ARG_DYNAMIC_LEN:
		return tpraw_number(r, arg->field->offset, arg->field->size) >> 16;
	case ARG_DYNAMIC:
		/* perf gives the address in its own memory; nobody can want that. */
		return tpraw_number(r, arg->field->offset, arg->field->size) & 0xffff;
	default:
		return 0;
	}
}
