/* The Python module `native` and its type Engine.
 *
 * Models, lexicons and texts come in as buffers and strings; scores go out into buffers that
 * Python made. The interpreter lock is released while texts are scored. Each thread then uses a
 * workspace of its own, from the pool of the engine.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "workspace.h"

/* A workspace of the pool. */
struct pooled {
    struct workspace *workspace;
    PyObject *last_text; /* the text that it read last, or NULL */
    struct pooled *next;
};

typedef struct {
    PyObject_HEAD
    struct engine *engine;
    Py_buffer *buffers; /* (buffer_count): tables and rows of models, kept as long as the engine */
    Py_ssize_t buffer_count;
    struct pooled *pool;          /* workspaces that no thread uses */
    size_t in_use, texts_scored; /* workspaces that threads use; texts so far */
} Engine;

static void pooled_free(Engine *self, struct pooled *pooled)
{
    if (pooled) {
        workspace_free(self->engine, pooled->workspace);
        Py_XDECREF(pooled->last_text);
        PyMem_Free(pooled);
    }
}

static void pool_free(Engine *self)
{
    while (self->pool) {
        struct pooled *next = self->pool->next;
        pooled_free(self, self->pool);
        self->pool = next;
    }
}

/* Raises the Python exception for a status while an engine is made. Returns 0 for OK, else 1. */
static int raise_status(int status)
{
    if (status == OK)
        return 0;
    if (status == NO_MEMORY)
        PyErr_NoMemory();
    else if (status == INVALID)
        PyErr_SetString(PyExc_ValueError, "a feature group has an invalid table or setting");
    else
        PyErr_Format(PyExc_ValueError,
                     "a lexicon has more than %d categories, or a phrase with a capital sigma",
                     MAX_CATEGORIES);
    return 1;
}

/* Raises MemoryError if that is the status. Returns 1 then, else 0. */
static int raise_no_memory(int status)
{
    if (status == NO_MEMORY)
        PyErr_NoMemory();
    return status == NO_MEMORY;
}

/* Takes a workspace out of the pool: the one that read `text` last, or else any, or else a new
 * one. `texts` is how many texts will be scored with it. Returns NULL with an exception.
 *
 * After REPACK_AFTER_TEXTS texts, the engine is repacked first, if no thread is using it. */
static struct pooled *pool_take(Engine *self, PyObject *text, size_t texts)
{
    self->texts_scored += texts;
    if (!self->engine->repacked && self->texts_scored >= REPACK_AFTER_TEXTS && !self->in_use) {
        pool_free(self); /* workspaces are made for the channels as they were */
        if (raise_status(engine_build_channels(self->engine, 1)))
            return NULL;
    }
    struct pooled **chosen = &self->pool;
    for (struct pooled **link = &self->pool; *link; link = &(*link)->next)
        if (text && (*link)->last_text == text)
            chosen = link;
    struct pooled *pooled = *chosen;
    if (pooled) {
        *chosen = pooled->next;
        self->in_use++;
        return pooled;
    }
    pooled = PyMem_Calloc(1, sizeof *pooled);
    if (pooled)
        pooled->workspace = workspace_new(self->engine);
    if (!pooled || !pooled->workspace) {
        pooled_free(self, pooled);
        PyErr_NoMemory();
        return NULL;
    }
    self->in_use++;
    return pooled;
}

static void pool_return(Engine *self, struct pooled *pooled)
{
    self->in_use--;
    pooled->next = self->pool;
    self->pool = pooled;
}

/* Reads a text, unless the workspace read it last. Returns OK, UNSUPPORTED, or NO_MEMORY with an
 * exception (which is a TypeError if `text` is not a string). */
static enum status read_text(Engine *self, struct pooled *pooled, PyObject *text)
{
    if (pooled->last_text == text)
        return OK;
    Py_CLEAR(pooled->last_text);
    Py_ssize_t length;
    const char *utf8 = PyUnicode_AsUTF8AndSize(text, &length);
    if (!utf8) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
            return NO_MEMORY;
        PyErr_Clear();
        return UNSUPPORTED; /* a lone surrogate, which UTF-8 cannot hold */
    }
    enum status status;
    Py_BEGIN_ALLOW_THREADS
    status = workspace_read(self->engine, pooled->workspace, (const uint8_t *)utf8, (size_t)length,
                            1);
    Py_END_ALLOW_THREADS
    if (status == OK)
        pooled->last_text = Py_NewRef(text);
    raise_no_memory(status);
    return status;
}

/* Gets the buffer of an object that holds contiguous numbers of `size` bytes each. Returns 0 with
 * an exception if it has none, or if its numbers are cut or not aligned. */
static int get_buffer(PyObject *object, Py_buffer *buffer, size_t size, int writable)
{
    if (PyObject_GetBuffer(object, buffer, writable ? PyBUF_CONTIG : PyBUF_CONTIG_RO) < 0)
        return 0;
    /* The address of an empty buffer does not matter: since Python 3.13 an empty bytearray may
     * have any. */
    if (buffer->len % (Py_ssize_t)size || (buffer->len && (uintptr_t)buffer->buf % size)) {
        PyErr_Format(PyExc_ValueError, "a buffer does not hold whole, aligned numbers of %zu bytes",
                     size);
        PyBuffer_Release(buffer);
        return 0;
    }
    return 1;
}

#include "python_init.h"

static void engine_dealloc(Engine *self)
{
    pool_free(self);
    engine_free(self->engine);
    for (Py_ssize_t i = 0; i < self->buffer_count; i++)
        PyBuffer_Release(self->buffers + i);
    PyMem_Free(self->buffers);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* Returns whether __init__ was called; raises ValueError if not. */
static int is_initialized(const Engine *self)
{
    if (!self->engine)
        PyErr_SetString(PyExc_ValueError, "the engine is not initialized");
    return self->engine != NULL;
}

#include "python_score.h"
#include "python_decide.h"

static PyObject *instruction_set(Engine *self, void *Py_UNUSED(closure))
{
    return is_initialized(self) ? PyUnicode_FromString(self->engine->stages->name) : NULL;
}

static PyMethodDef engine_methods[] = {
    {"score", (PyCFunction)score, METH_VARARGS, NULL},
    {"contributions", (PyCFunction)contributions, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMethodDef functions[] = {
    {"decide", decide, METH_VARARGS, NULL},
    {"min_of_first", min_of_first, METH_VARARGS, NULL},
    {"held", count_slots, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef engine_properties[] = {
    {"instruction_set", (getter)instruction_set, NULL,
     "The instruction set that the engine uses.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyTypeObject engine_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "textclf.scoring._native.native.Engine",
    .tp_basicsize = sizeof(Engine),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "Scores texts with several models; see textclf.scoring.native_scorer.",
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)engine_init,
    .tp_dealloc = (destructor)engine_dealloc,
    .tp_methods = engine_methods,
    .tp_getset = engine_properties,
};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "textclf.scoring._native.native",
    .m_doc = "The native scorer.",
    .m_size = -1,
    .m_methods = functions,
};

PyMODINIT_FUNC PyInit_native(void)
{
    PyObject *module = PyType_Ready(&engine_type) < 0 ? NULL : PyModule_Create(&module_definition);
    if (module &&
        (PyModule_AddObjectRef(module, "Engine", (PyObject *)&engine_type) < 0 ||
         PyModule_AddStringConstant(module, "unicode_version", unicode_version) < 0 ||
         PyModule_AddStringConstant(module, "instruction_set", fastest_stages()->name) < 0))
        Py_CLEAR(module);
    return module;
}
