/* What Python asks of an engine: scores of texts and of spans, and what places add to them.
 *
 * Included by python_module.c.
 */

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
    if (!fits && !PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "the buffers for scores do not fit");
    return fits;
}

/* The texts of one call, and the spans that are asked of each. */
struct asked {
    PyObject *texts;
    size_t count, *first; /* of each text, its first span; one more: how many spans */
    struct span *spans;
    const char **utf8; /* NULL: handed over */
    size_t *lengths;
};

static void asked_free(struct asked *asked)
{
    Py_XDECREF(asked->texts);
    PyMem_Free(asked->first);
    PyMem_Free(asked->spans);
    PyMem_Free((void *)asked->utf8);
    PyMem_Free(asked->lengths);
}

static struct span span_of(Py_ssize_t start, Py_ssize_t end)
{
    const Py_ssize_t most = UINT32_MAX / 2;
    return (struct span){(uint32_t)(start < 0 ? 0 : start > most ? most : start),
                         (uint32_t)(end < 0 ? 0 : end > most ? most : end)};
}

/* Adds the spans of a text, a sequence of (start, end). */
static int spans_get(struct asked *asked, size_t text, PyObject *given)
{
    PyObject *list = PySequence_Fast(given, "spans are sequences of (start, end)");
    if (!list)
        return 0;
    const size_t count = (size_t)PySequence_Fast_GET_SIZE(list), first = asked->first[text];
    struct span *spans = PyMem_Realloc(asked->spans, (first + count + 1) * sizeof *spans);
    int fits = spans != NULL;
    if (!fits)
        PyErr_NoMemory();
    asked->spans = fits ? spans : asked->spans;
    for (size_t i = 0; fits && i < count; i++) {
        Py_ssize_t start, end;
        fits = PyArg_ParseTuple(PySequence_Fast_GET_ITEM(list, (Py_ssize_t)i), "nn", &start, &end);
        if (fits)
            spans[first + i] = span_of(start, end);
    }
    asked->first[text + 1] = first + count;
    Py_DECREF(list);
    return fits;
}

/* Takes the texts, and the spans of each if there are any. */
static int asked_get(struct asked *asked, PyObject *texts, PyObject *spans)
{
    asked->texts = PySequence_Tuple(texts);
    if (!asked->texts)
        return 0;
    asked->count = (size_t)PyTuple_GET_SIZE(asked->texts);
    asked->first = PyMem_Calloc(asked->count + 1, sizeof *asked->first);
    asked->utf8 = PyMem_Calloc(asked->count + 1, sizeof *asked->utf8);
    asked->lengths = PyMem_Calloc(asked->count + 1, sizeof *asked->lengths);
    if (!asked->first || !asked->utf8 || !asked->lengths) {
        PyErr_NoMemory();
        return 0;
    }
    const size_t spanned = (size_t)PyTuple_GET_SIZE(spans);
    if (spanned && spanned != asked->count) {
        PyErr_SetString(PyExc_ValueError, "spans are asked of each text, or of none");
        return 0;
    }
    for (size_t i = 0; i < spanned; i++)
        if (!spans_get(asked, i, PyTuple_GET_ITEM(spans, (Py_ssize_t)i)))
            return 0;
    for (size_t i = 0; i < asked->count; i++) {
        Py_ssize_t length = 0;
        asked->utf8[i] = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(asked->texts, (Py_ssize_t)i),
                                                 &length);
        asked->lengths[i] = (size_t)length;
        if (asked->utf8[i])
            continue;
        if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
            return 0;
        PyErr_Clear(); /* a lone surrogate */
    }
    return 1;
}

static void row_of(const Engine *self, const struct outs *outs, uint32_t form, size_t row,
                   double **scores, double **known)
{
    scores[form] = (double *)outs->scores[form].buf + row * self->engine->labels[form];
    known[form] = (double *)outs->known[form].buf + row;
}

/* Scores one text that was read, and its spans for the forms of the mask. */
static void score_text(const Engine *self, struct scratch *s, const struct asked *asked,
                       const struct outs *outs, size_t text, uint32_t spanned)
{
    double *scores[MOST_FORMS], *known[MOST_FORMS];
    const size_t first = asked->first[text], end = asked->first[text + 1];
    for (uint32_t form = 0; form < self->engine->forms; form++)
        row_of(self, outs, form, spanned >> form & 1 ? text + first : text, scores, known);
    text_scores(self->engine, s, NULL, UINT32_MAX, scores, known);
    for (size_t i = first; spanned && i < end; i++) {
        for (uint32_t form = 0; form < self->engine->forms; form++)
            if (spanned >> form & 1)
                row_of(self, outs, form, text + i + 1, scores, known);
        text_scores(self->engine, s, asked->spans + i, spanned, scores, known);
    }
}

static PyObject *numbers_of_missing(const struct asked *asked)
{
    PyObject *left = PyList_New(0);
    for (size_t i = 0; left && i < asked->count; i++) {
        PyObject *number = asked->utf8[i] ? NULL : PyLong_FromSize_t(i);
        if (!asked->utf8[i] && (!number || PyList_Append(left, number) < 0))
            Py_CLEAR(left);
        Py_XDECREF(number);
    }
    return left;
}

