/* Engine.__init__: makes an engine of the models, lexicons and abbreviations that Python passes.
 *
 * Included by python_module.c.
 */

/* Gets a buffer that the engine keeps as long as it lives. Returns NULL with an exception. */
static Py_buffer *keep_buffer(Engine *self, PyObject *object, size_t size)
{
    Py_buffer *buffer = self->buffers + self->buffer_count;
    if (!get_buffer(object, buffer, size, 0))
        return NULL;
    self->buffer_count++;
    return buffer;
}

/* Adds the phrases of one category to a lexicon. Returns 0 with an exception. */
static int add_phrases(Engine *self, struct workspace *ws, struct lexicon *lexicon,
                       unsigned int category, PyObject *phrases)
{
    if (category >= lexicon->category_count) {
        PyErr_SetString(PyExc_ValueError, "a phrase has an unknown category");
        return 0;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(phrases); i++) {
        Py_ssize_t length;
        const char *phrase = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(phrases, i), &length);
        if (!phrase || raise_status(lexicon_add_phrase(self->engine, lexicon, category, ws,
                                                       (const uint8_t *)phrase, (size_t)length)))
            return 0;
    }
    return 1;
}

/* Fills a lexicon from (tokens, categories): tokens is a tuple of category tokens in ascending
 * order, categories a tuple of (number of the category, tuple of phrases). Returns 0 with an
 * exception. */
static int add_lexicon(Engine *self, struct workspace *ws, PyObject *description,
                       struct lexicon *lexicon)
{
    PyObject *tokens, *categories;
    if (!PyArg_ParseTuple(description, "O!O!", &PyTuple_Type, &tokens, &PyTuple_Type, &categories))
        return 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tokens); i++) {
        Py_ssize_t length;
        const char *token = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(tokens, i), &length);
        if (!token || raise_status(lexicon_add_category(self->engine, lexicon,
                                                        (const uint8_t *)token, (size_t)length)))
            return 0;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(categories); i++) {
        unsigned int category;
        PyObject *phrases;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(categories, i), "IO!", &category, &PyTuple_Type,
                              &phrases) ||
            !add_phrases(self, ws, lexicon, category, phrases))
            return 0;
    }
    return 1;
}

/* Adds a feature group of a model from the tuple that native_scorer.py makes: kind, shortest and
 * longest n-gram, binary, number of the lexicon or -1, first words, the two sentence filters,
 * rows (terms, 1 + labels) of float32, hashes (terms) and slots of uint64. Returns 0 with an
 * exception. */
static int add_group(Engine *self, unsigned int model, PyObject *description)
{
    unsigned int kind, first_words;
    int min_n, max_n, binary, lexicon;
    unsigned long long within, without;
    PyObject *rows, *hashes, *slots;
    if (!PyArg_ParseTuple(description, "IiipiIKKOOO", &kind, &min_n, &max_n, &binary, &lexicon,
                          &first_words, &within, &without, &rows, &hashes, &slots))
        return 0;
    Py_buffer *row_buffer = keep_buffer(self, rows, sizeof(float));
    Py_buffer *hash_buffer = row_buffer ? keep_buffer(self, hashes, sizeof(uint64_t)) : NULL;
    Py_buffer *slot_buffer = hash_buffer ? keep_buffer(self, slots, sizeof(uint64_t)) : NULL;
    if (!slot_buffer)
        return 0;
    const size_t terms = (size_t)hash_buffer->len / sizeof(uint64_t);
    const size_t row_bytes = (1 + (size_t)self->engine->label_counts[model]) * sizeof(float);
    if (kind > LEXICON_NGRAMS || lexicon >= (int)self->engine->lexicon_count ||
        terms > UINT32_MAX || (size_t)row_buffer->len != terms * row_bytes) {
        PyErr_SetString(PyExc_ValueError,
                        "a feature group has an unknown kind or lexicon, or not one row a term");
        return 0;
    }
    const struct feature_group group = {
        .model = model,
        .binary = binary,
        .rows = row_buffer->buf,
        .hashes = hash_buffer->buf,
        .table = {.slots = slot_buffer->buf, .term_count = (uint32_t)terms},
        .kind = kind,
        .min_n = min_n,
        .max_n = max_n,
        .first_words = first_words,
        .lexicon = lexicon < 0 ? NULL : self->engine->lexicons + lexicon,
        .within = within,
        .without = without,
        .slot_count = (size_t)slot_buffer->len / sizeof(uint64_t),
    };
    return !raise_status(engine_add_group(self->engine, group));
}

