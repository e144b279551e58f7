/* Engine.score and Engine.contributions: the scores of texts and of spans, and what each span of
 * a text adds to a score.
 *
 * Included by python_module.c.
 */

/* The buffers that scores and in-vocabulary shares are written to. */
struct outputs {
    Py_buffer scores[MAX_MODELS];        /* of each model, (rows, label_count) */
    Py_buffer in_vocabulary[MAX_MODELS]; /* of each model, (rows) */
    size_t score_buffers, share_buffers; /* how many of them must be released */
};

static void outputs_release(struct outputs *outputs)
{
    while (outputs->score_buffers)
        PyBuffer_Release(outputs->scores + --outputs->score_buffers);
    while (outputs->share_buffers)
        PyBuffer_Release(outputs->in_vocabulary + --outputs->share_buffers);
}

/* Gets the buffers from a tuple of (scores, shares), one for each model. `rows`, (model_count),
 * says how many rows each model needs. Returns 0 with an exception. */
static int outputs_get(const Engine *self, struct outputs *outputs, PyObject *pairs,
                       const size_t *rows)
{
    const uint32_t model_count = self->engine->model_count;
    int valid = (size_t)PyTuple_GET_SIZE(pairs) == model_count;
    for (uint32_t i = 0; valid && i < model_count; i++) {
        PyObject *scores, *shares;
        valid = PyArg_ParseTuple(PyTuple_GET_ITEM(pairs, i), "OO", &scores, &shares) &&
                get_buffer(scores, outputs->scores + i, sizeof(double), 1);
        outputs->score_buffers += (size_t)valid;
        valid = valid && get_buffer(shares, outputs->in_vocabulary + i, sizeof(double), 1);
        outputs->share_buffers += (size_t)valid;
        valid = valid &&
                (size_t)outputs->scores[i].len >=
                    rows[i] * self->engine->label_counts[i] * sizeof(double) &&
                (size_t)outputs->in_vocabulary[i].len >= rows[i] * sizeof(double);
    }
    if (!valid && !PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "there are too few output buffers, or one is too small");
    return valid;
}

/* The texts of one call, and the spans of each that are scored too. */
struct request {
    PyObject *texts; /* a tuple */
    size_t text_count;
    size_t *first_span; /* (text_count + 1): of each text, its first span; the last is their sum */
    struct span *spans; /* of all texts, in characters */
    const char **utf8;  /* (text_count); NULL: the text is left to the NumPy scorer */
    size_t *lengths;    /* (text_count), in bytes */
};

static void request_free(struct request *request)
{
    Py_XDECREF(request->texts);
    PyMem_Free(request->first_span);
    PyMem_Free(request->spans);
    PyMem_Free((void *)request->utf8);
    PyMem_Free(request->lengths);
}

static uint32_t clamp_offset(Py_ssize_t offset)
{
    const Py_ssize_t highest = UINT32_MAX / 2; /* beyond any text of MAX_TEXT_BYTES */
    return (uint32_t)(offset < 0 ? 0 : offset > highest ? highest : offset);
}

static struct span span_of(Py_ssize_t start, Py_ssize_t end)
{
    return (struct span){clamp_offset(start), clamp_offset(end)};
}

/* Adds the spans of a text from a sequence of (start, end). Returns 0 with an exception. */
static int add_spans(struct request *request, size_t text, PyObject *sequence)
{
    PyObject *list = PySequence_Fast(sequence, "spans are sequences of (start, end)");
    if (!list)
        return 0;
    const size_t count = (size_t)PySequence_Fast_GET_SIZE(list), first = request->first_span[text];
    struct span *spans = PyMem_Realloc(request->spans, (first + count + 1) * sizeof *spans);
    int valid = spans != NULL;
    if (!valid)
        PyErr_NoMemory();
    request->spans = valid ? spans : request->spans;
    for (size_t i = 0; valid && i < count; i++) {
        Py_ssize_t start, end;
        valid = PyArg_ParseTuple(PySequence_Fast_GET_ITEM(list, (Py_ssize_t)i), "nn", &start, &end);
        if (valid)
            spans[first + i] = span_of(start, end);
    }
    request->first_span[text + 1] = first + count;
    Py_DECREF(list);
    return valid;
}

/* Fills a request from a sequence of texts and a tuple of the spans of each text, or (). Returns 0
 * with an exception. */
