#include "tests/unit/unit.h"

#include "common/file.h"
#include "tests/unit/recbuild.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* Offsets in the header. */
enum {
	AT_SIZE = 8,
	AT_ATTR_SIZE = 16,
	AT_ATTRS = 24,
	AT_DATA = 40,
	AT_FLAGS = 72,
};

struct fixture {
	struct rb_file b;
	struct perf_file f;
	struct err err;
};

/* A good file of rec's kind, not yet opened. */
static void begin(struct fixture *x)
{
	memset(x, 0, sizeof(*x));
	rb_raw_syscalls(&x->b);
	rb_enter(&x->b, &(struct rb_values){ .tid = 7, .time = 100 }, 39);
	rb_exit(&x->b, &(struct rb_values){ .tid = 7, .time = 200 }, 39, 1);
}

static void end(struct fixture *x)
{
	rb_release(&x->b);
}

static void assert_opens(struct fixture *x)
{
	if (file_open(&x->f, rb_path(&x->b), &x->err))
		fail_test("%s", x->err.text);
}

static void assert_refuses(struct fixture *x, enum err_code code)
{
	assert_int_equal(file_open(&x->f, rb_path(&x->b), &x->err), -1);
	assert_int_equal(x->err.code, code);
	assert_contains(x->err.text, x->b.path);
	assert_null(strchr(x->err.text, '\n'));
}

/* A good file, 8 bytes of which are changed, is refused. */
static void refuses_poked(uint64_t off, uint64_t value, enum err_code code)
{
	struct fixture x;

	begin(&x);
	rb_finish(&x.b);
	rb_poke_u64(&x.b, off, value);
	assert_refuses(&x, code);
	end(&x);
}

/* ---- what is there is found ---- */

static void test_file_open_finds_events_ids_and_names(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	assert_opens(&x);
	assert_int_equal(x.f.nr_events, 2);
	for (uint32_t i = 0; i < 2; i++) {
		const struct event *ev = &x.f.events[i];

		assert_int_equal(ev->idx, i);
		assert_int_equal(ev->attr_size, PERF_ATTR_SIZE_VER5);
		assert_memory_equal(&ev->attr, &x.b.attrs[i], PERF_ATTR_SIZE_VER5);
		assert_int_equal(ev->nr_ids, 2);
		assert_memory_equal(ev->ids, x.b.ids[i], 16);
		assert_int_equal(ev->layout.sample_type, RB_SAMPLE_TYPE);
		assert_int_equal(*hash_get(&x.f.events_by_id, ev->ids[0]), i);
		assert_int_equal(*hash_get(&x.f.events_by_id, ev->ids[1]), i);
		assert_ptr_equal(file_event_by_name(&x.f, ev->name), ev);
	}
	assert_string_equal(x.f.events[0].name, "raw_syscalls:sys_enter");
	assert_string_equal(x.f.events[1].name, "raw_syscalls:sys_exit");
	assert_null(file_event_by_name(&x.f, "raw_syscalls:sys"));
	file_close(&x.f);
	end(&x);
}

static void test_file_open_finds_tracepoints_of_events(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	assert_opens(&x);
	assert_non_null(x.f.events[0].tp);
	assert_string_equal(x.f.events[0].tp->name, "sys_enter");
	assert_int_equal(x.f.events[1].tp->id, RB_CONFIG_EXIT);
	assert_int_equal(tp_find_field(x.f.events[1].tp, "ret")->offset, 16);
	file_close(&x.f);
	end(&x);
}

static void test_file_open_finds_features(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	assert_opens(&x);
	assert_string_equal(x.f.hostname, "box");
	assert_string_equal(x.f.osrelease, "6.1.0-test");
	assert_string_equal(x.f.arch, "x86_64");
	assert_int_equal(x.f.first_ns, 1000);
	assert_int_equal(x.f.last_ns, 9000);
	for (int bit = 0; bit < FEATURE_MAX; bit++) {
		assert_int_equal(x.f.features[bit].size, x.b.features[bit].body.len);
		if (x.b.features[bit].present)
			assert_int_equal(x.f.features[bit].offset, x.b.body_off[bit]);
	}
	file_close(&x.f);
	end(&x);
}

static void test_file_open_finds_the_data(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	assert_opens(&x);
	assert_int_equal(x.f.data.offset, x.b.header.data.offset);
	assert_int_equal(x.f.data.size, x.b.data.len);
	assert_int_equal(x.f.size, x.b.out.len);
	assert_false(x.f.unfinished);
	assert_false(x.f.cut);
	file_close(&x.f);
	end(&x);
}

