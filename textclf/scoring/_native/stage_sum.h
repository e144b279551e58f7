/* Stage 4: counts the terms in a span of the text, sums their weights, and lists what
 * each occurrence adds to a score.
 *
 * The score of a label is its bias plus, for each feature group, the dot product of the group's
 * TF-IDF vector with the weights of the label. A component of the vector is tf * idf, where tf is
 * 1 + ln(count), or 1 for a binary group, divided by the Euclidean norm of all components. The
 * first column of a group's rows is the idf; the label weights in its rows are multiplied by the
 * idf already. So one walk over the rows gives the norm and, for each label, the sum of
 * tf * weight.
 *
 * Included by stages.h, once for each instruction set.
 */

enum {
    ROW_BATCH = 64,   /* rows that are summed before the next columns of the same rows */
    MAX_COLUMNS = 24, /* label weights that are summed at a time: six AVX2 vectors of double */
    IDFS = 4,         /* idfs that are squared at a time: one AVX2 vector */
};

/* Counts terms: the counts of all terms of a channel, and the list of those that are not 0. */
struct term_tally {
    uint32_t *counts, *terms, length;
};

/* Adds `times` to the count of a term. Writes to the list without a branch: an entry is kept only
 * if the count was 0. */
static inline void tally_add(struct term_tally *tally, uint32_t term, uint32_t times)
{
    const uint32_t before = tally->counts[term];
    tally->counts[term] = before + times;
    tally->terms[tally->length] = term;
    tally->length += before == 0;
}

/* Returns the words of a span that the first-words limit of a channel leaves. */
static inline struct span limit_words(const struct channel *channel, struct span words)
{
    if (channel->first_words && words.end - words.start > channel->first_words)
        words.end = words.start + channel->first_words;
    return words;
}

/* The functions below count the terms of a channel in a span of words or chunks, and return
 * how many distinct terms there are. */
static uint32_t count_word_ngrams(struct workspace *ws, const struct channel *channel,
                                  const struct matches *matches, struct span words,
                                  struct term_tally tally)
{
    const uint32_t none = channel->table.term_count;
    uint32_t *known = ws->run_edges;
    for (int n = channel->min_n; n <= channel->max_n; n++) {
        const uint32_t *term_ids = matches->term_ids[n - channel->min_n];
        uint32_t count = 0;
        /* First drop what is no term, without a branch; then count. */
        for (uint32_t i = words.start; i + (uint32_t)n <= words.end; i++) {
            known[count] = term_ids[i];
            count += term_ids[i] != none;
        }
        for (uint32_t i = 0; i < count; i++)
            tally_add(&tally, known[i], 1);
    }
    return tally.length;
}

static uint32_t count_char_ngrams(struct workspace *ws, const struct matches *matches,
                                  struct span chunks, struct term_tally tally)
{
    const struct chunk_cache *cache = &matches->cache;
    uint32_t *distinct = ws->run_edges, count = 0;
    /* First count the chunks, then walk the terms of each distinct chunk once. */
    for (uint32_t i = chunks.start; i < chunks.end; i++) {
        struct cached_chunk *chunk = cache->chunks + matches->chunk_ids[i];
        distinct[count] = matches->chunk_ids[i];
        count += chunk->count++ == 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct cached_chunk *chunk = cache->chunks + distinct[i];
        const uint32_t *term_ids = cache->term_ids + chunk->first_term;
        const uint32_t terms = chunk->term_count, times = chunk->count;
        for (uint32_t k = 0; k < terms; k++)
            tally_add(&tally, term_ids[k], times);
        chunk->count = 0;
    }
    return tally.length;
}

/* Returns the lexicon n-grams of the sentences that have a word of the span. A text may have a
 * span for each sentence, so that looking at all n-grams would take quadratic time. */
