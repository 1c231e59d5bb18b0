/* complete.h - what may stand on the command line of rec where TAB was pressed. */
#ifndef RECORD_COMPLETE_H
#define RECORD_COMPLETE_H

#include "common/optparse.h"

/*
 * complete_rec() - answer `rec --complete WORD...`, on stdout, as common/complete.h says.
 * @table: the options. @words: the @nr words behind that option.
 */
void complete_rec(const struct opt *table, char *const *words, int nr);

#endif