static void test_file_open_finds_everything_in_an_unfinished_file_of_rec(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	x.b.unfinished = true;
	assert_opens(&x);
	assert_true(x.f.unfinished);
	assert_int_equal(x.f.data.size, x.b.data.len);
	assert_non_null(x.f.events[0].tp);
	assert_string_equal(x.f.arch, "x86_64");
	file_close(&x.f);
	end(&x);
}

static void test_file_open_finds_everything_in_a_cut_file_of_rec(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	x.b.of_rec = true;
	rb_finish(&x.b);
	x.b.out.len = x.b.header.data.offset + 50;
	assert_opens(&x);
	assert_true(x.f.cut);
	assert_false(x.f.unfinished);
	assert_int_equal(x.f.data.size, 50);
	assert_non_null(x.f.events[0].tp);
	assert_string_equal(x.f.arch, "x86_64");
	file_close(&x.f);
	end(&x);
}

/* Without a copy, or with bytes in its place that cannot be one, the features are lost. */
static void test_file_open_opens_an_unfinished_file_of_perf(void **state)
{
	static const struct file_section lies[] = {
		{ 0, 100 },
		{ 103, 100 },
		{ 1 << 20, 100 },
		{ UINT64_MAX, 100 },
		{ 104, 1 << 20 },
		{ 104, UINT64_MAX },
		{ 104, UINT64_MAX - 103 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		struct fixture x;

		begin(&x);
		x.b.unfinished = true;
		rb_finish(&x.b);
		rb_poke(&x.b, x.b.table_off, &lies[i], sizeof(lies[i]));
		assert_opens(&x);
		assert_true(x.f.unfinished);
		assert_null(x.f.events[0].tp);
		assert_null(x.f.arch);
		file_close(&x.f);
		end(&x);
	}
}

static void test_file_open_clips_data_that_ends_beyond_the_file(void **state)
{
	static const uint64_t sizes[] = { 1 << 20, INT64_MAX, UINT64_MAX, UINT64_MAX - 200 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct fixture x;

		begin(&x);
		rb_finish(&x.b);
		rb_poke_u64(&x.b, AT_DATA + 8, sizes[i]);
		assert_opens(&x);
		assert_true(x.f.cut);
		assert_false(x.f.unfinished);
		assert_int_equal(x.f.data.size, x.f.size - x.f.data.offset);
		file_close(&x.f);
		end(&x);
	}
}

static void test_file_open_takes_a_header_without_features(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	rb_finish(&x.b);
	rb_poke_u64(&x.b, AT_SIZE, 72);
	assert_opens(&x);
	assert_null(x.f.hostname);
	assert_int_equal(x.f.features[FEATURE_TRACING_DATA].size, 0);
	assert_string_equal(x.f.events[1].name, "#1");
	file_close(&x.f);
	end(&x);
}

static void test_file_open_skips_features_it_does_not_know(void **state)
{
	static const enum feature bits[] = { 0, 2, 20, 34, 60, 63, 64, 127, 200, 255 };
	struct fixture x;

	(void)state;
	begin(&x);
	for (size_t i = 0; i < ARRAY_LEN(bits); i++)
		buf_add(rb_feature(&x.b, bits[i]), "unknown bits", i);
	assert_opens(&x);
	assert_string_equal(x.f.arch, "x86_64");
	assert_int_equal(x.f.first_ns, 1000);
	assert_non_null(x.f.events[0].tp);
	assert_int_equal(x.f.features[255].size, 9);
	assert_int_equal(x.f.features[255].offset, x.b.body_off[255]);
	file_close(&x.f);
	end(&x);
}

/* ---- names ---- */

/* What stood where perf 3.11 and later have zeros: {u64 config, char name[64]} for each event. */
static void test_file_open_takes_names_from_event_types(void **state)
{
	char types[2][72] = { "\1ccccccchits", "\2cccccccmisses" };
	const uint64_t configs[] = { 0x107, 0x208 };
	struct rb_file b = { 0 };
	struct perf_file f;
	struct err err = { 0 };
	uint64_t off;

	(void)state;
	for (int i = 0; i < 2; i++) {
		rb_event(&b, configs[i], RB_SAMPLE_TYPE, (uint64_t[]){ 10 + i }, 1)->type =
			PERF_TYPE_HW_CACHE;
		memcpy(types[i], &configs[i], 8);
	}
	rb_round(&b.data);
	rb_finish(&b);
	off = b.out.len;
	buf_add(&b.out, types, sizeof(types));
	rb_poke_u64(&b, 56, off);
	rb_poke_u64(&b, 64, sizeof(types));
	assert_int_equal(file_open(&f, rb_path(&b), &err), 0);
	assert_string_equal(f.events[0].name, "hits");
	assert_string_equal(f.events[1].name, "misses");
	file_close(&f);
	unlink(b.path);
	rb_poke_u64(&b, off + 72, 0x107); /* of another event */
	rb_poke_u64(&b, 64, UINT64_MAX / 72 * 72);
	assert_int_equal(file_open(&f, rb_path(&b), &err), 0);
	assert_string_equal(f.events[0].name, "#0");
	file_close(&f);
	unlink(b.path);
	rb_poke_u64(&b, 64, sizeof(types));
	assert_int_equal(file_open(&f, rb_path(&b), &err), 0);
	assert_string_equal(f.events[0].name, "hits");
	assert_string_equal(f.events[1].name, "#1");
	file_close(&f);
	rb_release(&b);
}

static void test_file_open_takes_names_from_event_desc_without_a_format(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	x.b.features[FEATURE_TRACING_DATA].present = false;
	x.b.features[FEATURE_TRACING_DATA].body.len = 0;
	assert_opens(&x);
	assert_null(x.f.events[0].tp);
	assert_string_equal(x.f.events[0].name, "raw_syscalls:sys_enter");
	assert_string_equal(x.f.events[1].name, "raw_syscalls:sys_exit");
	file_close(&x.f);
	end(&x);
}

static void test_file_open_takes_event_desc_that_lies(void **state)
{
	/* Of the body: number of events, size of an attr, of the first event nr_ids and name's len. */
	static const uint32_t at[] = { 0, 4, 8 + PERF_ATTR_SIZE_VER5, 12 + PERF_ATTR_SIZE_VER5 };
	static const uint32_t lies[] = { 0, 1, 63, 0x7fffffff, 0xfffffff8, 0xffffffff };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		for (size_t j = 0; j < ARRAY_LEN(lies); j++) {
			struct fixture x;

			begin(&x);
			memcpy(x.b.features[FEATURE_EVENT_DESC].body.data + at[i], &lies[j], 4);
			assert_opens(&x);
			assert_string_equal(x.f.events[1].name, "raw_syscalls:sys_exit");
			file_close(&x.f);
			end(&x);
		}
	}
}

