/* Plain arithmetic on buffers, which saves the time to import NumPy: probabilities from scores,
 * and two checks of the numbers of a model file.
 *
 * Included by python_module.c.
 */
#include <math.h>

/* Computes the probabilities, (labels), of one row of scores, (labels), and the number of the
 * label with the highest ratio of probability to threshold. DecisionRule in
 * scoring/decision_rule.py holds the same arithmetic for arrays.
 *
 * slope, intercept and threshold: (labels). `single`: one label for each text, else each label is
 * a yes or no. `epsilon` is the share of a uniform distribution that is mixed in. */
static void decide_row(const double *scores, size_t labels, int single, const double *slope,
                       const double *intercept, const double *threshold, double epsilon,
                       double *probs, int64_t *best)
{
    double highest = -INFINITY, sum = 0;
    for (size_t k = 0; k < labels; k++) {
        probs[k] = scores[k] * slope[k] + intercept[k];
        highest = probs[k] > highest ? probs[k] : highest;
    }
    /* Softmax. The highest is subtracted so that exp cannot overflow. */
    for (size_t k = 0; single && k < labels; k++)
        sum += probs[k] = exp(probs[k] - highest);
    *best = 0;
    for (size_t k = 0; k < labels; k++) {
        /* The logistic function of x is (1 + tanh(x / 2)) / 2, which cannot overflow. */
        probs[k] = single ? epsilon / (double)labels + (1 - epsilon) * (probs[k] / sum)
                          : epsilon / 2 + (1 - epsilon) * 0.5 * (1 + tanh(probs[k] / 2));
        if (probs[k] / threshold[k] > probs[*best] / threshold[*best])
            *best = (int64_t)k;
    }
}

/* decide(scores, single, slope, intercept, threshold, epsilon, probs, best): fills probs and best.
 *
 * scores and probs: (rows, labels) of float64; slope, intercept and threshold: (labels) of
 * float64; best: (rows) of int64. */
static PyObject *decide(PyObject *Py_UNUSED(module), PyObject *args)
{
    enum { SCORES, SLOPE, INTERCEPT, THRESHOLD, PROBS, BEST, BUFFERS };
    PyObject *objects[BUFFERS];
    Py_buffer buffers[BUFFERS];
    int single, acquired = 0;
    double epsilon;
    if (!PyArg_ParseTuple(args, "OpOOOdOO", objects + SCORES, &single, objects + SLOPE,
                          objects + INTERCEPT, objects + THRESHOLD, &epsilon, objects + PROBS,
                          objects + BEST))
        return NULL;
    while (acquired < BUFFERS &&
           get_buffer(objects[acquired], buffers + acquired, 8, acquired >= PROBS))
        acquired++;
    if (acquired == BUFFERS) {
        const size_t labels = (size_t)buffers[SLOPE].len / 8;
        const size_t total = (size_t)buffers[SCORES].len / 8;
        const size_t rows = labels ? total / labels : 0;
        if (!labels || rows * labels != total || buffers[INTERCEPT].len != buffers[SLOPE].len ||
            buffers[THRESHOLD].len != buffers[SLOPE].len ||
            buffers[PROBS].len != buffers[SCORES].len || (size_t)buffers[BEST].len != rows * 8)
            PyErr_SetString(PyExc_ValueError, "the buffers of a decision have lengths that differ");
        for (size_t row = 0; !PyErr_Occurred() && row < rows; row++)
            decide_row((double *)buffers[SCORES].buf + row * labels, labels, single,
                       buffers[SLOPE].buf, buffers[INTERCEPT].buf, buffers[THRESHOLD].buf, epsilon,
                       (double *)buffers[PROBS].buf + row * labels,
                       (int64_t *)buffers[BEST].buf + row);
    }
    while (acquired)
        PyBuffer_Release(buffers + --acquired);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

/* min_of_first(numbers, width): the lowest first number of all rows of so many float32 numbers;
 * NaN if any number is not finite. */
static PyObject *min_of_first(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *object;
    Py_buffer buffer;
    Py_ssize_t width;
    if (!PyArg_ParseTuple(args, "On", &object, &width) ||
        !get_buffer(object, &buffer, sizeof(float), 0))
        return NULL;
    const float *numbers = buffer.buf;
    const size_t count = (size_t)buffer.len / sizeof(float);
    /* Infinity and NaN have all bits of the exponent set. Integers are compared eight at once. */
    const uint32_t *bits = buffer.buf, exponent = 0x7f800000;
    uint32_t not_finite = 0;
    double lowest = INFINITY;
    for (size_t i = 0; i < count; i++)
        not_finite |= (bits[i] & exponent) == exponent;
    for (size_t i = 0; width > 0 && i < count; i += (size_t)width)
        lowest = numbers[i] < lowest ? (double)numbers[i] : lowest;
    PyBuffer_Release(&buffer);
    return PyFloat_FromDouble(not_finite ? NAN : lowest);
}

/* held(slots, row_bits): how many slots of a hash table are not empty, how many have a row, and
 * the highest row + 1. */
static PyObject *count_slots(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *object;
    Py_buffer buffer;
    unsigned int row_bits;
    if (!PyArg_ParseTuple(args, "OI", &object, &row_bits) ||
        !get_buffer(object, &buffer, sizeof(uint64_t), 0))
        return NULL;
    const uint64_t *slots = buffer.buf, row_mask = ((uint64_t)1 << (row_bits & 63)) - 1;
    const size_t count = (size_t)buffer.len / sizeof(uint64_t);
    uint64_t full = 0, with_row = 0, highest = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t row_plus_1 = slots[i] & row_mask;
        full += slots[i] != 0;
        with_row += row_plus_1 != 0;
        highest = row_plus_1 > highest ? row_plus_1 : highest;
    }
    PyBuffer_Release(&buffer);
    return Py_BuildValue("(KKK)", (unsigned long long)full, (unsigned long long)with_row,
                         (unsigned long long)highest);
}
