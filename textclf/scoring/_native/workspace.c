/* The memory of one thread, and the answers about the text that it read last. */
#include "workspace.h"

#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#define CACHE_LINE ((size_t)64)
#define LARGE_PAGE ((size_t)1 << 21)

#if defined(__x86_64__) && defined(__GNUC__)
extern const struct stages stages_avx2;

const struct stages *fastest_stages(void)
{
    __builtin_cpu_init();
    const int fits = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                     __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    return fits ? &stages_avx2 : &stages_portable;
}
#else
const struct stages *fastest_stages(void)
{
    return &stages_portable;
}
#endif

void *aligned_zeros(size_t size)
{
    const size_t alignment = size < LARGE_PAGE / 2 ? CACHE_LINE : LARGE_PAGE;
    size = (size + alignment - 1) & ~(alignment - 1);
    void *memory = aligned_alloc(alignment, size);
#ifdef MADV_HUGEPAGE
    /* Random access to a large table in small pages misses the TLB at almost every access. */
    if (memory && alignment == LARGE_PAGE)
        madvise(memory, size, MADV_HUGEPAGE);
#endif
    if (memory)
        memset(memory, 0, size);
    return memory;
}

int grow_array(void **array, uint32_t *capacity, size_t wanted, size_t size)
{
    if (wanted <= *capacity)
        return 1;
    size_t new_capacity = wanted + wanted / 2 + 64;
    if (new_capacity >= UINT32_MAX)
        return 0;
    void *grown = realloc(*array, new_capacity * size);
    if (!grown)
        return 0;
    *array = grown;
    *capacity = (uint32_t)new_capacity;
    return 1;
}

/* Takes `size` bytes of a block of memory, from byte *used on, and moves *used to the next cache
 * line. Without memory it only adds up how large the block must be. */
static void *take_memory(uint8_t *memory, size_t *used, size_t size)
{
    void *taken = memory ? memory + *used : NULL;
    *used += (size + CACHE_LINE - 1) & ~(CACHE_LINE - 1);
    return taken;
}

/* Points the arrays of terms into one block of memory, and returns its size in bytes. They are
 * together so that one large page covers them. */
static size_t assign_term_memory(const struct engine *engine, struct workspace *ws,
                                 uint8_t *memory)
{
    const size_t terms = (size_t)engine->max_terms + 2 + PREFETCH_ROWS;
    size_t used = 0;
    for (uint32_t c = 0; c < engine->channel_count; c++)
        ws->matches[c].term_counts =
            take_memory(memory, &used, ((size_t)engine->channels[c].table.term_count + 1) * 4);
    ws->terms = take_memory(memory, &used, terms * sizeof *ws->terms);
    ws->term_counts = take_memory(memory, &used, terms * sizeof *ws->term_counts);
    ws->term_tf = take_memory(memory, &used, terms * sizeof *ws->term_tf);
    ws->occurrence_weights = take_memory(memory, &used, terms * sizeof *ws->occurrence_weights);
    return used;
}

struct workspace *workspace_new(const struct engine *engine)
{
    struct workspace *ws = calloc(1, sizeof *ws);
    if (!ws)
        return NULL;
    ws->matches = calloc(engine->channel_count + 1, sizeof *ws->matches);
    ws->norms = malloc((engine->group_count + 2 * SUM_PADDING) * sizeof *ws->norms);
    ws->column_sums =
        malloc(((size_t)engine->max_stride + 2 * SUM_PADDING) * sizeof *ws->column_sums);
    ws->term_memory = ws->matches ? aligned_zeros(assign_term_memory(engine, ws, NULL)) : NULL;
    if (!ws->term_memory || !ws->column_sums || !ws->norms) {
        workspace_free(engine, ws);
        return NULL;
    }
    assign_term_memory(engine, ws, ws->term_memory);
    return ws;
}

void workspace_free(const struct engine *engine, struct workspace *ws)
{
    if (!ws)
        return;
    for (uint32_t c = 0; ws->matches && c < engine->channel_count; c++) {
        struct matches *matches = ws->matches + c;
        free(matches->lexicon);
        free(matches->cache.chunks);
        free(matches->cache.slots);
        free(matches->cache.term_ids);
        free(matches->cache.hashes);
    }
    free(ws->matches);
    free(ws->term_memory);
    free(ws->column_sums);
    free(ws->norms);
    free(ws->contributions);
    free(ws->merge_buffer);
    free(ws->memory);
    free(ws);
}

/* Points the arrays of a text of at most `capacity` bytes into one block of memory, and returns
 * its size in bytes. A word has two bytes or more and is apart from the next, and a chunk has one
 * or more and a blank behind it: so there are at most half as many as bytes, and one more. */