static void test_file_open_takes_event_desc_cut_anywhere(void **state)
{
	(void)state;
	for (size_t len = 0; len < 400; len += 4) {
		struct fixture x;

		begin(&x);
		assert_true(len < x.b.features[FEATURE_EVENT_DESC].body.len);
		x.b.features[FEATURE_EVENT_DESC].body.len = len;
		assert_opens(&x);
		assert_non_null(x.f.events[0].name);
		file_close(&x.f);
		end(&x);
	}
}

/* ---- strings ---- */

static void assert_arch(const void *body, size_t len, const char *expected)
{
	struct fixture x;

	begin(&x);
	x.b.features[FEATURE_ARCH].body.len = 0;
	buf_add(rb_feature(&x.b, FEATURE_ARCH), body, len);
	assert_opens(&x);
	if (expected)
		assert_string_equal(x.f.arch, expected);
	else
		assert_null(x.f.arch);
	file_close(&x.f);
	end(&x);
}

static void test_file_open_takes_strings_of_any_padding(void **state)
{
	(void)state;
	assert_arch("\x07\0\0\0x86_64", 11, "x86_64");
	assert_arch("\x06\0\0\0x86_64", 10, "x86_64"); /* no NUL */
	assert_arch("\x08\0\0\0a\0garbag", 12, "a");
	assert_arch("\x01\0\0\0\0", 5, "");
}

static void test_file_open_leaves_out_strings_that_lie(void **state)
{
	(void)state;
	assert_arch("", 0, NULL);
	assert_arch("\x07\0\0", 3, NULL);
	assert_arch("\0\0\0\0x86_64", 11, NULL);
	assert_arch("\x08\0\0\0x86_64", 11, NULL);
	assert_arch("\xff\xff\xff\xffx86_64", 11, NULL);
	assert_arch("\xfc\xff\xff\xffx86_64", 11, NULL);
}

/* ---- features that lie ---- */

/* Where the table has the entry of @bit. */
static uint64_t entry_off(const struct rb_file *b, enum feature bit)
{
	uint64_t off = b->table_off;

	for (int i = 0; i < (int)bit; i++)
		off += b->features[i].present ? 16 : 0;
	return off;
}

