#include "report/callargs.h"
#include "common/util.h"

#include <stdlib.h>
#include <string.h>

const struct callargs callargs_all[] = {
#include "report/callargs.inc"
};

const size_t callargs_nr = ARRAY_SIZE(callargs_all);

static int by_name(const void *name, const void *row)
{
	return strcmp(name, ((const struct callargs *)row)->call);
}

/* Without a name it is this one, which built the program. */
static bool is_x86_64(const char *arch)
{
#ifdef __x86_64__
	return !arch || !strcmp(arch, "x86_64");
#else
	return arch && !strcmp(arch, "x86_64");
#endif
}

static bool has_64_bits(const char *arch)
{
	return strstr(arch, "64") || !strcmp(arch, "s390x") || !strcmp(arch, "alpha");
}

/*
 * Types and names are the same everywhere. But clone has its arguments in another order on most other
 * architectures, and s390's mmap takes them in memory; with 32 bits a loff_t takes two.
 */
static bool is_same(const char *arch, const struct callargs *args)
{
	if (!strcmp(args->call, "clone") ||
	    (!strncmp(arch, "s390", 4) && !strcmp(args->call, "mmap")))
		return false;
	for (uint32_t i = 0; i < args->nr && !has_64_bits(arch); i++)
		if (!strcmp(args->at[i].type, "loff_t") || !strcmp(args->at[i].type, "__u64"))
			return false;
	return true;
}

const struct callargs *callargs_find(const char *arch, const char *name)
{
	const struct callargs *args =
		bsearch(name, callargs_all, callargs_nr, sizeof(*callargs_all), by_name);

	return args && (is_x86_64(arch) || is_same(arch ? arch : "", args)) ? args : NULL;
}
