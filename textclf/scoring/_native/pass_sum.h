/* Sums the rows of the terms that stand in a stretch of the text.
 *
 * Included by pass.h, once for each set of instructions.
 */

enum { BATCH = 64, COLUMNS = 24, SCALES = 4 };

/* The counts of a channel's terms, and the list of those that are not 0. */
struct tally {
    uint32_t *counts, *terms, length;
};

static inline void add(struct tally *tally, uint32_t term, uint32_t times)
{
    const uint32_t before = tally->counts[term];
    tally->counts[term] = before + times;
    tally->terms[tally->length] = term;
    tally->length += before == 0;
}

/* Returns the words of a stretch that a channel looks at. */
static inline struct span seen(const struct channel *channel, struct span words)
{
    if (channel->lead && words.end - words.start > channel->lead)
        words.end = words.start + channel->lead;
    return words;
}

static uint32_t count_in_words(struct scratch *s, const struct channel *channel,
                               const struct found *found, struct span words, struct tally tally)
{
    const uint32_t none = channel->table.terms;
    uint32_t *known = s->edges;
    for (int n = channel->low; n <= channel->high; n++) {
        const uint32_t *ids = found->ids[n - channel->low];
        uint32_t count = 0;
        for (uint32_t i = words.start; i + (uint32_t)n <= words.end; i++) {
            known[count] = ids[i];
            count += ids[i] != none;
        }
        for (uint32_t i = 0; i < count; i++)
            add(&tally, known[i], 1);
    }
    return tally.length;
}

static uint32_t count_in_chunks(struct scratch *s, const struct found *found, struct span chunks,
                                struct tally tally)
{
    const struct chunks *cache = &found->cache;
    uint32_t *distinct = s->edges, count = 0;
    for (uint32_t i = chunks.start; i < chunks.end; i++) {
        struct chunk *chunk = cache->chunk + found->refs[i];
        distinct[count] = found->refs[i];
        count += chunk->times++ == 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct chunk *chunk = cache->chunk + distinct[i];
        const uint32_t *ids = cache->arena + chunk->at, terms = chunk->terms, times = chunk->times;
        for (uint32_t k = 0; k < terms; k++)
            add(&tally, ids[k], times);
        chunk->times = 0;
    }
    return tally.length;
}

static uint32_t count_in_marks(const struct found *found, struct span words, struct tally tally)
{
    for (uint32_t i = 0; i < found->marked; i++)
        if (found->marks[i].first >= words.start && found->marks[i].last < words.end)
            add(&tally, found->marks[i].term, 1);
    return tally.length;
}

/* Leaves in s->terms each term of the channel in a stretch once, how often, and 1 + ln of it. */
STAGE void count_terms(const struct engine *engine, struct scratch *s,
                       const struct channel *channel, const struct found *found,
                       struct span words, struct span chunks)
{
    const struct tally tally = {found->counts, s->terms, 0};
    const uint32_t length = channel->kind == WORDS
                                ? count_in_words(s, channel, found, words, tally)
                            : channel->kind == CHARS ? count_in_chunks(s, found, chunks, tally)
                                                     : count_in_marks(found, words, tally);
    const uint32_t *terms = s->terms;
    uint32_t *times = s->times;
    double *logs = s->logs;
    for (uint32_t i = 0; i < length; i++) {
        const uint32_t count = tally.counts[terms[i]];
        tally.counts[terms[i]] = 0;
        times[i] = count;
        logs[i] = count < LOGS ? engine->logs[count] : 1 + log((double)count);
    }
    s->term_count = length;
}

/* Asks for the row of a term: two lines of the cache, which is all of most rows. What stands behind
 * the last term is any number, so this may be any address, and none that is read. */
static inline void ask_for(const float *first, size_t stride, uint32_t term)
{
    const uintptr_t row = (uintptr_t)first + term * stride * sizeof *first;
    __builtin_prefetch((const void *)row);
    __builtin_prefetch((const void *)(row + 64));
}

#ifdef WIDE
/* Adds up to 4 * PARTS columns of each row, and the squares of up to four scales. The last four of
 * the columns are masked.
 *
 * WHOLE: the scales stand right before the columns, and are columns themselves. So most often one
 * vector less is loaded, for sums of scales that nobody asks for. */
