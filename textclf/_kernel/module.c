/* The engine as a Python type. Buffers and strings go in, numbers go into given buffers.
 *
 * The interpreter lock is released while texts are scored; each thread then uses a scratch of
 * its own, taken from and given back to the engine's pool.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "scratch.h"

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
    if (view->len % (Py_ssize_t)size || (uintptr_t)view->buf % size) {
        PyErr_SetString(PyExc_ValueError, "a buffer is not of whole, aligned numbers");
        PyBuffer_Release(view);
        return 0;
    }
    return 1;
}

#include "making.h"

static void engine_dealloc(Engine *self)
{
    pool_free(self);
    engine_free(self->engine);
    for (Py_ssize_t i = 0; i < self->held_count; i++)
        PyBuffer_Release(self->held + i);
    PyMem_Free(self->held);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* The buffers that scores and known shares of each form go into, `rows` rows of each. */
struct outs {
    Py_buffer scores[MOST_FORMS], known[MOST_FORMS];
    size_t scores_held, known_held;
};

static void outs_release(struct outs *outs)
{
    while (outs->scores_held)
        PyBuffer_Release(outs->scores + --outs->scores_held);
    while (outs->known_held)
        PyBuffer_Release(outs->known + --outs->known_held);
}

static int outs_get(const Engine *self, struct outs *outs, PyObject *given, const size_t *rows)
{
    outs->scores_held = outs->known_held = 0;
    const uint32_t forms = self->engine->forms;
    int fits = (size_t)PyTuple_GET_SIZE(given) == forms;
    for (uint32_t i = 0; fits && i < forms; i++) {
        PyObject *scores, *known;
        fits = PyArg_ParseTuple(PyTuple_GET_ITEM(given, i), "OO", &scores, &known) &&
               get_buffer(scores, outs->scores + i, sizeof(double), 1);
        outs->scores_held += (size_t)fits;
        fits = fits && get_buffer(known, outs->known + i, sizeof(double), 1);
        outs->known_held += (size_t)fits;
        fits = fits &&
               (size_t)outs->scores[i].len >= rows[i] * self->engine->labels[i] * sizeof(double) &&
               (size_t)outs->known[i].len >= rows[i] * sizeof(double);
    }
    if (!fits) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "the buffers for scores do not fit");
        outs_release(outs);
    }
    return fits;
}

static void row_of(const Engine *self, const struct outs *outs, uint32_t form, size_t row,
                   double **scores, double **known)
{
    scores[form] = (double *)outs->scores[form].buf + row * self->engine->labels[form];
    known[form] = (double *)outs->known[form].buf + row;
}

static int ready(const Engine *self)
{
    if (!self->engine)
        PyErr_SetString(PyExc_ValueError, "the engine was never made");
    return self->engine != NULL;
}

/* score_texts(texts, outs) -> the numbers of the texts that are handed over. */
static PyObject *score_texts(Engine *self, PyObject *args)
{
    PyObject *given, *buffers, *left = NULL;
    if (!ready(self) || !PyArg_ParseTuple(args, "OO!", &given, &PyTuple_Type, &buffers))
        return NULL;
    PyObject *texts = PySequence_Tuple(given);
    if (!texts)
        return NULL;
    const size_t count = (size_t)PyTuple_GET_SIZE(texts);
    size_t rows[MOST_FORMS];
    for (int i = 0; i < MOST_FORMS; i++)
        rows[i] = count;
    struct outs outs;
    struct text {
        const char *utf8;
        Py_ssize_t length;
    } *text = PyMem_Calloc(count + 1, sizeof *text);
    struct kept *kept = text ? take(self, NULL, count) : (PyErr_NoMemory(), NULL);
    if (!kept || !outs_get(self, &outs, buffers, rows))
        goto done;
    Py_CLEAR(kept->last);
    for (size_t i = 0; i < count; i++) {
        text[i].utf8 = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(texts, i), &text[i].length);
        if (!text[i].utf8) {
            if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
                goto release;
            PyErr_Clear();
        }
    }
    int outcome = DONE;
    Py_BEGIN_ALLOW_THREADS
    for (size_t i = 0; i < count && outcome != NO_MEMORY; i++) {
        for (Py_ssize_t k = 0; i + 1 < count && k < text[i + 1].length && k < 4096; k += 64)
            __builtin_prefetch(text[i + 1].utf8 + k);
        if (!text[i].utf8)
            continue;
        outcome = text_read(self->engine, kept->scratch, (const uint8_t *)text[i].utf8,
                            (size_t)text[i].length, 0);
        if (outcome == DONE) {
            double *scores[MOST_FORMS], *known[MOST_FORMS];
            for (uint32_t form = 0; form < self->engine->forms; form++)
                row_of(self, &outs, form, i, scores, known);
            text_scores(self->engine, kept->scratch, NULL, UINT32_MAX, scores, known);
        } else {
            text[i].utf8 = NULL;
        }
    }
    Py_END_ALLOW_THREADS
    if (no_memory(outcome) || !(left = PyList_New(0)))
        goto release;
    for (size_t i = 0; i < count; i++) {
        PyObject *number = text[i].utf8 ? NULL : PyLong_FromSize_t(i);
        if (!text[i].utf8 && (!number || PyList_Append(left, number) < 0))
            Py_CLEAR(left);
        Py_XDECREF(number);
        if (!left)
            break;
    }