static struct span lexicon_matches_near(const struct workspace *ws, const struct matches *matches,
                                        struct span words)
{
    const struct lexicon_match *lexicon = matches->lexicon;
    struct span near = {0, matches->lexicon_count};
    for (uint32_t high = near.end; near.start < high;) { /* sentences are in ascending order */
        const uint32_t middle = near.start + (high - near.start) / 2;
        if (ws->sentence_first_words[lexicon[middle].sentence + 1] <= words.start)
            near.start = middle + 1;
        else
            high = middle;
    }
    for (uint32_t low = near.start; low < near.end;) {
        const uint32_t middle = low + (near.end - low) / 2;
        if (ws->sentence_first_words[lexicon[middle].sentence] < words.end)
            low = middle + 1;
        else
            near.end = middle;
    }
    return near;
}

static uint32_t count_lexicon_ngrams(const struct workspace *ws, const struct matches *matches,
                                     struct span words, struct term_tally tally)
{
    const struct span near = lexicon_matches_near(ws, matches, words);
    for (uint32_t i = near.start; i < near.end; i++)
        if (matches->lexicon[i].first >= words.start && matches->lexicon[i].last < words.end)
            tally_add(&tally, matches->lexicon[i].term, 1);
    return tally.length;
}

/* Fills ws->terms, ws->term_counts and ws->term_tf with the distinct terms of a channel in a span,
 * their counts, and 1 + ln(count). */
STAGE void count_terms(const struct engine *engine, struct workspace *ws,
                       const struct channel *channel, const struct matches *matches,
                       struct span words, struct span chunks)
{
    const struct term_tally tally = {matches->term_counts, ws->terms, 0};
    const uint32_t length =
        channel->kind == WORD_NGRAMS   ? count_word_ngrams(ws, channel, matches, words, tally)
        : channel->kind == CHAR_NGRAMS ? count_char_ngrams(ws, matches, chunks, tally)
                                       : count_lexicon_ngrams(ws, matches, words, tally);
    const uint32_t *terms = ws->terms;
    uint32_t *term_counts = ws->term_counts;
    double *term_tf = ws->term_tf;
    for (uint32_t i = 0; i < length; i++) {
        const uint32_t count = tally.counts[terms[i]];
        tally.counts[terms[i]] = 0; /* ready for the next span */
        term_counts[i] = count;
        term_tf[i] = count < LOG_TF_SIZE ? engine->log_tf[count] : 1 + log((double)count);
    }
    ws->term_count = length;
}

/* Prefetches two cache lines of the row of a term, which is all of most rows. Behind the last term
 * of ws->terms is any number, so this may be any address; a prefetch of it does no harm. */
static inline void prefetch_row(const float *rows, size_t stride, uint32_t term)
{
    const uintptr_t row = (uintptr_t)rows + term * stride * sizeof *rows;
    __builtin_prefetch((const void *)row);
    __builtin_prefetch((const void *)(row + 64));
}

#ifdef USE_AVX2
/* The body of add_rows below for VECTORS vectors of four columns, which stay in registers. The
 * last vector is masked.
 *
 * ADJACENT: the idfs are right before the columns, and are summed as if they were columns too. So
 * one vector is loaded for both, which most often saves a load. Nobody reads the sums of idfs. */
#define ADD_ROWS(VECTORS, ADJACENT)                                                            \
    do {                                                                                       \
        __m256d sum[VECTORS], square = _mm256_loadu_pd(squares);                               \
        for (int v = 0; v < VECTORS; v++)                                                      \
            sum[v] = _mm256_loadu_pd(sums + 4 * v);                                            \
        for (uint32_t i = 0; i < count; i++) {                                                 \
            const float *row = rows + terms[i] * stride;                                       \
            prefetch_row(ADJACENT ? rows : rows + column, stride, terms[i + PREFETCH_ROWS]);   \
            const __m256d weight = _mm256_set1_pd(tf[i]);                                      \
            __m256d idf = weight;                                                              \
            if (!ADJACENT) {                                                                   \
                idf = _mm256_cvtps_pd(_mm_maskload_ps(row, idf_mask));                         \
                row += column;                                                                 \
            }                                                                                  \
            for (int v = 0; v < VECTORS; v++) {                                                \
                const float *at = row + 4 * v;                                                 \
                const __m256d part = _mm256_cvtps_pd(                                          \
                    v < VECTORS - 1 ? _mm_loadu_ps(at) : _mm_maskload_ps(at, mask));           \
                sum[v] = _mm256_fmadd_pd(weight, part, sum[v]);                                \
                if (ADJACENT && v == 0)                                                        \
                    idf = part;                                                                \
            }                                                                                  \
            idf = _mm256_mul_pd(weight, idf);                                                  \
            square = _mm256_fmadd_pd(idf, idf, square);                                        \
        }                                                                                      \
        for (int v = 0; v < VECTORS; v++)                                                      \
            _mm256_storeu_pd(sums + 4 * v, sum[v]);                                            \
        _mm256_storeu_pd(squares, square);                                                     \
    } while (0)