#define ADD_ROWS(PARTS, WHOLE)                                                                 \
    do {                                                                                       \
        __m256d sum[PARTS], square = _mm256_loadu_pd(squares);                                 \
        for (int p = 0; p < PARTS; p++)                                                        \
            sum[p] = _mm256_loadu_pd(sums + 4 * p);                                            \
        for (uint32_t i = 0; i < count; i++) {                                                 \
            const float *row = first + rows[i] * stride;                                       \
            ask_for(WHOLE ? first : first + column, stride, rows[i + ROWS_AHEAD]);             \
            const __m256d weight = _mm256_set1_pd(weights[i]);                                 \
            __m256d scale = weight;                                                            \
            if (!WHOLE) {                                                                      \
                scale = _mm256_cvtps_pd(_mm_maskload_ps(row, scale_mask));                     \
                row += column;                                                                 \
            }                                                                                  \
            for (int p = 0; p < PARTS; p++) {                                                  \
                const float *at = row + 4 * p;                                                 \
                const __m256d part = _mm256_cvtps_pd(                                          \
                    p < PARTS - 1 ? _mm_loadu_ps(at) : _mm_maskload_ps(at, mask));             \
                sum[p] = _mm256_fmadd_pd(weight, part, sum[p]);                                \
                if (WHOLE && p == 0)                                                           \
                    scale = part;                                                              \
            }                                                                                  \
            scale = _mm256_mul_pd(weight, scale);                                              \
            square = _mm256_fmadd_pd(scale, scale, square);                                    \
        }                                                                                      \
        for (int p = 0; p < PARTS; p++)                                                        \
            _mm256_storeu_pd(sums + 4 * p, sum[p]);                                            \
        _mm256_storeu_pd(squares, square);                                                     \
    } while (0)

#define ADD_ROWS_OF(NUMBERS, WHOLE)                                                            \
    switch (((NUMBERS) + 3) / 4) {                                                             \
    case 0:                                                                                    \
    case 1: ADD_ROWS(1, WHOLE); break;                                                         \
    case 2: ADD_ROWS(2, WHOLE); break;                                                         \
    case 3: ADD_ROWS(3, WHOLE); break;                                                         \
    case 4: ADD_ROWS(4, WHOLE); break;                                                         \
    case 5: ADD_ROWS(5, WHOLE); break;                                                         \
    case 6: ADD_ROWS(6, WHOLE); break;                                                         \
    default: ADD_ROWS(7, WHOLE);                                                               \
    }

/* Returns the mask of the last vector of so many numbers. */
static __m128i mask_of(size_t wide)
{
    const int rest = wide ? (int)((wide - 1) % 4) + 1 : 0;
    return _mm_cmpgt_epi32(_mm_set1_epi32(rest), _mm_setr_epi32(0, 1, 2, 3));
}

/* Adds up to COLUMNS columns from `column` on, and the squares of the first `scales` columns. */
static void add_rows(const float *first, size_t stride, size_t column, size_t columns,
                     size_t scales, const uint32_t *rows, const double *weights, uint32_t count,
                     double *sums, double *squares)
{
    const int whole = column == scales && columns;
    const size_t wide = whole ? scales + columns : columns;
    const __m128i mask = mask_of(wide), scale_mask = mask_of(scales);
    sums -= whole ? scales : 0;
    if (whole)
        ADD_ROWS_OF(wide, 1)
    else
        ADD_ROWS_OF(wide, 0)
}
#else
static void add_rows(const float *first, size_t stride, size_t column, size_t columns,
                     size_t scales, const uint32_t *rows, const double *weights, uint32_t count,
                     double *sums, double *squares)
{
    for (uint32_t i = 0; i < count; i++) {
        const float *row = first + rows[i] * stride;
        ask_for(first + column, stride, rows[i + ROWS_AHEAD]);
        for (size_t k = 0; k < columns; k++)
            sums[k] += weights[i] * row[column + k];
        for (size_t k = 0; k < scales; k++)
            squares[k] += weights[i] * row[k] * (weights[i] * row[k]);
    }
}
#endif

/* Sums the rows of s->terms for the views from `first` to before `views`: s->sums of each column of
 * their weights, s->norms 1 / norm, or 0, of each. Each sum goes term by term, so that it is the
 * same however the engine is laid out. */