static size_t assign_text_memory(const struct engine *engine, struct workspace *ws,
                                 uint8_t *memory, size_t capacity)
{
    size_t used = 0;
    const size_t bits = (capacity / 64 + 4) * 8; /* bytes of an array with a bit for each byte */
    const size_t words = capacity / 2 + 4, chunks = capacity / 2 + 4;
    uint8_t *padded_text = take_memory(memory, &used, PAD_BEFORE + capacity + PAD_AFTER);
    ws->lowered = padded_text ? padded_text + PAD_BEFORE : NULL;
    ws->word_bits = take_memory(memory, &used, bits);
    ws->space_bits = take_memory(memory, &used, bits);
    ws->stop_bits = take_memory(memory, &used, bits);
    ws->upper_bits = take_memory(memory, &used, bits);
    ws->char_offsets = take_memory(memory, &used, (capacity + PAD_AFTER) * 4);
    ws->run_edges = take_memory(memory, &used, (capacity + 4) * 4);
    ws->word_starts = take_memory(memory, &used, words * 4);
    ws->word_ends = take_memory(memory, &used, words * 4);
    ws->word_hashes = take_memory(memory, &used, words * 8);
    ws->ngram_hashes = take_memory(memory, &used, words * 8);
    ws->bigram_hashes = take_memory(memory, &used, words * 8);
    ws->phrase_may_start = take_memory(memory, &used, words);
    ws->sentence_kept = take_memory(memory, &used, words);
    ws->sentence_first_words = take_memory(memory, &used, (words + 1) * 4);
    ws->sentence_starts = take_memory(memory, &used, (words + 1) * 4);
    ws->word_models = take_memory(memory, &used, words * 4);
    ws->chunk_starts = take_memory(memory, &used, chunks * 4);
    ws->chunk_ends = take_memory(memory, &used, chunks * 4);
    ws->chunk_hashes = take_memory(memory, &used, chunks * 8);
    ws->chunk_models = take_memory(memory, &used, chunks * 4);
    ws->tokens =
        take_memory(memory, &used, engine->needs_sentences ? words * sizeof *ws->tokens : 0);
    for (uint32_t c = 0; c < engine->channel_count; c++) {
        const struct channel *channel = engine->channels + c;
        if (channel->kind == WORD_NGRAMS)
            for (int n = channel->min_n; n <= channel->max_n; n++)
                ws->matches[c].term_ids[n - channel->min_n] =
                    take_memory(memory, &used, words * 4);
        else if (channel->kind == CHAR_NGRAMS)
            ws->matches[c].chunk_ids = take_memory(memory, &used, chunks * 4);
    }
    return used;
}

/* Makes room for a text of so many bytes, and frees the memory of a much longer one. */
static int reserve_text_memory(const struct engine *engine, struct workspace *ws, size_t bytes)
{
    const size_t wanted = bytes + bytes / 2 + 64; /* in lower case, two bytes may become three */
    const int too_large = ws->capacity > MAX_KEPT_CAPACITY && wanted <= MAX_KEPT_CAPACITY;
    if (wanted <= ws->capacity && !too_large)
        return 1;
    const size_t capacity = wanted < 1u << 10 ? 1u << 10 : wanted;
    const size_t size = assign_text_memory(engine, ws, NULL, capacity);
    free(ws->memory);
    ws->capacity = 0;
    ws->memory = calloc(1, size);
    if (!ws->memory)
        return 0;
    assign_text_memory(engine, ws, ws->memory, capacity);
    ws->capacity = capacity;
    return 1;
}

enum status workspace_read(const struct engine *engine, struct workspace *ws, const uint8_t *text,
                           size_t length, int with_char_offsets)
{
    ws->word_count = ws->chunk_count = ws->sentence_count = 0;
    ws->length = ws->characters = 0;
    if (length >= MAX_TEXT_BYTES)
        return UNSUPPORTED;
    if (!reserve_text_memory(engine, ws, length))
        return NO_MEMORY;
    return engine->stages->read_text(engine, ws, text, length, with_char_offsets);
}

/* Returns the character of the original text that a byte came from. */
static uint32_t char_offset(const struct workspace *ws, uint32_t byte)
{
    return ws->has_char_offsets ? ws->char_offsets[byte] : byte;
}

/* Returns the first of `count` ascending ranges of bytes that ends after character `end`: a
 * binary search. */
