/* callgroup.h - groups of system calls, as strace has them: %file %desc %net %process %memory. */
#ifndef COMMON_CALLGROUP_H
#define COMMON_CALLGROUP_H

/*
 * callgroup_find() - the names of the calls in the group @name ("%file"), ended by NULL; some are
 * not calls of this architecture. NULL when there is no such group.
 */
const char *const *callgroup_find(const char *name);

/* callgroup_name() - the name of group @i, counted from 0; NULL behind the last one. */
const char *callgroup_name(unsigned i);

#endif