/* score(texts, spans of each text or (), mask, outs) -> the numbers of the texts handed over.
 *
 * Each form has a row for each text; a form of the mask also one for each span behind it.
 */
static PyObject *score(Engine *self, PyObject *args)
{
    PyObject *texts, *spans, *buffers, *left = NULL;
    unsigned int spanned;
    if (!ready(self) || !PyArg_ParseTuple(args, "OO!IO!", &texts, &PyTuple_Type, &spans, &spanned,
                                          &PyTuple_Type, &buffers))
        return NULL;
    struct asked asked = {NULL};
    struct outs outs;
    outs.scores_held = outs.known_held = 0;
    struct kept *kept = NULL;
    size_t rows[MOST_FORMS];
    if (!asked_get(&asked, texts, spans))
        goto done;
    for (uint32_t form = 0; form < MOST_FORMS; form++)
        rows[form] = asked.count + (spanned >> form & 1 ? asked.first[asked.count] : 0);
    if (!outs_get(self, &outs, buffers, rows) || !(kept = take(self, NULL, asked.count)))
        goto done;
    Py_CLEAR(kept->last);
    const int with_places = asked.first[asked.count] > 0 || asked.count == 1;
    int outcome = DONE;
    Py_BEGIN_ALLOW_THREADS
    for (size_t i = 0; i < asked.count && outcome != NO_MEMORY; i++) {
        for (size_t k = 0; i + 1 < asked.count && k < asked.lengths[i + 1] && k < 4096; k += 64)
            __builtin_prefetch(asked.utf8[i + 1] + k);
        if (!asked.utf8[i])
            continue;
        outcome = text_read(self->engine, kept->scratch, (const uint8_t *)asked.utf8[i],
                            asked.lengths[i], with_places);
        if (outcome == DONE)
            score_text(self, kept->scratch, &asked, &outs, i, spanned);
        else
            asked.utf8[i] = NULL;
    }
    Py_END_ALLOW_THREADS
    if (no_memory(outcome))
        goto done;
    if (with_places && asked.utf8[asked.count - 1])
        kept->last = Py_NewRef(PyTuple_GET_ITEM(asked.texts, (Py_ssize_t)asked.count - 1));
    left = numbers_of_missing(&asked);
done:
    if (kept)
        give_back(self, kept);
    outs_release(&outs);
    asked_free(&asked);
    return left;
}

/* Heaviest first, then by place. */
static int by_weight(const void *one, const void *other)
{
    const struct place *a = one, *b = other;
    return a->weight != b->weight ? (a->weight < b->weight) - (a->weight > b->weight)
                                  : (a->key > b->key) - (a->key < b->key);
}

/* Leaves the heaviest of the places above zero in front, the heaviest first; returns how many. */
static size_t weigh_down(struct place *places, size_t count, size_t most)
{
    enum { FEW = 256 }; /* worth finding without sorting all */
    size_t kept = 0;
    for (size_t i = 0; most && i < count; i++) {
        const struct place one = places[i];
        if (!(one.weight > 0))
            continue;
        if (most > FEW) {
            places[kept++] = one;
            continue;
        }
        if (kept == most && by_weight(&one, places + kept - 1) > 0)
            continue;
        size_t at = kept < most ? kept++ : kept - 1;
        for (; at && by_weight(&one, places + at - 1) < 0; at--)
            places[at] = places[at - 1];
        places[at] = one;
    }
    if (most > FEW)
        qsort(places, kept, sizeof *places, by_weight);
    return kept < most ? kept : most;
}

static PyObject *list_of(const struct place *places, size_t count)
{
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; list && i < count; i++) {
        PyObject *place = Py_BuildValue("(nnd)", (Py_ssize_t)(places[i].key >> 32),
                                        (Py_ssize_t)(places[i].key & UINT32_MAX),
                                        places[i].weight);
        if (place)
            PyList_SET_ITEM(list, (Py_ssize_t)i, place);
        else
            Py_CLEAR(list);
    }
    return list;
}

/* contributions(text, form, label, start, end, most) -> None, or a list of (start, end, weight).
 *
 * All places in their order where `most` is below 0, else the heaviest above zero.
 */
static PyObject *contributions(Engine *self, PyObject *args)
{
    PyObject *text, *answer = NULL;
    unsigned int form, label;
    Py_ssize_t start, end, most;
    if (!ready(self) ||
        !PyArg_ParseTuple(args, "UIInnn", &text, &form, &label, &start, &end, &most))
        return NULL;
    if (form >= self->engine->forms || label >= self->engine->labels[form]) {
        PyErr_SetString(PyExc_IndexError, "there is no such form or label");
        return NULL;
    }
    struct kept *kept = take(self, text, 0);
    if (!kept)
        return NULL;
    enum outcome outcome = read_text(self, kept, text);
    if (outcome == DONE) {
        struct place *places;
        size_t count = 0;
        Py_BEGIN_ALLOW_THREADS
        outcome = text_places(self->engine, kept->scratch, span_of(start, end), form, label);
        count = places_found(kept->scratch, &places);
        if (most >= 0)
            count = weigh_down(places, count, (size_t)most);
        Py_END_ALLOW_THREADS
        if (!no_memory(outcome))
            answer = list_of(places, count);
    } else if (outcome == HANDED_OVER) {
        answer = Py_NewRef(Py_None);
    }
    give_back(self, kept);
    return answer;
}
