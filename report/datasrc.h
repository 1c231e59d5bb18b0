/*
 * datasrc.h - where the data of a memory access came from (PERF_SAMPLE_DATA_SRC), in words.
 *
 * Source of the bits: union perf_mem_data_src in linux/perf_event.h. The words are perf 6.1's.
 */
#ifndef REPORT_DATASRC_H
#define REPORT_DATASRC_H

#include "common/text.h"

#define DATASRC_LEN_MAX 99 /* characters; more perf does not show */

/* datasrc_add() - append @v as a number of 16 digits, and in words: at most DATASRC_LEN_MAX characters. */
void datasrc_add(struct text *t, uint64_t v);

#endif
