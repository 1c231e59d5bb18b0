/*
 * stream.h - a recording in pipe mode: a header of 16 bytes, then nothing but records.
 *
 * What a file has in its header, its attr table and its features comes as records here, in front
 * of all others: the HEAD. Such a stream may also be a regular file (rec -o - >x.data).
 */
#ifndef COMMON_STREAM_H
#define COMMON_STREAM_H

#include "common/file.h"

/*
 * stream_read_head() - read the records that describe the stream.
 * @f: opened, its header read. The events get attrs, ids, and what EVENT_UPDATE calls them;
 * f->features tells where in the stream their bodies are; f->data is what follows the head.
 * Returns 0, or -1 with ERR_IO, ERR_DATA, ERR_TRUNC (it ends inside the head), ERR_MEM.
 */
int stream_read_head(struct perf_file *f, struct err *err);

#endif
