/* complete.h - what may stand on the command line of ana where TAB was pressed. */
#ifndef REPORT_COMPLETE_H
#define REPORT_COMPLETE_H

/*
 * complete_ana() - answer `ana --complete WORD...`, on stdout, as common/complete.h says.
 * @words: the @nr words behind that option.
 */
void complete_ana(char *const *words, int nr);

#endif
