/* The engine as a Python type. Buffers and strings go in, numbers go into given buffers.
 *
 * The interpreter lock is released while texts are scored; each thread then uses a scratch of
 * its own, taken from and given back to the engine's pool.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "workspace.h"

typedef struct {
    PyObject_HEAD
    struct engine *engine;
    Py_buffer *held;
    Py_ssize_t held_count;
    struct kept {
        struct scratch *scratch;
        PyObject *last; /* the text that it read last */
        struct kept *next;
    } *pool;
    size_t taken, texts; /* scratches in use, texts scored so far */
} Engine;

static void kept_free(Engine *self, struct kept *kept)
{
    if (kept) {
        scratch_free(self->engine, kept->scratch);
        Py_XDECREF(kept->last);
        PyMem_Free(kept);
    }
}

static int refused(int outcome)
{
    if (outcome == DONE)
        return 0;
    if (outcome == NO_MEMORY)
        PyErr_NoMemory();
    else
        PyErr_SetString(PyExc_ValueError,
                        outcome == REFUSED ? "a table does not hold"
                                           : "a lexicon is not for the compiled engine");
    return 1;
}

static void pool_free(Engine *self)
{
    while (self->pool) {
        struct kept *next = self->pool->next;
        kept_free(self, self->pool);
        self->pool = next;
    }
}

/* Takes a scratch out of the pool: the one that has read `text`, else any, else a new one.
 *
 * Once many texts are scored, the engine is first laid out for many, when no thread is using it.
 */
static struct kept *take(Engine *self, PyObject *text, size_t texts)
{
    self->texts += texts;
    if (!self->engine->laid_out && self->texts >= MANY_TEXTS && !self->taken) {
        pool_free(self);
        if (refused(engine_lay_out(self->engine, 1)))
            return NULL;
    }
    struct kept **at = &self->pool;
    for (struct kept **one = &self->pool; *one; one = &(*one)->next)
        if (text && (*one)->last == text)
            at = one;
    struct kept *found = *at;
    if (found) {
        *at = found->next;
        self->taken++;
        return found;
    }
    found = PyMem_Calloc(1, sizeof *found);
    if (found)
        found->scratch = scratch_new(self->engine);
    if (!found || !found->scratch) {
        kept_free(self, found);
        PyErr_NoMemory();
        return NULL;
    }
    self->taken++;
    return found;
}

static void give_back(Engine *self, struct kept *kept)
{
    self->taken--;
    kept->next = self->pool;
    self->pool = kept;
}

static int no_memory(int outcome)
{
    if (outcome == NO_MEMORY)
        PyErr_NoMemory();
    return outcome == NO_MEMORY;
}

/* Reads a text unless it was the last: DONE, HANDED_OVER, or NO_MEMORY with an exception. */
static enum outcome read_text(Engine *self, struct kept *kept, PyObject *text)
{
    if (kept->last == text)
        return DONE;
    Py_CLEAR(kept->last);
    Py_ssize_t length;
    const char *utf8 = PyUnicode_AsUTF8AndSize(text, &length);
    if (!utf8) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
            return NO_MEMORY;
        PyErr_Clear();
        return HANDED_OVER; /* a lone surrogate */
    }
    enum outcome outcome;
    Py_BEGIN_ALLOW_THREADS
    outcome = text_read(self->engine, kept->scratch, (const uint8_t *)utf8, (size_t)length, 1);
    Py_END_ALLOW_THREADS
    if (outcome == DONE)
        kept->last = Py_NewRef(text);
    no_memory(outcome);
    return outcome;
}

static int get_buffer(PyObject *from, Py_buffer *view, size_t size, int writable)
{
    if (PyObject_GetBuffer(from, view, writable ? PyBUF_CONTIG : PyBUF_CONTIG_RO) < 0)
        return 0;
    /* Where nothing is, it may lie anywhere: from Python 3.13 on an empty bytearray does. */
    if (view->len % (Py_ssize_t)size || (view->len && (uintptr_t)view->buf % size)) {
        PyErr_SetString(PyExc_ValueError, "a buffer is not of whole, aligned numbers");
        PyBuffer_Release(view);
        return 0;
    }
    return 1;
}

#include "python_init.h"

static void engine_dealloc(Engine *self)
{
    pool_free(self);
    engine_free(self->engine);
    for (Py_ssize_t i = 0; i < self->held_count; i++)
        PyBuffer_Release(self->held + i);
    PyMem_Free(self->held);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int ready(const Engine *self)
{
    if (!self->engine)
        PyErr_SetString(PyExc_ValueError, "the engine was never made");
    return self->engine != NULL;
}

#include "python_score.h"
#include "python_decide.h"

static PyObject *pass_name(Engine *self, void *Py_UNUSED(closure))
{
    return ready(self) ? PyUnicode_FromString(self->engine->pass->name) : NULL;
}

static PyMethodDef methods[] = {
    {"score", (PyCFunction)score, METH_VARARGS, NULL},
    {"contributions", (PyCFunction)contributions, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMethodDef functions[] = {
    {"decide", decide, METH_VARARGS, NULL},
    {"least", least, METH_VARARGS, NULL},
    {"held", held, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef properties[] = {
    {"instructions", (getter)pass_name, NULL, "The instructions that it was compiled for.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyTypeObject engine_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "textclf.scoring._native.native.Engine",
    .tp_basicsize = sizeof(Engine),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "Scores texts under several linear forms; see textclf.scoring.native_scorer.",
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)engine_init,
    .tp_dealloc = (destructor)engine_dealloc,
    .tp_methods = methods,
    .tp_getset = properties,
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "textclf.scoring._native.native", "The compiled engine.", -1, functions, NULL, NULL,
    NULL, NULL,
};

PyMODINIT_FUNC PyInit_native(void)
{
    PyObject *made = PyType_Ready(&engine_type) < 0 ? NULL : PyModule_Create(&module);
    if (made && (PyModule_AddObjectRef(made, "Engine", (PyObject *)&engine_type) < 0 ||
                 PyModule_AddStringConstant(made, "unicode", unicode_version) < 0 ||
                 PyModule_AddStringConstant(made, "instructions", best_pass()->name) < 0 ||
                 PyModule_AddIntConstant(made, "most_forms", MOST_FORMS) < 0))
        Py_CLEAR(made);
    return made;
}
