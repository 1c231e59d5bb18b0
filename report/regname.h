/*
 * regname.h - names of sampled registers.
 *
 * Source: enum perf_event_*_regs in asm/perf_regs.h of the architectures; the names are perf 6.1's, which
 * has them for these only.
 */
#ifndef REPORT_REGNAME_H
#define REPORT_REGNAME_H

struct reg_names;

/* reg_names_find() - those of the architecture @arch; of this machine when it is NULL. NULL: there are none. */
const struct reg_names *reg_names_find(const char *arch);

/* reg_name() - of the bit @nr of a mask of registers; "unknown" when it has none. @regs may be NULL. */
const char *reg_name(const struct reg_names *regs, unsigned nr);

#endif