static void test_file_open_leaves_out_feature_beyond_the_file(void **state)
{
	static const uint64_t lies[] = { 1ULL << 20, INT64_MAX, UINT64_MAX, UINT64_MAX - 63 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		for (uint64_t word = 0; word < 16; word += 8) {
			struct fixture x;

			begin(&x);
			rb_finish(&x.b);
			rb_poke_u64(&x.b, entry_off(&x.b, FEATURE_OSRELEASE) + word, lies[i]);
			assert_opens(&x);
			assert_null(x.f.osrelease);
			assert_int_equal(x.f.features[FEATURE_OSRELEASE].size, 0);
			assert_string_equal(x.f.arch, "x86_64");
			file_close(&x.f);
			end(&x);
		}
	}
}

static void test_file_open_opens_without_a_feature_table(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	rb_finish(&x.b);
	x.b.out.len = x.b.table_off + 15;
	assert_opens(&x);
	assert_null(x.f.arch);
	assert_false(x.f.cut);
	file_close(&x.f);
	end(&x);
}

static void test_file_open_takes_all_feature_bits_set(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	rb_finish(&x.b);
	for (int i = 0; i < 4; i++)
		rb_poke_u64(&x.b, AT_FLAGS + 8 * i, UINT64_MAX);
	/* What the table then says is nonsense; to be refused for it is as good. */
	if (!file_open(&x.f, rb_path(&x.b), &x.err))
		file_close(&x.f);
	end(&x);
}

/* It is opened without formats, and says why. */
static void opens_without_formats(struct fixture *x, const char *text)
{
	assert_opens(x);
	assert_non_null(x->f.no_formats);
	assert_contains(x->f.no_formats, text);
	assert_contains(x->f.no_formats, x->b.path);
	assert_int_equal(x->f.tps.nr, 0);
	assert_null(x->f.events[0].tp);
	assert_string_equal(x->f.events[0].name, "raw_syscalls:sys_enter"); /* of EVENT_DESC */
	file_close(&x->f);
	end(x);
}

static void test_file_open_goes_on_without_damaged_tracing_data(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	x.b.features[FEATURE_TRACING_DATA].body.data[0] = 0;
	opens_without_formats(&x, "event formats");
	begin(&x);
	x.b.features[FEATURE_TRACING_DATA].body.len = 100;
	opens_without_formats(&x, "event formats");
	begin(&x);
	assert_opens(&x);
	assert_null(x.f.no_formats);
	file_close(&x.f);
	end(&x);
}

/* BRANCH_STACK and STAT say all by being there. */
static void test_file_open_tells_features_without_a_body(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	rb_feature(&x.b, 15);
	assert_opens(&x);
	assert_true(x.f.flags[0] >> 15 & 1);
	assert_true(x.f.flags[0] >> FEATURE_HOSTNAME & 1);
	assert_false(x.f.flags[0] >> 19 & 1);
	file_close(&x.f);
	end(&x);
}

/* ---- headers that lie ---- */

static void refuses_bytes(const void *bytes, size_t len, enum err_code code)
{
	struct fixture x = { 0 };

	buf_add(&x.b.out, bytes, len);
	assert_refuses(&x, code);
	end(&x);
}

static void test_file_open_refuses_what_is_no_perf_data_file(void **state)
{
	static const char text[] =
		"Just some text that somebody wrote, long enough to be a header, "
		"which it is not, since it does not begin with the magic.";

	(void)state;
	refuses_bytes(text, sizeof(text), ERR_DATA);
	refuses_bytes(text, 40, ERR_DATA);
	refuses_bytes("P", 1, ERR_DATA);
	refuses_bytes("PERFILE2", 8, ERR_DATA);
	refuses_bytes("PERFILE2\x68\0\0\0\0\0\0", 15, ERR_DATA);
}

static void test_file_open_refuses_an_empty_file(void **state)
{
	struct err err = { 0 };
	struct perf_file f;
	char path[] = "/tmp/test_file.XXXXXX";

	(void)state;
	close(mkstemp(path));
	assert_int_equal(file_open(&f, path, &err), -1);
	unlink(path);
	assert_int_equal(err.code, ERR_DATA);
	assert_contains(err.text, "empty");
}

