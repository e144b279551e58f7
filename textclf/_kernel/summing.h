/* Sums the rows of the terms that stand in a stretch of the text.
 *
 * Included by pass.h, once for each set of instructions.
 */

enum { BATCH = 64, COLUMNS = 24 };

static inline void add(struct scratch *s, uint32_t *counts, uint32_t term, uint32_t times)
{
    s->terms[s->term_count] = term;
    s->term_count += counts[term] == 0;
    counts[term] += times;
}

static void count_in_words(struct scratch *s, const struct channel *channel, struct found *found,
                           struct span words)
{
    uint32_t *known = s->edges;
    for (int n = channel->low; n <= channel->high; n++) {
        const uint32_t *ids = found->ids[n - channel->low];
        uint32_t count = 0;
        for (uint32_t i = words.start; i + (uint32_t)n <= words.end; i++) {
            known[count] = ids[i];
            count += ids[i] != channel->table.terms;
        }
        for (uint32_t i = 0; i < count; i++)
            add(s, found->counts, known[i], 1);
    }
}

static void count_in_chunks(struct scratch *s, struct found *found, struct span chunks)
{
    struct chunks *cache = &found->cache;
    uint32_t *distinct = s->edges, count = 0;
    for (uint32_t i = chunks.start; i < chunks.end; i++) {
        struct chunk *chunk = cache->chunk + found->refs[i];
        distinct[count] = found->refs[i];
        count += chunk->times++ == 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct chunk *chunk = cache->chunk + distinct[i];
        const uint32_t *ids = cache->arena + chunk->at;
        for (uint32_t k = 0; k < chunk->terms; k++)
            add(s, found->counts, ids[k], chunk->times);
        chunk->times = 0;
    }
}

/* Leaves in s->terms each term of the channel in a stretch once, how often, and 1 + ln of it. */
STAGE void count_terms(const struct engine *engine, struct scratch *s,
                       const struct channel *channel, struct found *found, struct span words,
                       struct span chunks)
{
    s->term_count = 0;
    if (channel->kind == WORDS)
        count_in_words(s, channel, found, words);
    else if (channel->kind == CHARS)
        count_in_chunks(s, found, chunks);
    else
        for (uint32_t i = 0; i < found->marked; i++)
            if (found->marks[i].first >= words.start && found->marks[i].last < words.end)
                add(s, found->counts, found->marks[i].term, 1);
    for (uint32_t i = 0; i < s->term_count; i++) {
        uint32_t *count = found->counts + s->terms[i];
        s->times[i] = *count;
        s->logs[i] = *count < LOGS ? engine->logs[*count] : 1 + log((double)*count);
        *count = 0;
    }
}

#ifdef __AVX2__
/* Adds up to 4 * PARTS columns of each row, the last part masked, and the norm. */
#define ADD_ROWS(PARTS)                                                                        \
    do {                                                                                       \
        __m256d sum[PARTS];                                                                    \
        for (int p = 0; p < PARTS; p++)                                                        \
            sum[p] = _mm256_setzero_pd();                                                      \
        for (uint32_t i = 0; i < count; i++) {                                                 \
            const float *row = first + rows[i] * stride + column;                                               \
            const __m256d weight = _mm256_set1_pd(weights[i]);                                 \
            for (int p = 0; p < PARTS - 1; p++)                                                \
                sum[p] = _mm256_fmadd_pd(weight, _mm256_cvtps_pd(_mm_loadu_ps(row + 4 * p)),   \
                                         sum[p]);                                              \
            sum[PARTS - 1] = _mm256_fmadd_pd(                                                  \
                weight, _mm256_cvtps_pd(_mm_maskload_ps(row + 4 * (PARTS - 1), mask)),         \
                sum[PARTS - 1]);                                                               \
        }                                                                                      \
        for (int p = 0; p < PARTS; p++)                                                        \
            _mm256_storeu_pd(sums + column + 4 * p,                                            \
                             _mm256_add_pd(sum[p], _mm256_loadu_pd(sums + column + 4 * p)));   \
    } while (0)

