#include "tests/unit/unit.h"

#include "common/btf.h"
#include "tests/unit/recbuild.h"

#include <byteswap.h>

#define STRINGS "\0int\0main\0helper" /* and its NUL */

/* Where the numbers of a header are. */
enum {
	AT_MAGIC = 0,
	AT_HEAD = 4,
	AT_TYPES = 8,
	AT_TYPES_LEN = 12,
	AT_STRINGS = 16,
	AT_STRINGS_LEN = 20
};

struct words {
	struct buf buf;
	bool swap;
};

static void add(struct words *w, uint32_t v)
{
	buf_add_u32(&w->buf, w->swap ? bswap_32(v) : v);
}

static void add_type(struct words *w, uint32_t name, uint32_t kind, uint32_t len, uint32_t extra)
{
	add(w, name);
	add(w, kind << 24 | len);
	add(w, 0);
	for (uint32_t i = 0; i < extra; i++)
		add(w, 0xffffffff); /* were it read as a type, that would be none */
}

/* Types of all kinds, of which the last two are the functions main and helper. Bytes of the types. */
static uint32_t add_types(struct words *w)
{
	static const struct {
		uint32_t kind, len, extra;
	} others[] = {
		{ 1, 0, 1 },  { 2, 0, 0 },  { 3, 0, 3 },  { 4, 2, 6 },	{ 5, 1, 3 },  { 6, 3, 6 },
		{ 7, 0, 0 },  { 8, 0, 0 },  { 9, 0, 0 },  { 10, 0, 0 }, { 11, 0, 0 }, { 13, 2, 4 },
		{ 14, 0, 1 }, { 15, 2, 6 }, { 16, 0, 0 }, { 17, 0, 1 }, { 18, 0, 0 }, { 19, 1, 3 },
	};
	size_t from = w->buf.len;

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		add_type(w, 1, others[i].kind, others[i].len, others[i].extra);
	add_type(w, 5, 12, 0, 0);
	add_type(w, 10, 12, 0, 0);
	return w->buf.len - from;
}

#define MAIN   19
#define HELPER 20

static struct words make_btf(bool swap)
{
	struct words types = { .swap = swap }, w = { .swap = swap };
	uint32_t len = add_types(&types);
	uint16_t magic = swap ? bswap_16(0xeb9f) : 0xeb9f;

	buf_add(&w.buf, &magic, 2);
	buf_add(&w.buf, "\1", 2);
	add(&w, 24);
	add(&w, 0);
	add(&w, len);
	add(&w, len);
	add(&w, sizeof(STRINGS));
	buf_add(&w.buf, types.buf.data, len);
	buf_add(&w.buf, STRINGS, sizeof(STRINGS));
	buf_release(&types.buf);
	return w;
}

/* The name of @type in the BTF 7 of a body with three, of which it is the second. */
static void with_name(const struct words *btf, uint32_t type, const char *expected)
{
	struct words body = { .swap = btf->swap };
	struct feature_body b = { .swap = btf->swap };
	struct err err = { 0 };
	const char *name;
	struct btfs all;

	add(&body, 3);
	add(&body, 9);
	add(&body, 0);
	add(&body, 7);
	add(&body, btf->buf.len);
	buf_add(&body.buf, btf->buf.data, btf->buf.len);
	add(&body, 2);
	add(&body, 0);
	b.start = malloc(body.buf.len); /* no byte more, for ASan */
	memcpy(b.start, body.buf.data, body.buf.len);
	b.at = b.start;
	b.end = b.start + body.buf.len;
	assert_int_equal(btfs_init(&all, &b, &err), 0);
	assert_null(b.wrong);
	assert_int_equal(all.nr, 3);
	name = btfs_name(&all, 7, type);
	if (expected)
		assert_string_equal(name, expected);
	else
		assert_null(name);
	assert_null(btfs_name(&all, 2, 1));
	assert_null(btfs_name(&all, 3, 1));
	btfs_release(&all);
	free(b.start);
	buf_release(&body.buf);
}

static void test_btf_names_functions_behind_types_of_all_kinds(void **state)
{
	(void)state;
	for (int swap = 0; swap < 2; swap++) {
		struct words w = make_btf(swap);

		with_name(&w, 0, "");
		with_name(&w, 1, "int");
		with_name(&w, MAIN, "main");
		with_name(&w, HELPER, "helper");
		with_name(&w, HELPER + 1, NULL);
		with_name(&w, UINT32_MAX, NULL);
		buf_release(&w.buf);
	}
}

/* A BTF with one number changed has no names. */
static void refuses(size_t at, uint32_t value)
{
	struct words w = make_btf(false);

	memcpy(w.buf.data + at, &value, 4);
	with_name(&w, MAIN, NULL);
	buf_release(&w.buf);
}

static void test_btf_refuses_places_outside_of_it(void **state)
{
	static const uint32_t bad[] = { 0x10000, 0x7fffffff, 0x80000000, 0xfffffff0, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		refuses(AT_HEAD, bad[i]);
		refuses(AT_TYPES, bad[i]);
		refuses(AT_TYPES_LEN, bad[i]);
		refuses(AT_STRINGS, bad[i]);
		refuses(AT_STRINGS_LEN, bad[i]);
	}
	refuses(AT_MAGIC, 0x1eb9e);
	refuses(AT_HEAD, 23);
	refuses(AT_STRINGS_LEN, 0);
	refuses(AT_STRINGS_LEN, sizeof(STRINGS) - 1); /* ends without a NUL */
}

static void test_btf_refuses_types_that_cannot_be(void **state)
{
	(void)state;
	refuses(24, sizeof(STRINGS)); /* a name behind the strings */
	refuses(28, 0);		      /* kinds that there are not */
	refuses(28, 20 << 24);
	refuses(28, 31 << 24);
	refuses(28, 4 << 24 | 0xffff); /* more members than there are bytes */
}

static void test_btf_survives_being_cut(void **state)
{
	struct words w = make_btf(false);

	(void)state;
	for (size_t len = w.buf.len; len--;) {
		struct words cut = { .buf = { .data = w.buf.data, .len = len } };

		with_name(&cut, MAIN, NULL);
	}
	buf_release(&w.buf);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_btf_names_functions_behind_types_of_all_kinds),
		cmocka_unit_test(test_btf_refuses_places_outside_of_it),
		cmocka_unit_test(test_btf_refuses_types_that_cannot_be),
		cmocka_unit_test(test_btf_survives_being_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