static void test_file_open_refuses_header_of_unknown_size(void **state)
{
	static const uint64_t sizes[] = { 0, 1, 15, 17, 71, 73, 103, 105, 4096, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		refuses_poked(AT_SIZE, sizes[i], ERR_DATA);
}

static void test_file_open_refuses_a_magic_that_the_header_does_not_go_with(void **state)
{
	(void)state;
	refuses_poked(0, PERF_MAGIC_SWAPPED, ERR_DATA);
}

/* perf before 3.4 wrote the same header behind another magic. */
static void test_file_open_takes_the_old_magic(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	rb_finish(&x.b);
	rb_poke(&x.b, 0, PERF_MAGIC_OLD, 8);
	assert_opens(&x);
	assert_false(x.f.swapped);
	assert_int_equal(x.f.nr_events, 2);
	assert_non_null(x.f.events[0].tp);
	file_close(&x.f);
	end(&x);
}

static void test_file_open_refuses_attr_size_that_cannot_be(void **state)
{
	static const uint64_t sizes[] = { 0, 1, 16, 64, 79, 4113, 1ULL << 32, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		refuses_poked(AT_ATTR_SIZE, sizes[i], ERR_DATA);
}

static void test_file_open_refuses_attr_table_outside_of_the_file(void **state)
{
	uint64_t entry = PERF_ATTR_SIZE_VER5 + 16;

	(void)state;
	refuses_poked(AT_ATTRS, 1 << 20, ERR_DATA);
	refuses_poked(AT_ATTRS, UINT64_MAX, ERR_DATA);
	refuses_poked(AT_ATTRS, UINT64_MAX - entry, ERR_DATA);
	refuses_poked(AT_ATTRS + 8, entry * 1000, ERR_DATA);
	refuses_poked(AT_ATTRS + 8, UINT64_MAX / entry * entry, ERR_DATA);
	refuses_poked(AT_ATTRS + 8, entry + 8, ERR_DATA);
}

static void test_file_open_refuses_file_without_events(void **state)
{
	(void)state;
	refuses_poked(AT_ATTRS + 8, 0, ERR_DATA);
}

static void test_file_open_refuses_more_events_than_anybody_has(void **state)
{
	struct fixture x;
	uint64_t nr = 65537;

	(void)state;
	begin(&x);
	rb_finish(&x.b);
	buf_add_zero(&x.b.out, nr * 80);
	rb_poke_u64(&x.b, AT_ATTR_SIZE, 80);
	rb_poke_u64(&x.b, AT_ATTRS + 8, nr * 80);
	assert_refuses(&x, ERR_DATA);
	end(&x);
}

static void test_file_open_refuses_data_outside_of_the_file(void **state)
{
	(void)state;
	refuses_poked(AT_DATA, 0, ERR_DATA);
	refuses_poked(AT_DATA, 103, ERR_DATA);
	refuses_poked(AT_DATA, 1 << 20, ERR_DATA);
	refuses_poked(AT_DATA, UINT64_MAX, ERR_DATA);
}

static void test_file_open_refuses_attr_larger_than_its_entry(void **state)
{
	static const uint32_t sizes[] = {
		1, 63, PERF_ATTR_SIZE_VER5 + 1, PERF_ATTR_SIZE_VER5 + 8, 4096, UINT32_MAX
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct fixture x;

		begin(&x);
		rb_finish(&x.b);
		rb_poke_u32(&x.b, x.b.header.attrs.offset + 4, sizes[i]);
		assert_refuses(&x, ERR_DATA);
		end(&x);
	}
}

static void test_file_open_refuses_ids_outside_of_the_file(void **state)
{
	static const uint64_t lies[] = { 1 << 20, 1ULL << 36, INT64_MAX - 7, UINT64_MAX - 7 };
	struct fixture x;

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(lies); i++) {
		uint64_t ids;

		begin(&x);
		rb_finish(&x.b);
		ids = x.b.header.attrs.offset + PERF_ATTR_SIZE_VER5;
		rb_poke_u64(&x.b, ids + i % 2 * 8, lies[i / 2]);
		assert_refuses(&x, ERR_DATA);
		end(&x);
	}
	begin(&x);
	rb_finish(&x.b);
	rb_poke_u64(&x.b, x.b.header.attrs.offset + PERF_ATTR_SIZE_VER5 + 8, 9);
	assert_refuses(&x, ERR_DATA);
	end(&x);
}

static void test_file_open_opens_or_refuses_every_prefix(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	rb_finish(&x.b);
	for (size_t len = x.b.out.len; len > 0; len--) {
		x.b.out.len = len - 1 ? len - 1 : 1;
		if (file_open(&x.f, rb_path(&x.b), &x.err)) {
			assert_true(x.err.code == ERR_DATA || x.err.code == ERR_TRUNC);
			assert_contains(x.err.text, x.b.path);
		} else {
			assert_int_equal(x.f.nr_events, 2);
			file_close(&x.f);
		}
		unlink(x.b.path);
	}
	end(&x);
}

static void test_file_open_survives_every_byte_of_the_front_changed(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	rb_finish(&x.b);
	for (size_t at = 8; at < x.b.header.data.offset; at++) {
		unsigned char byte = x.b.out.data[at];

		x.b.out.data[at] = ~byte;
		if (!file_open(&x.f, rb_path(&x.b), &x.err))
			file_close(&x.f);
		unlink(x.b.path);
		x.b.out.data[at] = byte;
	}
	end(&x);
}

/* ---- attrs of other sizes ---- */

/* One event whose entry has @stride bytes, an attr of @attr_size, and its ids @ids_at. */
static void begin_stride(struct fixture *x, uint32_t attr_size, uint32_t stride, uint32_t ids_at)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT,
					.size = attr_size,
					.config = 99,
					.sample_type = RB_SAMPLE_TYPE };
	struct file_header header = { .magic = PERF_MAGIC,
				      .size = 104,
				      .attr_size = stride,
				      .attrs = { 112, stride },
				      .data = { 112 + stride, 0 } };
	struct buf *out = &x->b.out;
	uint64_t ids[] = { 104, 8 };

	memset(x, 0, sizeof(*x));
	buf_add(out, &header, sizeof(header));
	buf_add_u64(out, 4711);
	buf_add(out, &attr, MIN(sizeof(attr), stride));
	buf_add_zero(out, 112 + stride - MIN(out->len, 112 + stride));
	rb_poke(&x->b, 112 + ids_at, ids, sizeof(ids));
}