STAGE void add_rows(const float *first, size_t stride, const uint32_t *rows,
                    const double *weights, uint32_t count, double *sums)
{
    const uint32_t labels = (uint32_t)stride - 1;
    for (uint32_t column = 0; column < labels; column += COLUMNS) {
        const uint32_t wide = labels - column < COLUMNS ? labels - column : COLUMNS;
        const int rest = (int)((wide - 1) & 3) + 1;
        const __m128i mask = _mm_cmpgt_epi32(_mm_set1_epi32(rest), _mm_setr_epi32(0, 1, 2, 3));
        switch ((wide + 3) / 4) {
        case 1: ADD_ROWS(1); break;
        case 2: ADD_ROWS(2); break;
        case 3: ADD_ROWS(3); break;
        case 4: ADD_ROWS(4); break;
        case 5: ADD_ROWS(5); break;
        default: ADD_ROWS(6);
        }
    }
}
#else
STAGE void add_rows(const float *first, size_t stride, const uint32_t *rows,
                    const double *weights, uint32_t count, double *sums)
{
    const size_t labels = stride - 1;
    uint32_t i = 0;
    for (; i + 4 <= count; i += 4) {
        const float *a = first + rows[i] * stride, *b = first + rows[i + 1] * stride;
        const float *c = first + rows[i + 2] * stride, *d = first + rows[i + 3] * stride;
        const double *w = weights + i;
        for (size_t k = 0; k < labels; k++)
            sums[k] += (w[0] * a[k] + w[1] * b[k]) + (w[2] * c[k] + w[3] * d[k]);
    }
    for (; i < count; i++)
        for (size_t k = 0; k < labels; k++)
            sums[k] += weights[i] * first[rows[i] * stride + k];
}
#endif

/* The rows of some terms in one view, and what they weigh. */
struct batch {
    uint32_t rows[BATCH], count;
    double weights[BATCH];
};

static void sum_batch(const struct view *view, struct batch *batch, double *norm, double *sums)
{
    const size_t stride = 1 + (size_t)view->labels;
    double even = 0, odd = 0;
    if (view->binary)
        for (uint32_t i = 0; i < batch->count; i++)
            batch->weights[i] = 1;
    batch->rows[batch->count] = 0;
    batch->weights[batch->count] = 0;
    for (uint32_t i = 0; i < batch->count; i += 2) {
        const double one = batch->weights[i] * view->rows[batch->rows[i] * stride];
        const double other = batch->weights[i + 1] * view->rows[batch->rows[i + 1] * stride];
        even += one * one;
        odd += other * other;
    }
    *norm += even + odd;
    add_rows(view->rows + 1, stride, batch->rows, batch->weights, batch->count, sums);
}

/* Sums the rows of s->terms in each view of the channel, into s->sums; norms are 1 / norm, or 0. */
STAGE void sum_views(const struct engine *engine, struct scratch *s, const struct channel *channel,
                     uint32_t forms, double *norms)
{
    const size_t room = engine->most_labels + PADDED;
    struct batch batches[AT_ONCE];
    for (uint32_t first = 0; first < channel->views; first += AT_ONCE) {
        const uint32_t left = channel->views - first, views = left < AT_ONCE ? left : AT_ONCE;
        memset(s->sums + first * room, 0, views * room * sizeof *s->sums);
        memset(norms + first, 0, views * sizeof *norms);
        for (uint32_t start = 0; start < s->term_count; start += BATCH - 1) {
            const uint32_t rest = s->term_count - start, count = rest < BATCH - 1 ? rest : BATCH - 1;
            for (uint32_t v = 0; v < views; v++) {
                const struct view *view = engine->view + channel->view[first + v];
                const size_t stride = 1 + (size_t)view->labels;
                struct batch *batch = batches + v;
                batch->count = 0;
                if (!(forms >> view->form & 1))
                    continue;
                for (uint32_t i = start; i < start + count; i++) {
                    const uint32_t term = s->terms[i];
                    const uint32_t row =
                        channel->links ? channel->links[(size_t)term * channel->wide + 1 + first + v]
                                       : term;
                    batch->rows[batch->count] = row;
                    batch->weights[batch->count] = s->logs[i];
                    batch->count += row != NOWHERE;
                }
                for (uint32_t i = 0; i < batch->count; i++) {
                    const float *row = view->rows + batch->rows[i] * stride;
                    __builtin_prefetch(row);
                    __builtin_prefetch(row + view->labels);
                }
            }
            for (uint32_t v = 0; v < views; v++)
                sum_batch(engine->view + channel->view[first + v], batches + v, norms + first + v,
                          s->sums + (first + v) * room);
        }
    }
    for (uint32_t v = 0; v < channel->views; v++)
        norms[v] = norms[v] > 0 ? 1 / sqrt(norms[v]) : 0;
}

