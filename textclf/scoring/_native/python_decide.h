/* Plain arithmetic on buffers that would else wait for numpy to be imported: what scores mean,
 * and whether the numbers of a model file can be.
 *
 * Included by python_module.c.
 */
#include <math.h>

/* The probabilities of one row of scores, and the place of the single label: see linear.py. */
static void decide_row(const double *scores, size_t labels, int single, const double *slope,
                       const double *intercept, const double *threshold, double doubt,
                       double *probs, int64_t *best)
{
    double most = -INFINITY, sum = 0;
    for (size_t k = 0; k < labels; k++) {
        probs[k] = scores[k] * slope[k] + intercept[k];
        most = probs[k] > most ? probs[k] : most;
    }
    for (size_t k = 0; single && k < labels; k++)
        sum += probs[k] = exp(probs[k] - most);
    *best = 0;
    for (size_t k = 0; k < labels; k++) {
        probs[k] = single ? doubt / (double)labels + (1 - doubt) * (probs[k] / sum)
                          : doubt / 2 + (1 - doubt) * 0.5 * (1 + tanh(probs[k] / 2));
        if (probs[k] / threshold[k] > probs[*best] / threshold[*best])
            *best = (int64_t)k;
    }
}

/* decide(scores, single, slope, intercept, threshold, doubt, probs, best): fills the last two. */
static PyObject *decide(PyObject *Py_UNUSED(module), PyObject *args)
{
    enum { SCORES, SLOPE, INTERCEPT, THRESHOLD, PROBS, BEST, BUFFERS };
    PyObject *given[BUFFERS];
    Py_buffer buffer[BUFFERS];
    int single, held = 0;
    double doubt;
    if (!PyArg_ParseTuple(args, "OpOOOdOO", given + SCORES, &single, given + SLOPE,
                          given + INTERCEPT, given + THRESHOLD, &doubt, given + PROBS,
                          given + BEST))
        return NULL;
    while (held < BUFFERS && get_buffer(given[held], buffer + held, 8, held >= PROBS))
        held++;
    if (held == BUFFERS) {
        const size_t labels = (size_t)buffer[SLOPE].len / 8, total = (size_t)buffer[SCORES].len / 8;
        const size_t rows = labels ? total / labels : 0;
        if (!labels || rows * labels != total || buffer[INTERCEPT].len != buffer[SLOPE].len ||
            buffer[THRESHOLD].len != buffer[SLOPE].len ||
            buffer[PROBS].len != buffer[SCORES].len || (size_t)buffer[BEST].len != rows * 8)
            PyErr_SetString(PyExc_ValueError, "the buffers of a decision do not fit");
        for (size_t row = 0; !PyErr_Occurred() && row < rows; row++)
            decide_row((double *)buffer[SCORES].buf + row * labels, labels, single,
                       buffer[SLOPE].buf, buffer[INTERCEPT].buf, buffer[THRESHOLD].buf, doubt,
                       (double *)buffer[PROBS].buf + row * labels,
                       (int64_t *)buffer[BEST].buf + row);
    }
    while (held)
        PyBuffer_Release(buffer + --held);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

/* least(numbers, step) -> the least of each step's first; NaN where any number is not finite. */
static PyObject *least(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *given;
    Py_buffer numbers;
    Py_ssize_t step;
    if (!PyArg_ParseTuple(args, "On", &given, &step) ||
        !get_buffer(given, &numbers, sizeof(float), 0))
        return NULL;
    const float *number = numbers.buf;
    const size_t count = (size_t)numbers.len / sizeof(float);
    const uint32_t *bits = numbers.buf, infinite = 0x7f800000;
    uint32_t odd = 0;
    double found = INFINITY;
    for (size_t i = 0; i < count; i++)
        odd |= (bits[i] & infinite) == infinite;
    for (size_t i = 0; step > 0 && i < count; i += (size_t)step)
        found = number[i] < found ? (double)number[i] : found;
    PyBuffer_Release(&numbers);
    return PyFloat_FromDouble(odd ? NAN : found);
}

/* held(slots, row_bits) -> how many slots are not empty, how many hold a row, the highest row. */
static PyObject *held(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *given;
    Py_buffer slots;
    unsigned int row_bits;
    if (!PyArg_ParseTuple(args, "OI", &given, &row_bits) ||
        !get_buffer(given, &slots, sizeof(uint64_t), 0))
        return NULL;
    const uint64_t *slot = slots.buf, mask = ((uint64_t)1 << (row_bits & 63)) - 1;
    const size_t count = (size_t)slots.len / sizeof(uint64_t);
    uint64_t full = 0, rows = 0, most = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t row = slot[i] & mask;
        full += slot[i] != 0;
        rows += row != 0;
        most = row > most ? row : most;
    }
    PyBuffer_Release(&slots);
    return Py_BuildValue("(KKK)", (unsigned long long)full, (unsigned long long)rows,
                         (unsigned long long)most);
}
