#include "report/constants.h"

#include <string.h>

const struct constants *constants_find(const char *family)
{
	for (const struct constants *c = constants_all; c->family; c++)
		if (!strcmp(c->family, family))
			return c;
	return NULL;
}

const char *constants_name(const struct constants *c, uint64_t value)
{
	size_t low = 0, high = c->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->at[mid].value == value)
			return c->at[mid].name;
		if (c->at[mid].value < value)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}