static void sum_stretch(const struct engine *engine, struct scratch *s, struct span words,
                        struct span chunks, uint32_t forms, double *const *scores)
{
    const size_t room = engine->most_labels + PADDED;
    for (uint32_t c = 0; c < engine->channels; c++) {
        const struct channel *channel = engine->channel + c;
        if (!(channel->all & forms))
            continue;
        count_terms(engine, s, channel, s->found + c, words, chunks);
        sum_views(engine, s, channel, forms, s->norms);
        for (uint32_t v = 0; v < channel->views; v++) {
            const struct view *view = engine->view + channel->view[v];
            if (!(forms >> view->form & 1) || s->norms[v] == 0)
                continue;
            for (uint32_t k = 0; k < view->labels; k++)
                scores[view->form][k] += s->norms[v] * s->sums[v * room + k];
        }
    }
}

static int give(struct scratch *s, uint32_t first, uint32_t last, const uint32_t *starts,
                const uint32_t *ends, double weight)
{
    if (!grow((void **)&s->given, &s->given_room, (size_t)s->given_count + 1, sizeof *s->given))
        return 0;
    uint64_t start = starts[first], end = ends[last];
    if (s->has_places) {
        start = s->places[start];
        end = s->places[end - 1] + 1;
    }
    s->given[s->given_count++] = (struct place){start << 32 | end, weight};
    return 1;
}

/* Notes in s->worth what one occurrence of each term adds to the label's score; else NAN. */
static void price(const struct engine *engine, struct scratch *s, const struct channel *channel,
                  uint32_t number, uint32_t label)
{
    const struct view *view = engine->view + channel->view[number];
    const size_t stride = 1 + (size_t)view->labels;
    double norm = 0;
    for (uint32_t i = 0; i < s->term_count; i++) {
        const uint32_t term = s->terms[i];
        const uint32_t row =
            channel->links ? channel->links[(size_t)term * channel->wide + 1 + number] : term;
        double weight = view->binary ? 1 : s->logs[i];
        s->worth[term] = NAN;
        if (row == NOWHERE)
            continue;
        s->worth[term] = weight / s->times[i] * view->rows[row * stride + 1 + label];
        weight *= view->rows[row * stride];
        norm += weight * weight;
    }
    norm = norm > 0 ? 1 / sqrt(norm) : 0;
    for (uint32_t i = 0; i < s->term_count; i++)
        s->worth[s->terms[i]] *= norm;
}

/* Gives each place in the stretch what its terms add in one view. */
static int weigh_view(const struct engine *engine, struct scratch *s, const struct channel *channel,
                      const struct found *found, struct span words, struct span chunks,
                      uint32_t number, uint32_t label)
{
    const double *worth = s->worth;
    int fits = 1;
    price(engine, s, channel, number, label);
    if (channel->kind == WORDS) {
        for (int n = channel->low; n <= channel->high; n++) {
            const uint32_t *ids = found->ids[n - channel->low];
            for (uint32_t i = words.start; fits && i + (uint32_t)n <= words.end; i++)
                if (ids[i] != channel->table.terms && !isnan(worth[ids[i]]))
                    fits = give(s, i, i + (uint32_t)n - 1, s->starts, s->ends, worth[ids[i]]);
        }
    } else if (channel->kind == CHARS) {
        for (uint32_t i = chunks.start; fits && i < chunks.end; i++) {
            const struct chunk *chunk = found->cache.chunk + found->refs[i];
            const uint32_t *ids = found->cache.arena + chunk->at;
            double sum = 0;
            int known = 0;
            for (uint32_t k = 0; k < chunk->terms; k++)
                if (!isnan(worth[ids[k]])) {
                    sum += worth[ids[k]];
                    known = 1;
                }
            if (known)
                fits = give(s, i, i, s->chunk_starts, s->chunk_ends, sum);
        }
    } else {
        for (uint32_t i = 0; fits && i < found->marked; i++) {
            const struct mark *mark = found->marks + i;
            if (mark->first >= words.start && mark->last < words.end &&
                !isnan(worth[mark->term]))
                fits = give(s, mark->first, mark->last, s->starts, s->ends, worth[mark->term]);
        }
    }
    return fits;
}

/* Gives each place in the stretch what its terms add to a label's score of the stretch. */
static enum outcome weigh_stretch(const struct engine *engine, struct scratch *s,
                                  struct span words, struct span chunks, uint32_t form,
                                  uint32_t label)
{
    s->given_count = 0;
    for (uint32_t c = 0; c < engine->channels; c++) {
        const struct channel *channel = engine->channel + c;
        if (!(channel->all >> form & 1))
            continue;
        count_terms(engine, s, channel, s->found + c, words, chunks);
        for (uint32_t v = 0; v < channel->views; v++)
            if (engine->view[channel->view[v]].form == form &&
                !weigh_view(engine, s, channel, s->found + c, words, chunks, v, label))
                return NO_MEMORY;
    }
    return DONE;
}