#define ADD_ROWS_OF(WIDTH, ADJACENT)                                                           \
    switch (((WIDTH) + 3) / 4) {                                                               \
    case 0:                                                                                    \
    case 1: ADD_ROWS(1, ADJACENT); break;                                                      \
    case 2: ADD_ROWS(2, ADJACENT); break;                                                      \
    case 3: ADD_ROWS(3, ADJACENT); break;                                                      \
    case 4: ADD_ROWS(4, ADJACENT); break;                                                      \
    case 5: ADD_ROWS(5, ADJACENT); break;                                                      \
    case 6: ADD_ROWS(6, ADJACENT); break;                                                      \
    default: ADD_ROWS(7, ADJACENT);                                                            \
    }

/* Returns the mask of the last vector of `width` floats: all ones for each float that is there. */
static __m128i last_vector_mask(size_t width)
{
    const int rest = width ? (int)((width - 1) % 4) + 1 : 0;
    return _mm_cmpgt_epi32(_mm_set1_epi32(rest), _mm_setr_epi32(0, 1, 2, 3));
}

/* Adds tf * weight to sums, (columns), and (tf * idf)^2 to squares, (idfs), for `count` terms.
 *
 * `rows` points to the first idf of row 0; the label weights begin `column` floats after it. There
 * are up to MAX_COLUMNS columns and up to IDFS idfs. Whole vectors are stored: up to three sums
 * and three squares more are overwritten with their own value, or with sums that nobody reads. */
static void add_rows(const float *rows, size_t stride, size_t column, size_t columns, size_t idfs,
                     const uint32_t *terms, const double *tf, uint32_t count, double *sums,
                     double *squares)
{
    const int adjacent = column == idfs && columns;
    const size_t width = adjacent ? idfs + columns : columns;
    const __m128i mask = last_vector_mask(width), idf_mask = last_vector_mask(idfs);
    sums -= adjacent ? idfs : 0;
    if (adjacent)
        ADD_ROWS_OF(width, 1)
    else
        ADD_ROWS_OF(width, 0)
}
#else
/* Adds tf * weight to sums, (columns), and (tf * idf)^2 to squares, (idfs), for `count` terms.
 * `rows` points to the first idf of row 0; the label weights begin `column` floats after it. */
static void add_rows(const float *rows, size_t stride, size_t column, size_t columns, size_t idfs,
                     const uint32_t *terms, const double *tf, uint32_t count, double *sums,
                     double *squares)
{
    for (uint32_t i = 0; i < count; i++) {
        const float *row = rows + terms[i] * stride;
        prefetch_row(rows + column, stride, terms[i + PREFETCH_ROWS]);
        for (size_t k = 0; k < columns; k++)
            sums[k] += tf[i] * row[column + k];
        for (size_t k = 0; k < idfs; k++)
            squares[k] += tf[i] * row[k] * (tf[i] * row[k]);
    }
}
#endif

/* Sums the rows of ws->terms for the feature groups first_group to before end_group of a channel:
 * fills the part of ws->column_sums that is about them, IDFS later than the label weights, and
 * ws->norms with 1 / norm, or 0, of each. Each sum is added up term by term, so that it has the
 * same bits before and after repacking. */