/* Adds a model from (bias, groups): bias is (labels) of float32. Returns 0 with an exception. */
static int add_model(Engine *self, unsigned int model, PyObject *description)
{
    PyObject *bias, *groups;
    Py_buffer buffer;
    if (!PyArg_ParseTuple(description, "OO", &bias, &groups) ||
        !get_buffer(bias, &buffer, sizeof(float), 0))
        return 0;
    const int failed = raise_status(engine_set_model(
        self->engine, model, buffer.buf, (uint32_t)((size_t)buffer.len / sizeof(float))));
    PyBuffer_Release(&buffer);
    for (Py_ssize_t i = 0; !failed && i < PyTuple_GET_SIZE(groups); i++)
        if (!add_group(self, model, PyTuple_GET_ITEM(groups, i)))
            return 0;
    return !failed;
}

static int add_abbreviations(Engine *self, PyObject *abbreviations)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(abbreviations); i++) {
        Py_ssize_t length;
        const char *text = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(abbreviations, i), &length);
        if (!text || raise_status(engine_add_abbreviation(self->engine, (const uint8_t *)text,
                                                          (size_t)length)))
            return 0;
    }
    return 1;
}

/* Engine(models, lexicons, abbreviations, portable): tuples as described above, and whether the
 * engine does without special instructions. */
static int engine_init(Engine *self, PyObject *args, PyObject *Py_UNUSED(keywords))
{
    PyObject *models, *lexicons, *abbreviations;
    int portable;
    if (self->engine) {
        PyErr_SetString(PyExc_ValueError, "the engine is initialized already");
        return -1;
    }
    if (!PyArg_ParseTuple(args, "O!O!O!p", &PyTuple_Type, &models, &PyTuple_Type, &lexicons,
                          &PyTuple_Type, &abbreviations, &portable))
        return -1;
    const Py_ssize_t model_count = PyTuple_GET_SIZE(models);
    Py_ssize_t group_count = 0;
    for (Py_ssize_t i = 0; i < model_count; i++) {
        PyObject *bias, *groups;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(models, i), "OO!", &bias, &PyTuple_Type, &groups))
            return -1;
        group_count += PyTuple_GET_SIZE(groups);
    }
    if (model_count > MAX_MODELS) {
        PyErr_Format(PyExc_ValueError, "there are %zd models; the limit is %d", model_count,
                     MAX_MODELS);
        return -1;
    }
    self->engine = engine_new((uint32_t)model_count, (uint32_t)group_count,
                              (uint32_t)PyTuple_GET_SIZE(lexicons));
    /* Each feature group has three buffers: rows, hashes and slots. */
    self->buffers = PyMem_Calloc((size_t)group_count * 3 + 1, sizeof *self->buffers);
    /* A workspace for the words of phrases: the engine has no channels yet. */
    struct workspace *ws = self->engine && self->buffers ? workspace_new(self->engine) : NULL;
    if (!ws) {
        PyErr_NoMemory();
        return -1;
    }
    int added = add_abbreviations(self, abbreviations);
    for (Py_ssize_t i = 0; added && i < PyTuple_GET_SIZE(lexicons); i++)
        added = add_lexicon(self, ws, PyTuple_GET_ITEM(lexicons, i), self->engine->lexicons + i);
    workspace_free(self->engine, ws);
    for (Py_ssize_t i = 0; added && i < model_count; i++)
        added = add_model(self, (unsigned int)i, PyTuple_GET_ITEM(models, i));
    if (!added || raise_status(engine_build_channels(self->engine, 0)))
        return -1;
    if (portable)
        self->engine->stages = &stages_portable;
    return 0;
}