static void finds_id(uint32_t attr_size, uint32_t stride, uint32_t ids_at, uint32_t expected_size)
{
	struct fixture x;

	begin_stride(&x, attr_size, stride, ids_at);
	assert_opens(&x);
	assert_int_equal(x.f.events[0].attr_size, expected_size);
	assert_int_equal(x.f.events[0].attr.config, 99);
	assert_int_equal(x.f.events[0].nr_ids, 1);
	assert_int_equal(x.f.events[0].ids[0], 4711);
	file_close(&x.f);
	end(&x);
}

static void test_file_open_takes_attrs_of_every_version(void **state)
{
	static const uint32_t sizes[] = { 64, 72, 80, 96, 104, 112, 120, 128, 136, 144, 4096 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		finds_id(sizes[i], sizes[i] + 16, sizes[i], sizes[i]);
	finds_id(0, 80, 64, 64); /* 0 means the first version */
}

static void test_file_open_finds_ids_at_the_end_of_a_longer_entry(void **state)
{
	(void)state;
	finds_id(64, 144, 64, 64);  /* behind the attr, as perf has it */
	finds_id(64, 144, 128, 64); /* at the end, as others have it */
}

/* ---- which event ---- */

static void test_file_event_is_found_by_id(void **state)
{
	struct buf out = { 0 };
	struct fixture x;
	uint64_t at[6],
		ids[] = { RB_ID_ENTER, RB_ID_ENTER_CPU1, RB_ID_EXIT, RB_ID_EXIT_CPU1, 0, 5 };

	(void)state;
	begin(&x);
	assert_opens(&x);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		at[i] = out.len;
		rb_sample(&out, &x.b.attrs[0], &(struct rb_values){ .id = ids[i] });
	}
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		struct event *ev = file_event(&x.f, (void *)(out.data + at[i]));

		if (ids[i] == 5)
			assert_null(ev);
		else
			assert_int_equal(ev->idx, i == 2 || i == 3); /* id 0: the first */
	}
	buf_release(&out);
	file_close(&x.f);
	end(&x);
}

static void test_file_event_of_a_side_record_is_found_by_its_trailer(void **state)
{
	struct buf out = { 0 };
	struct fixture x;

	(void)state;
	begin(&x);
	assert_opens(&x);
	rb_lost_samples(&out, &x.b.attrs[0], 12, &(struct rb_values){ .id = RB_ID_EXIT_CPU1 });
	assert_int_equal(file_event(&x.f, (void *)out.data)->idx, 1);
	out.len = 0;
	rb_comm(&out, &x.b.attrs[0], 1, 1, "init", &(struct rb_values){ .id = 0 });
	assert_int_equal(file_event(&x.f, (void *)out.data)->idx, 0);
	buf_release(&out);
	file_close(&x.f);
	end(&x);
}

