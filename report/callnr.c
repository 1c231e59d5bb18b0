#include "report/callnr.h"

const struct tp_field *callnr_field(const struct tp_format *tp)
{
	const struct tp_field *nr = NULL;

	if (tp && !strcmp(tp->system, "raw_syscalls"))
		nr = tp_find_field(tp, "id");
	else if (tp && !strcmp(tp->system, "syscalls"))
		nr = tp_find_field(tp, "__syscall_nr");
	return nr && (nr->size == 8 || nr->size == 4) ? nr : NULL;
}
