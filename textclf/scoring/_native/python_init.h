/* Makes an engine of what Python gives: forms, lexicons, abbreviations. Included by python_module.c. */

/* Holds a buffer for as long as the engine lives. */
static Py_buffer *hold(Engine *self, PyObject *from, size_t size)
{
    Py_buffer *view = self->held + self->held_count;
    if (!get_buffer(from, view, size, 0))
        return NULL;
    self->held_count++;
    return view;
}

static int add_lexicon(Engine *self, struct scratch *s, PyObject *given, struct lexicon *lexicon)
{
    PyObject *marks, *groups;
    if (!PyArg_ParseTuple(given, "O!O!", &PyTuple_Type, &marks, &PyTuple_Type, &groups))
        return 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(marks); i++) {
        Py_ssize_t length;
        const char *mark = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(marks, i), &length);
        if (!mark || refused(lexicon_mark(self->engine, lexicon, (const uint8_t *)mark,
                                          (size_t)length)))
            return 0;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(groups); i++) {
        unsigned int group;
        PyObject *phrases;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(groups, i), "IO!", &group, &PyTuple_Type, &phrases))
            return 0;
        for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(phrases); k++) {
            Py_ssize_t length;
            const char *phrase = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(phrases, k), &length);
            if (!phrase)
                return 0;
            if (group >= lexicon->groups ||
                refused(lexicon_phrase(self->engine, lexicon, group, s, (const uint8_t *)phrase,
                                       (size_t)length))) {
                if (!PyErr_Occurred())
                    PyErr_SetString(PyExc_ValueError, "a phrase is of no group");
                return 0;
            }
        }
    }
    return 1;
}

static int add_view(Engine *self, unsigned int form, PyObject *given)
{
    unsigned int kind, lead;
    int low, high, binary, lexicon;
    unsigned long long within, without;
    PyObject *rows, *hashes, *slots;
    if (!PyArg_ParseTuple(given, "IiipiIKKOOO", &kind, &low, &high, &binary, &lexicon, &lead,
                          &within, &without, &rows, &hashes, &slots))
        return 0;
    Py_buffer *row = hold(self, rows, sizeof(float));
    Py_buffer *hash = row ? hold(self, hashes, sizeof(uint64_t)) : NULL;
    Py_buffer *slot = hash ? hold(self, slots, sizeof(uint64_t)) : NULL;
    if (!slot)
        return 0;
    const size_t terms = (size_t)hash->len / sizeof(uint64_t);
    const size_t stride = (1 + (size_t)self->engine->labels[form]) * sizeof(float);
    if (kind > GROUPS || lexicon >= (int)self->engine->lexicons || terms > UINT32_MAX ||
        (size_t)row->len != terms * stride) {
        PyErr_SetString(PyExc_ValueError, "a view has parts that do not fit");
        return 0;
    }
    const struct view view = {
        .form = form,
        .binary = binary,
        .rows = row->buf,
        .hashes = hash->buf,
        .table = {.slots = slot->buf, .terms = (uint32_t)terms},
        .kind = kind,
        .low = low,
        .high = high,
        .lead = lead,
        .lexicon = lexicon < 0 ? NULL : self->engine->lexicon + lexicon,
        .within = within,
        .without = without,
        .slot_count = (size_t)slot->len / sizeof(uint64_t),
    };
    return !refused(engine_view(self->engine, view));
}

/* Engine(forms, lexicons, abbreviations, portable): see kernel.py. */
static int engine_init(Engine *self, PyObject *args, PyObject *Py_UNUSED(names))
{
    PyObject *forms, *lexicons, *abbreviations;
    int portable;
    if (self->engine) {
        PyErr_SetString(PyExc_ValueError, "an engine is made once");
        return -1;
    }
    if (!PyArg_ParseTuple(args, "O!O!O!p", &PyTuple_Type, &forms, &PyTuple_Type, &lexicons,
                          &PyTuple_Type, &abbreviations, &portable))
        return -1;
    const Py_ssize_t form_count = PyTuple_GET_SIZE(forms);
    Py_ssize_t views = 0;
    for (Py_ssize_t i = 0; i < form_count; i++) {
        PyObject *bias, *parts;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(forms, i), "OO!", &bias, &PyTuple_Type, &parts))
            return -1;
        views += PyTuple_GET_SIZE(parts);
    }
    if (form_count > MOST_FORMS) {
        PyErr_SetString(PyExc_ValueError, "more forms than one engine takes");
        return -1;
    }
    self->engine = engine_new((uint32_t)form_count, (uint32_t)views,
                              (uint32_t)PyTuple_GET_SIZE(lexicons));
    self->held = PyMem_Calloc((size_t)views * 3 + 1, sizeof *self->held);
    struct scratch *s = self->engine && self->held ? scratch_new(self->engine) : NULL;
    if (!s) {
        PyErr_NoMemory();
        return -1;
    }
    int fits = 1;
    for (Py_ssize_t i = 0; fits && i < PyTuple_GET_SIZE(abbreviations); i++) {
        Py_ssize_t length;
        const char *text = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(abbreviations, i), &length);
        fits = text && !refused(engine_abbreviation(self->engine, (const uint8_t *)text,
                                                    (size_t)length));
    }
    for (Py_ssize_t i = 0; fits && i < PyTuple_GET_SIZE(lexicons); i++)
        fits = add_lexicon(self, s, PyTuple_GET_ITEM(lexicons, i), self->engine->lexicon + i);
    scratch_free(self->engine, s);
    for (Py_ssize_t i = 0; fits && i < form_count; i++) {
        PyObject *bias, *parts;
        Py_buffer numbers;
        fits = PyArg_ParseTuple(PyTuple_GET_ITEM(forms, i), "OO", &bias, &parts) &&
               get_buffer(bias, &numbers, sizeof(float), 0);
        if (!fits)
            break;
        fits = !refused(engine_form(self->engine, (uint32_t)i, numbers.buf,
                                    (uint32_t)((size_t)numbers.len / sizeof(float))));
        PyBuffer_Release(&numbers);
        for (Py_ssize_t v = 0; fits && v < PyTuple_GET_SIZE(parts); v++)
            fits = add_view(self, (unsigned int)i, PyTuple_GET_ITEM(parts, v));
    }
    if (!fits || refused(engine_lay_out(self->engine, 0)))
        return -1;
    if (portable)
        self->engine->pass = &pass_portable;
    return 0;
}
