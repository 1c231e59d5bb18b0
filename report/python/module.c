/* module.c - perf_trace_context: what scripts may ask about the event they handle. */
#include "report/python/py.h"

static PyObject *common_field(PyObject *args, const char *field)
{
	const struct script_context *ctx;
	const struct tp_field *f;
	PyObject *capsule;

	if (!PyArg_UnpackTuple(args, "context", 1, 1, &capsule))
		return NULL;
	ctx = PyCapsule_GetPointer(capsule, NULL);
	if (!ctx)
		return NULL;
	if (!ctx->tp) {
		PyErr_SetString(PyExc_RuntimeError, "no tracepoint is being handled");
		return NULL;
	}
	f = tp_find_field(ctx->tp, field);
	if (!f || f->offset + f->size > ctx->raw_size)
		return PyLong_FromLong(0);
	return PyLong_FromLong((int)tp_field_u64(f, ctx->raw));
}

static PyObject *common_pc(PyObject *self, PyObject *args)
{
	(void)self;
	return common_field(args, "common_preempt_count");
}

static PyObject *common_flags(PyObject *self, PyObject *args)
{
	(void)self;
	return common_field(args, "common_flags");
}

static PyObject *common_lock_depth(PyObject *self, PyObject *args)
{
	(void)self;
	return common_field(args, "common_lock_depth");
}

/* The functions below are about machine code, which ana does not read: as where perf finds none. */

static bool check_context(PyObject *args)
{
	PyObject *capsule;

	return PyArg_UnpackTuple(args, "context", 1, 1, &capsule) &&
	       PyCapsule_GetPointer(capsule, NULL);
}

static PyObject *sample_insn(PyObject *self, PyObject *args)
{
	(void)self;
	if (!check_context(args))
		return NULL;
	Py_RETURN_NONE;
}

static PyObject *sample_srcline(PyObject *self, PyObject *args)
{
	(void)self;
	return check_context(args) ? Py_BuildValue("(Oi)", Py_None, 0) : NULL;
}

static PyObject *sample_srccode(PyObject *self, PyObject *args)
{
	(void)self;
	return check_context(args) ? Py_BuildValue("(OiO)", Py_None, 0, Py_None) : NULL;
}

/* There are no instruction traces: nothing is set, but the text is not refused either. */
static PyObject *set_itrace_options(PyObject *self, PyObject *args)
{
	const char *options;
	PyObject *capsule;

	(void)self;
	if (!PyArg_ParseTuple(args, "Os", &capsule, &options) ||
	    !PyCapsule_GetPointer(capsule, NULL))
		return NULL;
	return PyLong_FromLong(0);
}

static PyMethodDef methods[] = {
	{ "common_pc", common_pc, METH_VARARGS, "preempt count when the event happened" },
	{ "common_flags", common_flags, METH_VARARGS, "interrupt flags; see trace_flag_str()" },
	{ "common_lock_depth", common_lock_depth, METH_VARARGS, "depth of the big kernel lock" },
	{ "perf_sample_insn", sample_insn, METH_VARARGS, "machine code at the ip, or None" },
	{ "perf_sample_srcline", sample_srcline, METH_VARARGS, "(file or None, line)" },
	{ "perf_sample_srccode", sample_srccode, METH_VARARGS,
	  "(file or None, line, text or None)" },
	{ "perf_set_itrace_options", set_itrace_options, METH_VARARGS, "0" },
	{ 0 },
};

static struct PyModuleDef module = {
	PyModuleDef_HEAD_INIT,
	.m_name = "perf_trace_context",
	.m_doc = "What scripts may ask about the event they handle.",
	.m_size = -1,
	.m_methods = methods,
};

PyMODINIT_FUNC script_module_init(void)
{
	PyObject *m = PyModule_Create(&module);

	if (m && PyModule_AddObjectRef(m, "perf_script_context", Py_None))
		Py_CLEAR(m);
	return m;
}
