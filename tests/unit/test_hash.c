#include "tests/unit/unit.h"

#include "common/hash.h"

#include <stdlib.h>
#include <time.h>

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void assert_invariant(const struct hash *h)
{
	uint32_t used = 0;

	assert_true(!h->room || !(h->room & (h->room - 1)));
	assert_true(h->nr <= h->room / 2);
	for (uint32_t i = 0; i < h->room; i++)
		used += h->slots[i].used;
	assert_int_equal(used, h->nr);
}

static void test_hash_empty_map_has_no_key(void **state)
{
	struct hash h = { 0 };

	(void)state;
	assert_null(hash_get(&h, 0));
	assert_null(hash_get(&h, UINT64_MAX));
	hash_del(&h, 1);
	hash_release(&h);
	assert_null(hash_get(&h, 0));
}

static void test_hash_put_adds_value_zero_and_keeps_an_old_one(void **state)
{
	struct hash h = { 0 };
	uint64_t *value;

	(void)state;
	value = hash_put(&h, 7);
	assert_non_null(value);
	assert_int_equal(*value, 0);
	*value = 99;
	assert_int_equal(*hash_put(&h, 7), 99);
	assert_int_equal(h.nr, 1);
	assert_int_equal(*hash_get(&h, 7), 99);
	hash_release(&h);
}

static void test_hash_put_after_del_starts_from_zero(void **state)
{
	struct hash h = { 0 };

	(void)state;
	*hash_put(&h, 7) = 99;
	hash_del(&h, 7);
	assert_null(hash_get(&h, 7));
	assert_int_equal(*hash_put(&h, 7), 0);
	hash_release(&h);
}

static void test_hash_takes_every_u64_for_a_key(void **state)
{
	static const uint64_t keys[] = { 0,	     1,		 UINT32_MAX,
					 1ULL << 32, 1ULL << 63, UINT64_MAX - 1,
					 UINT64_MAX };
	struct hash h = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		*hash_put(&h, keys[i]) = i + 1;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		assert_int_equal(*hash_get(&h, keys[i]), i + 1);
	assert_int_equal(h.nr, ARRAY_LEN(keys));
	hash_release(&h);
}

static void test_hash_del_of_an_absent_key_changes_nothing(void **state)
{
	struct hash h = { 0 };

	(void)state;
	*hash_put(&h, 1) = 10;
	hash_del(&h, 2);
	assert_int_equal(h.nr, 1);
	assert_int_equal(*hash_get(&h, 1), 10);
	hash_release(&h);
}

static void test_hash_keeps_all_values_while_it_grows(void **state)
{
	struct hash h = { 0 };

	(void)state;
	for (uint64_t key = 0; key < 100000; key++)
		*hash_put(&h, key << 12) = key;
	assert_invariant(&h);
	assert_int_equal(h.nr, 100000);
	for (uint64_t key = 0; key < 100000; key++)
		assert_int_equal(*hash_get(&h, key << 12), key);
	assert_null(hash_get(&h, 1));
	hash_release(&h);
}

#define MODEL_KEYS 512

/* Random puts and deletes of few keys, so that runs of neighbours form and are cut everywhere. */
static void model_run(uint64_t seed, uint64_t stride, uint32_t deletes_of_8)
{
	struct hash h = { 0 };
	uint64_t model[MODEL_KEYS] = { 0 };
	uint32_t nr = 0;

	for (uint64_t step = 1; step < 40000; step++) {
		uint32_t pick = next_random(&seed) % MODEL_KEYS;
		uint64_t key = pick * stride, *value;

		if (next_random(&seed) % 8 < deletes_of_8) {
			nr -= model[pick] != 0;
			model[pick] = 0;
			hash_del(&h, key);
		} else {
			value = hash_put(&h, key);
			assert_non_null(value);
			assert_int_equal(*value, model[pick]);
			nr += model[pick] == 0;
			*value = model[pick] = step;
		}
		assert_int_equal(h.nr, nr);
		if (step % 64)
			continue;
		assert_invariant(&h);
		for (uint32_t i = 0; i < MODEL_KEYS; i++) {
			value = hash_get(&h, i * stride);
			assert_int_equal(value ? *value : 0, model[i]);
		}
	}
	hash_release(&h);
}

static void test_hash_agrees_with_a_model(void **state)
{
	static const uint64_t strides[] = { 1, 8, 1ULL << 32, 1ULL << 55, 0x123456789abcdef1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(strides); i++)
		for (uint32_t deletes = 1; deletes < 7; deletes += 2)
			model_run(i * 1000 + deletes, strides[i], deletes);
}

static void test_hash_stays_small_while_keys_come_and_go(void **state)
{
	struct hash h = { 0 };

	(void)state;
	for (uint64_t key = 0; key < 200000; key++) {
		*hash_put(&h, key) = key;
		if (key >= 100)
			hash_del(&h, key - 100);
	}
	assert_int_equal(h.nr, 100);
	assert_true(h.room <= 1024);
	hash_release(&h);
}

/* The number whose product with the odd @a is 1, by Newton's method. */
static uint64_t inverse(uint64_t a)
{
	uint64_t x = a;

	for (int i = 0; i < 6; i++)
		x *= 2 - a * x;
	return x;
}

/* The @i-th of many keys that two well-known hash functions send to the same slot. */
static uint64_t fibonacci_key(uint64_t i)
{
	return inverse(0x9e3779b97f4a7c15) * i;
}

static uint64_t murmur_key(uint64_t i)
{
	uint64_t key = i << 32;

	key = (key ^ key >> 33) * inverse(0xc4ceb9fe1a85ec53);
	key = (key ^ key >> 33) * inverse(0xff51afd7ed558ccd);
	return key ^ key >> 33;
}

static uint64_t plain_key(uint64_t i)
{
	return i;
}

static clock_t time_to_put(uint64_t (*key)(uint64_t i))
{
	clock_t start = clock();
	struct hash h = { 0 };

	for (uint64_t i = 0; i < 60000; i++)
		assert_non_null(hash_put(&h, key(i)));
	assert_int_equal(h.nr, 60000);
	hash_release(&h);
	return clock() - start;
}

static void test_hash_keys_of_a_hostile_file_do_not_collide(void **state)
{
	clock_t limit = 20 * time_to_put(plain_key) + CLOCKS_PER_SEC / 5;

	(void)state;
	assert_true(time_to_put(fibonacci_key) < limit);
	assert_true(time_to_put(murmur_key) < limit);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash_empty_map_has_no_key),
		cmocka_unit_test(test_hash_put_adds_value_zero_and_keeps_an_old_one),
		cmocka_unit_test(test_hash_put_after_del_starts_from_zero),
		cmocka_unit_test(test_hash_takes_every_u64_for_a_key),
		cmocka_unit_test(test_hash_del_of_an_absent_key_changes_nothing),
		cmocka_unit_test(test_hash_keeps_all_values_while_it_grows),
		cmocka_unit_test(test_hash_agrees_with_a_model),
		cmocka_unit_test(test_hash_stays_small_while_keys_come_and_go),
		cmocka_unit_test(test_hash_keys_of_a_hostile_file_do_not_collide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