release:
    outs_release(&outs);
done:
    if (kept)
        give_back(self, kept);
    PyMem_Free(text);
    Py_DECREF(texts);
    return left;
}

/* Returns the spans as an array that is the caller's to free; NULL with an exception. */
static struct span *spans_of(PyObject *given, size_t *count)
{
    PyObject *list = PySequence_Fast(given, "spans are sequences of (start, end)");
    if (!list)
        return NULL;
    *count = (size_t)PySequence_Fast_GET_SIZE(list);
    struct span *spans = PyMem_Calloc(*count + 1, sizeof *spans);
    if (!spans)
        PyErr_NoMemory();
    for (size_t i = 0; spans && i < *count; i++) {
        Py_ssize_t start, end;
        if (!PyArg_ParseTuple(PySequence_Fast_GET_ITEM(list, (Py_ssize_t)i), "nn", &start, &end)) {
            PyMem_Free(spans);
            spans = NULL;
            break;
        }
        const Py_ssize_t most = UINT32_MAX / 2;
        spans[i].start = (uint32_t)(start < 0 ? 0 : start > most ? most : start);
        spans[i].end = (uint32_t)(end < 0 ? 0 : end > most ? most : end);
    }
    Py_DECREF(list);
    return spans;
}

/* score(text, spans of each form, outs) -> whether it was done, and not handed over. */
static PyObject *score(Engine *self, PyObject *args)
{
    PyObject *text, *asked, *buffers, *answer = NULL;
    if (!ready(self) ||
        !PyArg_ParseTuple(args, "UO!O!", &text, &PyTuple_Type, &asked, &PyTuple_Type, &buffers))
        return NULL;
    const uint32_t forms = self->engine->forms;
    struct span *spans[MOST_FORMS] = {NULL};
    size_t counts[MOST_FORMS] = {0}, rows[MOST_FORMS] = {0};
    struct outs outs;
    struct kept *kept = NULL;
    if (PyTuple_GET_SIZE(asked) != (Py_ssize_t)forms) {
        PyErr_SetString(PyExc_ValueError, "spans are asked of each form");
        return NULL;
    }
    for (uint32_t i = 0; i < forms; i++) {
        spans[i] = spans_of(PyTuple_GET_ITEM(asked, (Py_ssize_t)i), counts + i);
        if (!spans[i])
            goto done;
        rows[i] = 1 + counts[i];
    }
    if (!outs_get(self, &outs, buffers, rows))
        goto done;
    kept = take(self, text, 1);
    const enum outcome outcome = kept ? read_text(self, kept, text) : NO_MEMORY;
    if (outcome == DONE) {
        Py_BEGIN_ALLOW_THREADS
        double *scores[MOST_FORMS], *known[MOST_FORMS];
        for (uint32_t form = 0; form < forms; form++)
            row_of(self, &outs, form, 0, scores, known);
        text_scores(self->engine, kept->scratch, NULL, UINT32_MAX, scores, known);
        uint32_t served = 0;
        for (uint32_t form = 0; form < forms; form++) {
            uint32_t alike = 0; /* the forms that ask for the same spans */
            for (uint32_t other = form; other < forms; other++)
                if (!(served >> other & 1) && counts[other] == counts[form] &&
                    !memcmp(spans[other], spans[form], counts[form] * sizeof(struct span)))
                    alike |= 1u << other;
            served |= alike;
            for (size_t i = 0; alike && i < counts[form]; i++) {
                for (uint32_t other = form; other < forms; other++)
                    if (alike >> other & 1)
                        row_of(self, &outs, other, 1 + i, scores, known);
                text_scores(self->engine, kept->scratch, spans[form] + i, alike, scores, known);
            }
        }
        Py_END_ALLOW_THREADS
    }
    outs_release(&outs);
    if (!PyErr_Occurred())
        answer = PyBool_FromLong(outcome == DONE);
done:
    if (kept)
        give_back(self, kept);
    for (uint32_t i = 0; i < forms; i++)
        PyMem_Free(spans[i]);
    return answer;
}