static void test_file_event_of_a_single_event_needs_no_id(void **state)
{
	struct buf out = { 0 };
	struct fixture x = { 0 };

	(void)state;
	rb_event(&x.b, 1, PERF_SAMPLE_TID | PERF_SAMPLE_RAW, NULL, 0);
	assert_opens(&x);
	rb_sample(&out, &x.b.attrs[0], &(struct rb_values){ .tid = 3 });
	assert_ptr_equal(file_event(&x.f, (void *)out.data), x.f.events);
	assert_int_equal(x.f.events[0].nr_ids, 0);
	buf_release(&out);
	file_close(&x.f);
	end(&x);
}

static void test_file_open_refuses_events_that_cannot_be_told_apart(void **state)
{
	static const uint64_t types[] = { PERF_SAMPLE_ID | PERF_SAMPLE_TID | PERF_SAMPLE_TIME |
						  PERF_SAMPLE_CPU | PERF_SAMPLE_RAW,
					  RB_SAMPLE_TYPE & ~(uint64_t)PERF_SAMPLE_IDENTIFIER };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		struct fixture x;

		begin(&x);
		x.b.attrs[1].sample_type = types[i];
		assert_refuses(&x, ERR_DATA);
		end(&x);
	}
}

static void test_file_open_takes_events_that_have_their_id_at_one_place(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	/* Where the id is does not hang on what else is sampled. */
	x.b.attrs[1].sample_type = RB_SAMPLE_TYPE | PERF_SAMPLE_IP | PERF_SAMPLE_CALLCHAIN;
	assert_opens(&x);
	file_close(&x.f);
	end(&x);
}

static void test_file_open_takes_an_event_of_a_newer_kernel(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	/* Its samples cannot be read; those of the other event can. */
	x.b.attrs[1].sample_type = RB_SAMPLE_TYPE | 1ULL << 40;
	assert_opens(&x);
	assert_true(x.f.events[0].layout.parsable);
	assert_false(x.f.events[1].layout.parsable);
	file_close(&x.f);
	end(&x);

	/* Also where the id is not the first of a sample. */
	begin(&x);
	x.b.attrs[0].sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID;
	x.b.attrs[1].sample_type = x.b.attrs[0].sample_type | 1ULL << 40;
	assert_opens(&x);
	assert_int_equal(x.f.events[1].layout.id, x.f.events[0].layout.id);
	assert_int_equal(x.f.events[1].layout.time, x.f.events[0].layout.time);
	file_close(&x.f);
	end(&x);
}

static void test_file_open_gives_an_id_of_two_events_to_the_first(void **state)
{
	struct fixture x;

	(void)state;
	begin(&x);
	x.b.ids[1][0] = RB_ID_ENTER;
	assert_opens(&x);
	assert_int_equal(*hash_get(&x.f.events_by_id, RB_ID_ENTER), 0);
	assert_int_equal(*hash_get(&x.f.events_by_id, RB_ID_EXIT_CPU1), 1);
	file_close(&x.f);
	end(&x);
}

/* ---- what cannot be opened ---- */

static void test_file_open_says_what_to_do_without_a_file(void **state)
{
	struct perf_file f;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(file_open(&f, "/nonexistent/perf.data", &err), -1);
	assert_int_equal(err.code, ERR_NOENT);
	assert_contains(err.text, "/nonexistent/perf.data");
	assert_contains(err.text, "rec");
}

static void test_file_open_says_that_the_right_is_missing(void **state)
{
	struct fixture x;
	uid_t uid = geteuid();
	int rc;

	(void)state;
	begin(&x);
	assert_int_equal(chmod(rb_path(&x.b), 0), 0);
	if (!uid)
		assert_return_code(seteuid(65534), errno);
	rc = file_open(&x.f, x.b.path, &x.err);
	if (!uid)
		assert_return_code(seteuid(0), errno);
	assert_int_equal(rc, -1);
	assert_int_equal(x.err.code, ERR_PERM);
	assert_contains(x.err.text, x.b.path);
	end(&x);
}