STAGE void sum_rows(struct scratch *s, const struct channel *channel, size_t first, size_t views)
{
    const size_t start_column = channel->offsets[first] - channel->views;
    const size_t columns =
        views < channel->views ? channel->offsets[views] - channel->views : channel->columns;
    double ones[BATCH];
    double *sums = s->sums + SCALES;
    memset(sums + start_column - SCALES, 0,
           (columns - start_column + SCALES + PADDED) * sizeof *sums);
    memset(s->norms + first, 0, (views - first + PADDED) * sizeof *s->norms);
    for (uint32_t i = 0; i < BATCH; i++)
        ones[i] = 1;
    for (uint32_t start = 0; start < s->term_count; start += BATCH) {
        const uint32_t rest = s->term_count - start, count = rest < BATCH ? rest : BATCH;
        const double *weights = channel->binary ? ones : s->logs + start;
        /* Each round takes the next columns and the next scales, as long as there are some. */
        for (size_t view = first, column = start_column; view < views || column < columns;) {
            const size_t scales = views - view < SCALES ? views - view : SCALES;
            const size_t wide = columns - column < COLUMNS ? columns - column : COLUMNS;
            add_rows(channel->rows + view, channel->stride, channel->views + column - view, wide,
                     scales, s->terms + start, weights, count, sums + column, s->norms + view);
            view += scales;
            column += wide;
        }
    }
    for (size_t v = first; v < views; v++)
        s->norms[v] = s->norms[v] > 0 ? 1 / sqrt(s->norms[v]) : 0;
}

static void sum_stretch(const struct engine *engine, struct scratch *s, struct span words,
                        struct span chunks, uint32_t forms, double *const *scores)
{
    for (uint32_t c = 0; c < engine->channels; c++) {
        const struct channel *channel = engine->channel + c;
        if (!(channel->all & forms))
            continue;
        uint32_t first = 0, end = channel->views;
        while (!(forms >> engine->view[channel->view[first]].form & 1))
            first++;
        while (!(forms >> engine->view[channel->view[end - 1]].form & 1))
            end--;
        const struct span these = seen(channel, words);
        count_terms(engine, s, channel, s->found + c, these, chunks);
        sum_rows(s, channel, first, end);
        for (uint32_t v = first; v < end; v++) {
            const struct view *view = engine->view + channel->view[v];
            const double *sums = s->sums + SCALES + channel->offsets[v] - channel->views;
            if (!(forms >> view->form & 1) || s->norms[v] == 0)
                continue;
            for (uint32_t k = 0; k < view->labels; k++)
                scores[view->form][k] += s->norms[v] * sums[k];
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
static void price(struct scratch *s, const struct channel *channel, uint32_t number, uint32_t label)
{
    double norm = 0;
    for (uint32_t i = 0; i < s->term_count; i++) {
        const float *row = channel->rows + s->terms[i] * channel->stride;
        ask_for(channel->rows, channel->stride, s->terms[i + ROWS_AHEAD]);
        const double weight = channel->binary ? 1 : s->logs[i], part = weight * row[number];
        const double worth = weight / s->times[i] * row[channel->offsets[number] + label];
        s->worth[s->terms[i]] = row[number] != 0 ? worth : NAN;
        norm += part * part;
    }
    norm = norm > 0 ? 1 / sqrt(norm) : 0;
    for (uint32_t i = 0; i < s->term_count; i++)
        s->worth[s->terms[i]] *= norm;
}

/* Gives each place in the stretch what its terms add in one view. */
static int weigh_view(struct scratch *s, const struct channel *channel, const struct found *found, struct span words, struct span chunks,
                      uint32_t number, uint32_t label)
{
    const double *worth = s->worth;
    int fits = 1;
    price(s, channel, number, label);
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
        const struct span these = seen(channel, words);
        count_terms(engine, s, channel, s->found + c, these, chunks);
        for (uint32_t v = 0; v < channel->views; v++)
            if (engine->view[channel->view[v]].form == form &&
                !weigh_view(s, channel, s->found + c, these, chunks, v, label))
                return NO_MEMORY;
    }
    return DONE;
}