/* contributions(text, form, label, start, end) -> None, or bytes of starts, ends and weights. */
static PyObject *contributions(Engine *self, PyObject *args)
{
    PyObject *text, *answer = NULL;
    unsigned int form, label;
    Py_ssize_t start, end;
    if (!ready(self) || !PyArg_ParseTuple(args, "UIInn", &text, &form, &label, &start, &end))
        return NULL;
    if (form >= self->engine->forms || label >= self->engine->labels[form]) {
        PyErr_SetString(PyExc_IndexError, "there is no such form or label");
        return NULL;
    }
    const Py_ssize_t most = UINT32_MAX / 2;
    const struct span span = {(uint32_t)(start < 0 ? 0 : start > most ? most : start),
                              (uint32_t)(end < 0 ? 0 : end > most ? most : end)};
    struct kept *kept = take(self, text, 0);
    if (!kept)
        return NULL;
    enum outcome outcome = read_text(self, kept, text);
    if (outcome == DONE) {
        Py_BEGIN_ALLOW_THREADS
        outcome = text_places(self->engine, kept->scratch, span, form, label);
        Py_END_ALLOW_THREADS
        const struct place *places;
        const Py_ssize_t count = (Py_ssize_t)places_found(kept->scratch, &places);
        PyObject *starts = NULL, *ends = NULL, *weights = NULL;
        if (!no_memory(outcome)) {
            starts = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(int64_t));
            ends = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(int64_t));
            weights = PyBytes_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(double));
        }
        if (starts && ends && weights) {
            int64_t *first = (int64_t *)(void *)PyBytes_AS_STRING(starts);
            int64_t *last = (int64_t *)(void *)PyBytes_AS_STRING(ends);
            double *weight = (double *)(void *)PyBytes_AS_STRING(weights);
            for (Py_ssize_t i = 0; i < count; i++) {
                first[i] = (int64_t)(places[i].key >> 32);
                last[i] = (int64_t)(places[i].key & UINT32_MAX);
                weight[i] = places[i].weight;
            }
            answer = PyTuple_Pack(3, starts, ends, weights);
        }
        Py_XDECREF(starts);
        Py_XDECREF(ends);
        Py_XDECREF(weights);
    } else if (outcome == HANDED_OVER) {
        answer = Py_NewRef(Py_None);
    }
    give_back(self, kept);
    return answer;
}

static PyObject *pass_name(Engine *self, void *Py_UNUSED(closure))
{
    return ready(self) ? PyUnicode_FromString(self->engine->pass->name) : NULL;
}

static PyMethodDef methods[] = {
    {"score", (PyCFunction)score, METH_VARARGS, NULL},
    {"score_texts", (PyCFunction)score_texts, METH_VARARGS, NULL},
    {"contributions", (PyCFunction)contributions, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef properties[] = {
    {"instructions", (getter)pass_name, NULL, "The instructions that it was compiled for.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyTypeObject engine_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "textclf._kernel.native.Engine",
    .tp_basicsize = sizeof(Engine),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "Scores texts under several linear forms; see textclf.kernel.",
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)engine_init,
    .tp_dealloc = (destructor)engine_dealloc,
    .tp_methods = methods,
    .tp_getset = properties,
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "textclf._kernel.native", "The compiled engine.", -1, NULL, NULL, NULL,
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