static void test_file_open_refuses_directory_and_what_is_empty(void **state)
{
	char dir[] = "/tmp/test_file.XXXXXX";
	struct err err = { 0 };
	struct perf_file f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(file_open(&f, dir, &err), -1);
	assert_int_equal(err.code, ERR_SYS);
	assert_int_equal(file_open(&f, "/dev/null", &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	assert_int_equal(file_open(&f, "/dev/zero", &err), -1);
	assert_int_equal(err.code, ERR_DATA);
	rmdir(dir);
}

static void test_file_open_leaves_no_descriptor_behind(void **state)
{
	struct fixture x;
	int before = dup(0), after;

	(void)state;
	close(before);
	begin(&x);
	assert_opens(&x);
	file_close(&x.f);
	end(&x);
	refuses_poked(AT_SIZE, 5, ERR_DATA);
	refuses_poked(AT_DATA, 5, ERR_DATA);
	after = dup(0);
	close(after);
	assert_int_equal(after, before);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file_open_finds_events_ids_and_names),
		cmocka_unit_test(test_file_open_finds_tracepoints_of_events),
		cmocka_unit_test(test_file_open_finds_features),
		cmocka_unit_test(test_file_open_finds_the_data),
		cmocka_unit_test(test_file_open_finds_everything_in_an_unfinished_file_of_rec),
		cmocka_unit_test(test_file_open_finds_everything_in_a_cut_file_of_rec),
		cmocka_unit_test(test_file_open_opens_an_unfinished_file_of_perf),
		cmocka_unit_test(test_file_open_clips_data_that_ends_beyond_the_file),
		cmocka_unit_test(test_file_open_takes_a_header_without_features),
		cmocka_unit_test(test_file_open_skips_features_it_does_not_know),
		cmocka_unit_test(test_file_open_takes_names_from_event_types),
		cmocka_unit_test(test_file_open_takes_names_from_event_desc_without_a_format),
		cmocka_unit_test(test_file_open_takes_event_desc_that_lies),
		cmocka_unit_test(test_file_open_takes_event_desc_cut_anywhere),
		cmocka_unit_test(test_file_open_takes_strings_of_any_padding),
		cmocka_unit_test(test_file_open_leaves_out_strings_that_lie),
		cmocka_unit_test(test_file_open_leaves_out_feature_beyond_the_file),
		cmocka_unit_test(test_file_open_opens_without_a_feature_table),
		cmocka_unit_test(test_file_open_takes_all_feature_bits_set),
		cmocka_unit_test(test_file_open_goes_on_without_damaged_tracing_data),
		cmocka_unit_test(test_file_open_tells_features_without_a_body),
		cmocka_unit_test(test_file_open_refuses_what_is_no_perf_data_file),
		cmocka_unit_test(test_file_open_refuses_an_empty_file),
		cmocka_unit_test(test_file_open_refuses_header_of_unknown_size),
		cmocka_unit_test(test_file_open_refuses_a_magic_that_the_header_does_not_go_with),
		cmocka_unit_test(test_file_open_takes_the_old_magic),
		cmocka_unit_test(test_file_open_refuses_attr_size_that_cannot_be),
		cmocka_unit_test(test_file_open_refuses_attr_table_outside_of_the_file),
		cmocka_unit_test(test_file_open_refuses_file_without_events),
		cmocka_unit_test(test_file_open_refuses_more_events_than_anybody_has),
		cmocka_unit_test(test_file_open_refuses_data_outside_of_the_file),
		cmocka_unit_test(test_file_open_refuses_attr_larger_than_its_entry),
		cmocka_unit_test(test_file_open_refuses_ids_outside_of_the_file),
		cmocka_unit_test(test_file_open_opens_or_refuses_every_prefix),
		cmocka_unit_test(test_file_open_survives_every_byte_of_the_front_changed),
		cmocka_unit_test(test_file_open_takes_attrs_of_every_version),
		cmocka_unit_test(test_file_open_finds_ids_at_the_end_of_a_longer_entry),
		cmocka_unit_test(test_file_event_is_found_by_id),
		cmocka_unit_test(test_file_event_of_a_side_record_is_found_by_its_trailer),
		cmocka_unit_test(test_file_event_of_a_single_event_needs_no_id),
		cmocka_unit_test(test_file_open_refuses_events_that_cannot_be_told_apart),
		cmocka_unit_test(test_file_open_takes_events_that_have_their_id_at_one_place),
		cmocka_unit_test(test_file_open_takes_an_event_of_a_newer_kernel),
		cmocka_unit_test(test_file_open_gives_an_id_of_two_events_to_the_first),
		cmocka_unit_test(test_file_open_says_what_to_do_without_a_file),
		cmocka_unit_test(test_file_open_says_that_the_right_is_missing),
		cmocka_unit_test(test_file_open_refuses_directory_and_what_is_empty),
		cmocka_unit_test(test_file_open_leaves_no_descriptor_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