STAGE void sum_rows(struct workspace *ws, const struct channel *channel, size_t first_group,
                    size_t end_group)
{
    /* Columns are counted from the first label weight on: the idfs of all groups come before. */
    const size_t group_count = channel->group_count;
    const size_t first_column = channel->weight_columns[first_group] - group_count;
    const size_t end_column = end_group < group_count
                                  ? channel->weight_columns[end_group] - group_count
                                  : channel->weight_count;
    double ones[ROW_BATCH];
    double *sums = ws->column_sums + IDFS;
    memset(sums + first_column - IDFS, 0,
           (end_column - first_column + IDFS + SUM_PADDING) * sizeof *sums);
    memset(ws->norms + first_group, 0,
           (end_group - first_group + SUM_PADDING) * sizeof *ws->norms);
    for (uint32_t i = 0; i < ROW_BATCH; i++)
        ones[i] = 1;
    for (uint32_t start = 0; start < ws->term_count; start += ROW_BATCH) {
        const uint32_t rest = ws->term_count - start, count = rest < ROW_BATCH ? rest : ROW_BATCH;
        const double *tf = channel->binary ? ones : ws->term_tf + start;
        /* Each round takes the next columns and the next idfs, as long as there are any. */
        for (size_t group = first_group, column = first_column;
             group < end_group || column < end_column;) {
            const size_t idfs = end_group - group < IDFS ? end_group - group : IDFS;
            const size_t columns =
                end_column - column < MAX_COLUMNS ? end_column - column : MAX_COLUMNS;
            add_rows(channel->rows + group, channel->stride, group_count + column - group,
                     columns, idfs, ws->terms + start, tf, count, sums + column,
                     ws->norms + group);
            group += idfs;
            column += columns;
        }
    }
    for (size_t group = first_group; group < end_group; group++)
        ws->norms[group] = ws->norms[group] > 0 ? 1 / sqrt(ws->norms[group]) : 0;
}

/* Adds the scores of a span to scores[model], (label_count), for the models of the mask. */
static void sum_scores(const struct engine *engine, struct workspace *ws, struct span words,
                       struct span chunks, uint32_t models, double *const *scores)
{
    for (uint32_t c = 0; c < engine->channel_count; c++) {
        const struct channel *channel = engine->channels + c;
        if (!(channel->models & models))
            continue;
        /* Leave out the groups before the first and after the last that a model asks for. */
        uint32_t first = 0, end = channel->group_count;
        while (!(models >> engine->groups[channel->groups[first]].model & 1))
            first++;
        while (!(models >> engine->groups[channel->groups[end - 1]].model & 1))
            end--;
        const struct span limited = limit_words(channel, words);
        count_terms(engine, ws, channel, ws->matches + c, limited, chunks);
        sum_rows(ws, channel, first, end);
        for (uint32_t g = first; g < end; g++) {
            const struct feature_group *group = engine->groups + channel->groups[g];
            const double *sums =
                ws->column_sums + IDFS + channel->weight_columns[g] - channel->group_count;
            if (!(models >> group->model & 1) || ws->norms[g] == 0)
                continue;
            for (uint32_t k = 0; k < group->label_count; k++)
                scores[group->model][k] += ws->norms[g] * sums[k];
        }
    }
}

/* Lists the contribution of one occurrence, from the start of word or chunk `first` to the end of
 * `last`. Returns 0 if there is no memory. */
static int add_contribution(struct workspace *ws, uint32_t first, uint32_t last,
                            const uint32_t *starts, const uint32_t *ends, double weight)
{
    if (!grow_array((void **)&ws->contributions, &ws->contribution_capacity,
                    (size_t)ws->contribution_count + 1, sizeof *ws->contributions))
        return 0;
    uint64_t start = starts[first], end = ends[last];
    if (ws->has_char_offsets) {
        start = ws->char_offsets[start];
        end = ws->char_offsets[end - 1] + 1;
    }
    ws->contributions[ws->contribution_count++] =
        (struct contribution){start << 32 | end, weight};
    return 1;
}

/* Fills ws->occurrence_weights for one group, the `number`th of a channel: what one occurrence of
 * each counted term adds to the score of a label. A term that is count times in the span has
 * 1 / count of what it adds. NAN: the group does not have the term, so its idf is 0. */
