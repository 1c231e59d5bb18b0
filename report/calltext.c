#include "report/calltext.h"
#include "common/calls.h"
#include "report/callnr.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#define X32_BIT 0x40000000 /* of a number: a 32-bit program on x86_64 */

static const struct callargs unknown_args = {
	.nr = CALL_ARGS,
	.at = { { "unsigned long", "arg0" },
		{ "unsigned long", "arg1" },
		{ "unsigned long", "arg2" },
		{ "unsigned long", "arg3" },
		{ "unsigned long", "arg4" },
		{ "unsigned long", "arg5" } },
};

struct calltexts {
	const char *arch;
	bool own; /* constants are those of this program's architecture */
	struct arg_families families;
	/* By number; those of x32 behind the others, and then those of SYSCALL_COMPAT. */
	struct calltext *known[3 * CALLS_MAX];
	struct calltext *other; /* the last one of another number */
	int64_t other_nr;
};

/* Is it the architecture that this program was built for, as this machine's is? */
static bool is_own(const char *arch)
{
	struct utsname here;

	return !arch || (!uname(&here) && !strcmp(arch, here.machine));
}

struct calltexts *calltexts_new(const char *arch)
{
	struct calltexts *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->arch = arch;
	c->own = is_own(arch);
	arg_families_init(&c->families, c->own);
	return c;
}

void calltexts_free(struct calltexts *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(c->known); i++)
		free(c->known[i]);
	free(c->other);
	free(c);
}

/* Whoever knows nothing of an argument shows it in hexadecimal. */
static void find_kinds(const struct calltexts *c, struct calltext *call)
{
	for (uint32_t i = 0; i < call->args.nr; i++) {
		if (call->known)
			argkind_find(&call->kinds[i], &call->args, i, c->own);
		else
			call->kinds[i] = (struct arg_kind){ .form = ARG_HEX, .is_long = true };
	}
}

static struct calltext *make(const struct calltexts *c, int64_t nr)
{
	struct calltext *call = calloc(1, sizeof(*call));
	const bool compat = syscall_is_compat(nr) && syscall_compat_arch(c->arch);
	const char *arch = compat ? syscall_compat_arch(c->arch) : c->arch;
	const int64_t plain = compat ? syscall_plain(nr) : nr;
	char name[SYSCALL_NAME_MAX], *bare;
	const struct callargs *args;

	if (!call)
		return NULL;
	if (syscall_name(arch, plain, name))
		snprintf(name, sizeof(name), "syscall_%#" PRIx64, (uint64_t)plain);
	if (compat)
		snprintf(call->name, sizeof(call->name), "%s:", arch);
	bare = call->name + strlen(call->name);
	snprintf(bare, call->name + sizeof(call->name) - bare, "%s", name);
	call->name_len = strlen(call->name);
	args = callargs_find(arch, name);
	call->args = args ? *args : unknown_args;
	call->args.call = bare;
	call->used = args ? args_used_by(name) : NULL;
	call->returns = return_form(name);
	call->known = args;
	find_kinds(c, call);
	return call;
}

static struct calltext **place(struct calltexts *c, int64_t nr)
{
	if (nr >= 0 && nr < CALLS_MAX)
		return &c->known[nr];
	if (nr >= X32_BIT && nr < X32_BIT + CALLS_MAX)
		return &c->known[CALLS_MAX + nr - X32_BIT];
	if (syscall_is_compat(nr) && syscall_plain(nr) < CALLS_MAX)
		return &c->known[2 * CALLS_MAX + syscall_plain(nr)];
	if (c->other_nr != nr) {
		free(c->other);
		c->other = NULL;
	}
	c->other_nr = nr;
	return &c->other;
}

struct calltext *calltexts_get(struct calltexts *c, int64_t nr)
{
	struct calltext **call = place(c, nr);

	if (unlikely(!*call))
		*call = make(c, nr);
	return *call;
}

void calltext_learn(struct calltexts *c, int64_t nr, const struct tp_format *tp)
{
	struct calltext *call = calltexts_get(c, nr);
	const struct tp_field *number = callnr_field(tp);
	uint32_t args_nr = 0;

	if (!call || call->known || !number)
		return;
	for (uint32_t i = 0; i < tp->nr_fields && args_nr < CALL_ARGS; i++) {
		const struct tp_field *f = &tp->fields[i];

		if (f->size == sizeof(uint64_t) && f->offset > number->offset)
			call->args.at[args_nr++] = (struct callarg){
				f->flags & TP_POINTER ? "void *" : "unsigned long", f->name
			};
	}
	call->args.nr = args_nr;
	call->known = true;
	find_kinds(c, call);
}

void calltext_arg(struct text *t, const struct calltexts *c, const struct calltext *call,
		  const uint64_t *args, uint32_t idx)
{
	arg_text(t, &c->families, &call->kinds[idx], args, idx);
}

void calltext_args(struct text *t, const struct calltexts *c, const struct calltext *call,
		   const uint64_t *args)
{
	const uint32_t nr = calltext_nr_used(call, args);

	for (uint32_t i = 0; i < nr; i++) {
		if (i)
			text_add(t, ", ", 2);
		calltext_arg(t, c, call, args, i);
	}
}