static int request_get(struct request *request, PyObject *texts, PyObject *spans)
{
    request->texts = PySequence_Tuple(texts);
    if (!request->texts)
        return 0;
    request->text_count = (size_t)PyTuple_GET_SIZE(request->texts);
    request->first_span = PyMem_Calloc(request->text_count + 1, sizeof *request->first_span);
    request->utf8 = PyMem_Calloc(request->text_count + 1, sizeof *request->utf8);
    request->lengths = PyMem_Calloc(request->text_count + 1, sizeof *request->lengths);
    if (!request->first_span || !request->utf8 || !request->lengths) {
        PyErr_NoMemory();
        return 0;
    }
    const size_t texts_with_spans = (size_t)PyTuple_GET_SIZE(spans);
    if (texts_with_spans && texts_with_spans != request->text_count) {
        PyErr_SetString(PyExc_ValueError, "spans must be given for each text or for none");
        return 0;
    }
    for (size_t i = 0; i < texts_with_spans; i++)
        if (!add_spans(request, i, PyTuple_GET_ITEM(spans, (Py_ssize_t)i)))
            return 0;
    for (size_t i = 0; i < request->text_count; i++) {
        Py_ssize_t length = 0;
        PyObject *text = PyTuple_GET_ITEM(request->texts, (Py_ssize_t)i);
        request->utf8[i] = PyUnicode_AsUTF8AndSize(text, &length);
        request->lengths[i] = (size_t)length;
        if (request->utf8[i])
            continue;
        if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
            return 0;
        PyErr_Clear(); /* a lone surrogate, which UTF-8 cannot hold */
    }
    return 1;
}

/* Points scores[model] and shares[model] to a row of the outputs of a model. */
static void point_to_row(const Engine *self, const struct outputs *outputs, uint32_t model,
                         size_t row, double **scores, double **shares)
{
    scores[model] =
        (double *)outputs->scores[model].buf + row * self->engine->label_counts[model];
    shares[model] = (double *)outputs->in_vocabulary[model].buf + row;
}

/* Writes the scores of the text that was read last, and of its spans for the models of the mask
 * `span_models`. The row of a text is followed by those of its spans, for these models. */
static void score_text(const Engine *self, struct workspace *ws, const struct request *request,
                       const struct outputs *outputs, size_t text, uint32_t span_models)
{
    double *scores[MAX_MODELS], *shares[MAX_MODELS];
    const size_t first = request->first_span[text], end = request->first_span[text + 1];
    for (uint32_t model = 0; model < self->engine->model_count; model++)
        point_to_row(self, outputs, model, span_models >> model & 1 ? text + first : text, scores,
                     shares);
    workspace_scores(self->engine, ws, NULL, UINT32_MAX, scores, shares);
    for (size_t i = first; span_models && i < end; i++) {
        for (uint32_t model = 0; model < self->engine->model_count; model++)
            if (span_models >> model & 1)
                point_to_row(self, outputs, model, text + i + 1, scores, shares);
        workspace_scores(self->engine, ws, request->spans + i, span_models, scores, shares);
    }
}

/* Returns a list of the numbers of the texts that are left to the NumPy scorer. */
static PyObject *unsupported_texts(const struct request *request)
{
    PyObject *numbers = PyList_New(0);
    for (size_t i = 0; numbers && i < request->text_count; i++) {
        PyObject *number = request->utf8[i] ? NULL : PyLong_FromSize_t(i);
        if (!request->utf8[i] && (!number || PyList_Append(numbers, number) < 0))
            Py_CLEAR(numbers);
        Py_XDECREF(number);
    }
    return numbers;
}

/* score(texts, spans, span_models, outputs): fills the outputs, and returns the numbers of the
 * texts that are left to the NumPy scorer.
 *
 * spans: the spans of each text, or (). span_models: a bit for each model that scores them too.
 * outputs: (scores, shares) for each model, with a row for each text; a model of span_models has
 * also a row for each span, after that of its text. */
static PyObject *score(Engine *self, PyObject *args)
{
    PyObject *texts, *spans, *buffers, *unsupported = NULL;
    unsigned int span_models;
    if (!is_initialized(self) || !PyArg_ParseTuple(args, "OO!IO!", &texts, &PyTuple_Type, &spans,
                                                   &span_models, &PyTuple_Type, &buffers))
        return NULL;
    struct request request = {0};
    struct outputs outputs;
    outputs.score_buffers = outputs.share_buffers = 0;
    struct pooled *pooled = NULL;
    size_t rows[MAX_MODELS];
    if (!request_get(&request, texts, spans))
        goto done;
    const size_t count = request.text_count, span_count = request.first_span[count];
    for (uint32_t model = 0; model < MAX_MODELS; model++)
        rows[model] = count + (span_models >> model & 1 ? span_count : 0);
    if (!outputs_get(self, &outputs, buffers, rows) || !(pooled = pool_take(self, NULL, count)))
        goto done;
    Py_CLEAR(pooled->last_text);
    /* Spans need character offsets. So does evidence, which a single text may be asked for next. */
    const int with_char_offsets = span_count > 0 || count == 1;
    int status = OK;
    Py_BEGIN_ALLOW_THREADS
    for (size_t i = 0; i < count && status != NO_MEMORY; i++) {
        /* Prefetch the first 4 KiB of the next text, one cache line after the other. */
        for (size_t k = 0; i + 1 < count && k < request.lengths[i + 1] && k < 4096; k += 64)
            __builtin_prefetch(request.utf8[i + 1] + k);
        if (!request.utf8[i])
            continue;
        status = workspace_read(self->engine, pooled->workspace, (const uint8_t *)request.utf8[i],
                                request.lengths[i], with_char_offsets);
        if (status == OK)
            score_text(self, pooled->workspace, &request, &outputs, i, span_models);
        else
            request.utf8[i] = NULL;
    }
    Py_END_ALLOW_THREADS
    if (raise_no_memory(status))
        goto done;
    if (with_char_offsets && request.utf8[count - 1])
        pooled->last_text = Py_NewRef(PyTuple_GET_ITEM(request.texts, (Py_ssize_t)count - 1));
    unsupported = unsupported_texts(&request);
done:
    if (pooled)
        pool_return(self, pooled);
    outputs_release(&outputs);
    request_free(&request);
    return unsupported;
}