static void weigh_occurrences(struct workspace *ws, const struct channel *channel, uint32_t number,
                              uint32_t label)
{
    double norm = 0;
    for (uint32_t i = 0; i < ws->term_count; i++) {
        const float *row = channel->rows + ws->terms[i] * channel->stride;
        prefetch_row(channel->rows, channel->stride, ws->terms[i + PREFETCH_ROWS]);
        const double tf = channel->binary ? 1 : ws->term_tf[i], component = tf * row[number];
        const double weight =
            tf / ws->term_counts[i] * row[channel->weight_columns[number] + label];
        ws->occurrence_weights[ws->terms[i]] = row[number] != 0 ? weight : NAN;
        norm += component * component;
    }
    norm = norm > 0 ? 1 / sqrt(norm) : 0;
    for (uint32_t i = 0; i < ws->term_count; i++)
        ws->occurrence_weights[ws->terms[i]] *= norm;
}

/* Lists what each occurrence in a span adds to the score of a label, for the `number`th group of a
 * channel. The n-grams of one chunk are one contribution. Returns 0 if there is no memory. */
static int add_group_contributions(struct workspace *ws, const struct channel *channel,
                                   const struct matches *matches, struct span words,
                                   struct span chunks, uint32_t number, uint32_t label)
{
    const double *weights = ws->occurrence_weights;
    int enough_memory = 1;
    weigh_occurrences(ws, channel, number, label);
    if (channel->kind == WORD_NGRAMS) {
        for (int n = channel->min_n; n <= channel->max_n; n++) {
            const uint32_t *term_ids = matches->term_ids[n - channel->min_n];
            for (uint32_t i = words.start; enough_memory && i + (uint32_t)n <= words.end; i++)
                if (term_ids[i] != channel->table.term_count && !isnan(weights[term_ids[i]]))
                    enough_memory = add_contribution(ws, i, i + (uint32_t)n - 1, ws->word_starts,
                                                     ws->word_ends, weights[term_ids[i]]);
        }
    } else if (channel->kind == CHAR_NGRAMS) {
        for (uint32_t i = chunks.start; enough_memory && i < chunks.end; i++) {
            const struct cached_chunk *chunk = matches->cache.chunks + matches->chunk_ids[i];
            const uint32_t *term_ids = matches->cache.term_ids + chunk->first_term;
            double sum = 0;
            int known = 0;
            for (uint32_t k = 0; k < chunk->term_count; k++)
                if (!isnan(weights[term_ids[k]])) {
                    sum += weights[term_ids[k]];
                    known = 1;
                }
            if (known)
                enough_memory =
                    add_contribution(ws, i, i, ws->chunk_starts, ws->chunk_ends, sum);
        }
    } else {
        const struct span near = lexicon_matches_near(ws, matches, words);
        for (uint32_t i = near.start; enough_memory && i < near.end; i++) {
            const struct lexicon_match *match = matches->lexicon + i;
            if (match->first >= words.start && match->last < words.end &&
                !isnan(weights[match->term]))
                enough_memory = add_contribution(ws, match->first, match->last, ws->word_starts,
                                                 ws->word_ends, weights[match->term]);
        }
    }
    return enough_memory;
}

/* Lists what each occurrence in a span adds to the score of a label, for all groups of a model. */
static enum status find_contributions(const struct engine *engine, struct workspace *ws,
                                      struct span words, struct span chunks, uint32_t model,
                                      uint32_t label)
{
    ws->contribution_count = 0;
    for (uint32_t c = 0; c < engine->channel_count; c++) {
        const struct channel *channel = engine->channels + c;
        if (!(channel->models >> model & 1))
            continue;
        const struct span limited = limit_words(channel, words);
        count_terms(engine, ws, channel, ws->matches + c, limited, chunks);
        for (uint32_t g = 0; g < channel->group_count; g++)
            if (engine->groups[channel->groups[g]].model == model &&
                !add_group_contributions(ws, channel, ws->matches + c, limited, chunks, g, label))
                return NO_MEMORY;
    }
    return OK;
}
