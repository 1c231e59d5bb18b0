/*
 * py.h - what the files of the engine share. The only place that includes Python.h.
 *
 * Functions that return a PyObject * give a new reference, or NULL with a Python exception set;
 * those that return int give 0, or -1 with one set, unless their comment says otherwise.
 */
#ifndef REPORT_PYTHON_PY_H
#define REPORT_PYTHON_PY_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "common/tracepoint.h"
#include "report/session.h"

/* ---- module.c: perf_trace_context ---- */

/* What common_pc() and its like are asked about: the event that is being handled. */
struct script_context {
	const struct tp_format *tp; /* NULL: no event is being handled */
	const void *raw;
	uint32_t raw_size; /* bytes */
};

PyMODINIT_FUNC script_module_init(void);

/* ---- decode.c: raw bytes of an event -> objects ---- */

enum field_kind {
	FIELD_U8,
	FIELD_U16,
	FIELD_U32,
	FIELD_U64,
	FIELD_S64,
	FIELD_ZERO,  /* a number of a size that perf does not know */
	FIELD_BYTES, /* an array: str or bytearray */
};

struct field_decoder {
	enum field_kind kind;
	uint32_t offset, size; /* bytes, in the raw data */
	uint32_t flags;	 /* enum tp_field_flags; TP_STRING goes at the first unprintable value */
	PyObject *key;	 /* name, interned */
	PyObject *spare; /* last bytearray or str; used again when nobody kept it */
};

struct decoder {
	struct field_decoder *fields;
	uint32_t nr;
	uint32_t need;	     /* raw bytes that the fields reach to */
	uint32_t pid_offset; /* of common_pid; ~0: there is none */
};

/* decoder_release() is for the caller also on failure. */
int decoder_init(struct decoder *d, const struct tp_format *tp);
void decoder_release(struct decoder *d);

/* decoder_run() - new references to the fields' values in @out[0..nr). raw_size >= d->need. */
int decoder_run(struct decoder *d, const void *raw, uint32_t raw_size, PyObject **out);

/* ---- define.c: names of flags and symbols ---- */

/* The field that values belong to; like perf's it outlives its event. Owned by the table. */
struct definer {
	PyObject *globals;
	const char *field;
};

/* definer_run() - call the define_*() functions of the script for @tp, the event @event_name. */
int definer_run(struct definer *d, const struct tp_format *tp, PyObject *event_name);

/* ---- sampledict.c: perf_sample_dict ---- */

/* In perf's order: first the keys of the dict itself, then those of the dict at "sample". */
enum sample_key {
	KEY_EV_NAME,
	KEY_ATTR,
	KEY_SAMPLE,
	KEY_RAW_BUF,
	KEY_COMM,
	KEY_CALLCHAIN,
	KEY_BRSTACK,
	KEY_BRSTACKSYM,
	KEY_IREGS,
	KEY_UREGS,
	KEY_PID,
	KEY_TID,
	KEY_CPU,
	KEY_IP,
	KEY_TIME,
	KEY_PERIOD,
	KEY_PHYS_ADDR,
	KEY_ADDR,
	KEY_TIME_ENABLED,
	KEY_TIME_RUNNING,
	KEY_VALUES,
	KEY_WEIGHT,
	KEY_TRANSACTION,
	KEY_DATASRC,
	KEY_DATASRC_DECODE,
	KEY_CPUMODE,
	KEY_HOST, /* ours: behind perf's, of files of several hosts only */
	NR_SAMPLE_KEYS,
};

struct sample_dict {
	PyObject *keys[NR_SAMPLE_KEYS]; /* interned */
	PyObject *outer, *inner;	/* with all that is the same in every sample of an event */
	PyObject *values;		/* what is in the list of counter values; NULL: nothing */
};

/* sample_dict_release() is for the caller also on failure. */
int sample_dict_init(struct sample_dict *d, const struct session *s, const struct event *event);
void sample_dict_release(struct sample_dict *d);
PyObject *sample_dict_new(const struct sample_dict *d, const struct ordered_sample *os,
			  PyObject *comm, PyObject *callchain);

/* ---- dispatch.c: events -> calls ---- */

struct dispatcher;

/* dispatcher_new() - of the events of @nr files. @globals is the script's namespace. */
struct dispatcher *dispatcher_new(PyObject *globals, uint32_t nr);
void dispatcher_free(struct dispatcher *d);

/* The object that scripts pass as context; borrowed. */
PyObject *dispatcher_context(const struct dispatcher *d);

/* dispatcher_rest() - no event is being handled any more: the context has nothing to tell. */
void dispatcher_rest(struct dispatcher *d);

/*
 * dispatcher_add() - handle an event.
 * Returns 0, -1 with a Python exception, or -1 without one and @err filled.
 */
int dispatcher_add(struct dispatcher *d, struct session *s, const struct ordered_sample *os,
		   struct err *err);

#endif
