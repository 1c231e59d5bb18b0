/*
 * calltext.h - the system calls of a file as text: what is to be known of each number is put together once.
 */
#ifndef REPORT_CALLTEXT_H
#define REPORT_CALLTEXT_H

#include "common/syscall.h"
#include "common/tracepoint.h"
#include "report/argtext.h"

/* The longest text of a call. */
#define CALL_TEXT_MAX (CALL_ARGS * ARG_TEXT_MAX + 256)

/* A call. */
struct calltext {
	char name[SYSCALL_NAME_MAX +
		  sizeof("i386:syscall_")]; /* "syscall_0x1c7" where it has none */
	uint32_t name_len;
	enum return_form returns;
	bool known;	/* its arguments are; else args are all that there are */
	args_used used; /* NULL: all arguments, always */
	struct callargs args;
	struct arg_kind kinds[CALL_ARGS];
};

struct calltexts;

/*
 * calltexts_new() - for files of @arch, as of syscall_name(). NULL when memory ran out.
 * calltexts_get() - the call @nr; lives until it is asked for another one that no architecture has. NULL when
 * memory ran out.
 */
struct calltexts *calltexts_new(const char *arch);
void calltexts_free(struct calltexts *c);
struct calltext *calltexts_get(struct calltexts *c, int64_t nr);

/* calltext_learn() - the file describes the arguments of call @nr in @tp, its sys_enter; no news where they are known. */
void calltext_learn(struct calltexts *c, int64_t nr, const struct tp_format *tp);

/* calltext_arg() - append an argument. */
void calltext_arg(struct text *t, const struct calltexts *c, const struct calltext *call,
		  const uint64_t *args, uint32_t idx);

/* calltext_nr_used() - how many of its arguments the call looks at. */
static inline uint32_t calltext_nr_used(const struct calltext *call, const uint64_t *args)
{
	return unlikely(call->used != NULL) ? MIN(call->used(args), call->args.nr) : call->args.nr;
}

/* calltext_args() - append all of them that it looks at, with commas. */
void calltext_args(struct text *t, const struct calltexts *c, const struct calltext *call,
		   const uint64_t *args);

#endif