/* Orders contributions by weight, the heaviest first, then by start and end. */
static int compare_contributions(const void *left, const void *right)
{
    const struct contribution *a = left, *b = right;
    return a->weight != b->weight ? (a->weight < b->weight) - (a->weight > b->weight)
                                  : (a->key > b->key) - (a->key < b->key);
}

/* Moves the `most` heaviest contributions above zero to the front, the heaviest first. Returns
 * how many there are. */
static size_t keep_heaviest(struct contribution *contributions, size_t count, size_t most)
{
    enum { FEW = 256 }; /* up to so many, inserting is faster than sorting all */
    size_t kept = 0;
    for (size_t i = 0; most && i < count; i++) {
        const struct contribution candidate = contributions[i];
        if (!(candidate.weight > 0))
            continue;
        if (most > FEW) {
            contributions[kept++] = candidate;
            continue;
        }
        /* Insertion sort into the front; what falls out at the end is dropped. */
        if (kept == most && compare_contributions(&candidate, contributions + kept - 1) > 0)
            continue;
        size_t at = kept < most ? kept++ : kept - 1;
        for (; at && compare_contributions(&candidate, contributions + at - 1) < 0; at--)
            contributions[at] = contributions[at - 1];
        contributions[at] = candidate;
    }
    if (most > FEW)
        qsort(contributions, kept, sizeof *contributions, compare_contributions);
    return kept < most ? kept : most;
}

/* Returns a list of (start, end, weight), in characters. */
static PyObject *list_of(const struct contribution *contributions, size_t count)
{
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; list && i < count; i++) {
        PyObject *item = Py_BuildValue("(nnd)", (Py_ssize_t)(contributions[i].key >> 32),
                                       (Py_ssize_t)(contributions[i].key & UINT32_MAX),
                                       contributions[i].weight);
        if (item)
            PyList_SET_ITEM(list, (Py_ssize_t)i, item);
        else
            Py_CLEAR(list);
    }
    return list;
}

/* contributions(text, model, label, start, end, most): a list of (start, end, weight), or None if
 * the text is left to the NumPy scorer.
 *
 * start and end: the span of the text that is scored, in characters. If `most` is below 0, the
 * list has all contributions in the order of the text, else the heaviest above zero. */
static PyObject *contributions(Engine *self, PyObject *args)
{
    PyObject *text, *list = NULL;
    unsigned int model, label;
    Py_ssize_t start, end, most;
    if (!is_initialized(self) ||
        !PyArg_ParseTuple(args, "UIInnn", &text, &model, &label, &start, &end, &most))
        return NULL;
    if (model >= self->engine->model_count || label >= self->engine->label_counts[model]) {
        PyErr_SetString(PyExc_IndexError, "there is no such model or label");
        return NULL;
    }
    struct pooled *pooled = pool_take(self, text, 0);
    if (!pooled)
        return NULL;
    enum status status = read_text(self, pooled, text);
    if (status == OK) {
        struct contribution *heaviest;
        size_t count = 0;
        Py_BEGIN_ALLOW_THREADS
        status = workspace_find_contributions(self->engine, pooled->workspace,
                                              span_of(start, end), model, label);
        count = workspace_contributions(pooled->workspace, &heaviest);
        if (most >= 0)
            count = keep_heaviest(heaviest, count, (size_t)most);
        Py_END_ALLOW_THREADS
        if (!raise_no_memory(status))
            list = list_of(heaviest, count);
    } else if (status == UNSUPPORTED) {
        list = Py_NewRef(Py_None);
    }
    pool_return(self, pooled);
    return list;
}