static uint32_t first_ending_after(const struct workspace *ws, const uint32_t *ends,
                                   uint32_t count, uint32_t end)
{
    uint32_t low = 0;
    while (low < count) {
        const uint32_t middle = low + (count - low) / 2;
        if (char_offset(ws, ends[middle] - 1) < end)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

/* Returns the first of `count` ascending ranges of bytes that starts at character `start` or
 * after it: a binary search. */
static uint32_t first_starting_from(const struct workspace *ws, const uint32_t *starts,
                                    uint32_t count, uint32_t start)
{
    uint32_t low = 0;
    while (low < count) {
        const uint32_t middle = low + (count - low) / 2;
        if (char_offset(ws, starts[middle]) < start)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

/* Returns the share of words, or chunks, in a span that have a term of the model. */
static double in_vocabulary_share(const uint32_t *models, struct span span, uint32_t model)
{
    uint32_t count = 0;
    for (uint32_t i = span.start; i < span.end; i++)
        count += models[i] >> model & 1;
    return span.end > span.start ? (double)count / (span.end - span.start) : 0;
}

/* Returns which of `count` words, or chunks, are inside a span of characters, and writes to
 * *starting those that start in it. A span of NULL is the whole text. */
static struct span spans_inside(const struct workspace *ws, const uint32_t *starts,
                                const uint32_t *ends, uint32_t count, const struct span *span,
                                struct span *starting)
{
    if (!span)
        return *starting = (struct span){0, count};
    const uint32_t first = first_starting_from(ws, starts, count, span->start);
    const uint32_t last = first_ending_after(ws, ends, count, span->end);
    const uint32_t stop = first_starting_from(ws, starts, count, span->end);
    *starting = (struct span){first, stop < first ? first : stop};
    return (struct span){first, last < first ? first : last};
}

void workspace_scores(const struct engine *engine, struct workspace *ws, const struct span *span,
                      uint32_t models, double *const *scores, double *const *in_vocabulary)
{
    struct span words_starting, chunks_starting;
    const struct span words = spans_inside(ws, ws->word_starts, ws->word_ends, ws->word_count,
                                           span, &words_starting);
    const struct span chunks = spans_inside(ws, ws->chunk_starts, ws->chunk_ends,
                                            ws->chunk_count, span, &chunks_starting);
    for (uint32_t model = 0; model < engine->model_count; model++) {
        if (!(models >> model & 1))
            continue;
        memcpy(scores[model], engine->bias[model],
               engine->label_counts[model] * sizeof **scores);
        /* The share is one of words, or of chunks if a model has character n-grams alone. */
        *in_vocabulary[model] =
            engine->models_with_words >> model & 1
                ? in_vocabulary_share(ws->word_models, words_starting, model)
                : in_vocabulary_share(ws->chunk_models, chunks_starting, model);
    }
    engine->stages->sum_scores(engine, ws, words, chunks, models, scores);
}

/* Sorts the contributions by their span: a natural merge sort, which is stable and takes one
 * round if they are sorted already. Returns 0 if there is no memory. */
static int sort_contributions(struct workspace *ws)
{
    if (!grow_array((void **)&ws->merge_buffer, &ws->merge_capacity, ws->contribution_count,
                    sizeof *ws->merge_buffer))
        return 0;
    for (int sorted = 0; !sorted;) {
        const uint32_t count = ws->contribution_count;
        const struct contribution *from = ws->contributions;
        struct contribution *to = ws->merge_buffer;
        uint32_t start = 0, written = 0, merges = 0;
        while (start < count) {
            /* Two neighbouring ascending runs: start to middle, and middle to end. */
            uint32_t middle = start + 1, end;
            while (middle < count && from[middle - 1].key <= from[middle].key)
                middle++;
            end = middle + (middle < count);
            while (end < count && from[end - 1].key <= from[end].key)
                end++;
            uint32_t left = start, right = middle;
            merges += right < end;
            while (left < middle || right < end) {
                const int take_left =
                    right >= end || (left < middle && from[left].key <= from[right].key);
                to[written++] = take_left ? from[left++] : from[right++];
            }
            start = end;
        }
        ws->merge_buffer = ws->contributions;
        ws->contributions = to;
        const uint32_t capacity = ws->contribution_capacity;
        ws->contribution_capacity = ws->merge_capacity;
        ws->merge_capacity = capacity;
        sorted = !merges;
    }
    return 1;
}

enum status workspace_find_contributions(const struct engine *engine, struct workspace *ws,
                                         struct span span, uint32_t model, uint32_t label)
{
    struct span starting;
    const struct span words = spans_inside(ws, ws->word_starts, ws->word_ends, ws->word_count,
                                           &span, &starting);
    const struct span chunks = spans_inside(ws, ws->chunk_starts, ws->chunk_ends,
                                            ws->chunk_count, &span, &starting);
    enum status status =
        engine->stages->find_contributions(engine, ws, words, chunks, model, label);
    if (status != OK || !sort_contributions(ws))
        return NO_MEMORY;
    /* Add up the contributions of equal spans, in place. */
    struct contribution *contributions = ws->contributions;
    uint32_t distinct = 0;
    for (uint32_t i = 0; i < ws->contribution_count; i++) {
        if (distinct && contributions[distinct - 1].key == contributions[i].key)
            contributions[distinct - 1].weight += contributions[i].weight;
        else
            contributions[distinct++] = contributions[i];
    }
    ws->contribution_count = distinct;
    return OK;
}

size_t workspace_contributions(const struct workspace *ws, struct contribution **contributions)
{
    *contributions = ws->contributions;
    return ws->contribution_count;
}
