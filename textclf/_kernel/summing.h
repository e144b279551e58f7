/* Sums the rows of the terms that stand in a stretch of the text.
 *
 * Included by pass.h, once for each set of instructions.
 */

enum { BATCH = 128, COLUMNS = 24 };

static inline double weight_of(const struct engine *engine, const struct view *view, uint32_t times)
{
    if (view->binary)
        return 1;
    return times < LOGS ? engine->logs[times] : 1 + log((double)times);
}

static inline void add(struct scratch *s, uint32_t *counts, uint32_t term, uint32_t times)
{
    s->touched[s->touched_count] = term;
    s->touched_count += counts[term] == 0;
    counts[term] += times;
}

/* Counts the channel's terms in a stretch; s->touched then holds each once. */
static void count_terms(struct scratch *s, const struct channel *channel, struct found *found,
                        struct span words, struct span chunks)
{
    s->touched_count = 0;
    if (channel->kind == WORDS) {
        for (int n = channel->low; n <= channel->high; n++) {
            const uint32_t *ids = found->ids[n - channel->low];
            for (uint32_t i = words.start; i + (uint32_t)n <= words.end; i++)
                add(s, found->counts, ids[i], 1);
        }
    } else if (channel->kind == CHARS) {
        struct chunks *cache = &found->cache;
        uint32_t *distinct = s->edges, count = 0;
        for (uint32_t i = chunks.start; i < chunks.end; i++) {
            distinct[count] = found->refs[i];
            count += cache->chunk[found->refs[i]].times++ == 0;
        }
        for (uint32_t i = 0; i < count; i++) {
            struct chunk *chunk = cache->chunk + distinct[i];
            const uint32_t *ids = cache->arena + chunk->at;
            for (uint32_t k = 0; k < chunk->terms; k++)
                add(s, found->counts, ids[k], chunk->times);
            chunk->times = 0;
        }
    } else {
        for (uint32_t i = 0; i < found->marked; i++)
            if (found->marks[i].first >= words.start && found->marks[i].last < words.end)
                add(s, found->counts, found->marks[i].term, 1);
    }
}

static void forget_terms(struct scratch *s, struct found *found)
{
    for (uint32_t i = 0; i < s->touched_count; i++)
        found->counts[s->touched[i]] = 0;
}

#ifdef __AVX2__
/* Adds up to 4 * PARTS columns of each row, the last part masked, and the norm. */
#define ADD_ROWS(PARTS)                                                                        \
    do {                                                                                       \
        __m256d sum[PARTS];                                                                    \
        for (int p = 0; p < PARTS; p++)                                                        \
            sum[p] = _mm256_setzero_pd();                                                      \
        for (uint32_t i = 0; i < count; i++) {                                                 \
            const float *row = rows[i] + column;                                               \
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

static void add_rows(const float *const *rows, const double *weights, uint32_t count,
                     uint32_t labels, double *sums)
{
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
static void add_rows(const float *const *rows, const double *weights, uint32_t count,
                     uint32_t labels, double *sums)
{
    uint32_t i = 0;
    for (; i + 4 <= count; i += 4) {
        const float *a = rows[i], *b = rows[i + 1], *c = rows[i + 2], *d = rows[i + 3];
        const double *w = weights + i;
        for (uint32_t k = 0; k < labels; k++)
            sums[k] += (w[0] * a[k] + w[1] * b[k]) + (w[2] * c[k] + w[3] * d[k]);
    }
    for (; i < count; i++)
        for (uint32_t k = 0; k < labels; k++)
            sums[k] += weights[i] * rows[i][k];
}
#endif

/* Leaves the view's weighted sum in s->sums; returns 1 / norm, or 0 where it knows no term. */
static double sum_view(const struct engine *engine, struct scratch *s, const struct view *view,
                       const struct found *found)
{
    const size_t stride = 1 + (size_t)view->labels;
    const float *rows[BATCH];
    double weights[BATCH], norm = 0;
    memset(s->sums, 0, (view->labels + COLUMNS) * sizeof *s->sums);
    for (uint32_t done = 0; done < s->touched_count;) {
        uint32_t count = 0;
        for (; done < s->touched_count && count < BATCH; done++) {
            const uint32_t term = s->touched[done];
            const uint32_t row = view->map ? view->map[term] : term;
            if (row >= view->terms)
                continue;
            rows[count] = view->rows + row * stride + 1;
            weights[count] = weight_of(engine, view, found->counts[term]);
            __builtin_prefetch(rows[count]);
            __builtin_prefetch(rows[count] + 16);
            count++;
        }
        for (uint32_t i = 0; i < count; i++) {
            const double part = weights[i] * rows[i][-1];
            norm += part * part;
        }
        add_rows(rows, weights, count, view->labels, s->sums);
    }
    return norm > 0 ? 1 / sqrt(norm) : 0;
}

static void sum_stretch(const struct engine *engine, struct scratch *s, struct span words,
                        struct span chunks, uint32_t forms, double *const *scores)
{
    for (uint32_t c = 0; c < engine->channels; c++) {
        const struct channel *channel = engine->channel + c;
        if (!(channel->all & forms))
            continue;
        struct found *found = s->found + c;
        count_terms(s, channel, found, words, chunks);
        for (uint32_t v = 0; v < engine->views; v++) {
            const struct view *view = engine->view + v;
            if (view->channel != c || !(forms >> view->form & 1))
                continue;
            const double share = sum_view(engine, s, view, found);
            for (uint32_t k = 0; share != 0 && k < view->labels; k++)
                scores[view->form][k] += share * s->sums[k];
        }
        forget_terms(s, found);
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

/* Gives each place in the stretch what its terms add to a label's score of the stretch. */
static enum outcome weigh_stretch(const struct engine *engine, struct scratch *s,
                                  struct span words, struct span chunks, uint32_t form,
                                  uint32_t label)
{
    s->given_count = 0;
    for (uint32_t v = 0; v < engine->views; v++) {
        const struct view *view = engine->view + v;
        const struct channel *channel = engine->channel + view->channel;
        struct found *found = s->found + view->channel;
        if (view->form != form)
            continue;
        count_terms(s, channel, found, words, chunks);
        const double share = sum_view(engine, s, view, found);
        double *worth = s->worth;
        for (uint32_t i = 0; i < s->touched_count; i++) {
            const uint32_t term = s->touched[i], times = found->counts[term];
            const uint32_t row = view->map ? view->map[term] : term;
            worth[term] = row >= view->terms ? NAN
                                             : share * weight_of(engine, view, times) / times *
                              view->rows[row * (1 + (size_t)view->labels) + 1 + label];
        }
        int fits = 1;
        if (channel->kind == WORDS) {
            for (int n = channel->low; n <= channel->high; n++) {
                const uint32_t *ids = found->ids[n - channel->low];
                for (uint32_t i = words.start; fits && i + (uint32_t)n <= words.end; i++)
                    if (!isnan(worth[ids[i]]))
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
        forget_terms(s, found);
        if (!fits)
            return NO_MEMORY;
    }
    return DONE;
}
