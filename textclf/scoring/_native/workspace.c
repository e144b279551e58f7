/* The memory of one thread, and the questions that a text answers. */
#include "workspace.h"

#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#define LARGE_PAGE ((size_t)1 << 21)

#if defined(__x86_64__) && defined(__GNUC__)
extern const struct pass pass_avx2;

const struct pass *best_pass(void)
{
    __builtin_cpu_init();
    const int fits = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                     __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    return fits ? &pass_avx2 : &pass_portable;
}
#else
const struct pass *best_pass(void)
{
    return &pass_portable;
}
#endif


void *aligned(size_t size)
{
    const size_t page = size < LARGE_PAGE / 2 ? 64 : LARGE_PAGE;
    size = (size + page - 1) & ~(page - 1);
    void *found = aligned_alloc(page, size);
#ifdef MADV_HUGEPAGE
    if (found && page == LARGE_PAGE)
        madvise(found, size, MADV_HUGEPAGE);
#endif
    if (found)
        memset(found, 0, size);
    return found;
}

int grow(void **array, uint32_t *room, size_t wanted, size_t size)
{
    if (wanted <= *room)
        return 1;
    size_t wider = wanted + wanted / 2 + 64;
    if (wider >= UINT32_MAX)
        return 0;
    void *grown = realloc(*array, wider * size);
    if (!grown)
        return 0;
    *array = grown;
    *room = (uint32_t)wider;
    return 1;
}

/* Cuts `size` bytes off the memory at *at, aligned; with no memory it only measures. */
static void *cut(uint8_t *memory, size_t *at, size_t size)
{
    void *found = memory ? memory + *at : NULL;
    *at += (size + 63) & ~(size_t)63;
    return found;
}

/* Lays out what is kept for each term, which the processor reaches with one large page. */
static size_t lay_out_terms(const struct engine *engine, struct scratch *s, uint8_t *memory)
{
    const size_t terms = (size_t)engine->most_terms + 2 + ROWS_AHEAD;
    size_t at = 0;
    for (uint32_t c = 0; c < engine->channels; c++)
        s->found[c].counts = cut(memory, &at, ((size_t)engine->channel[c].table.terms + 1) * 4);
    s->terms = cut(memory, &at, terms * sizeof *s->terms);
    s->times = cut(memory, &at, terms * sizeof *s->times);
    s->logs = cut(memory, &at, terms * sizeof *s->logs);
    s->worth = cut(memory, &at, terms * sizeof *s->worth);
    return at;
}

struct scratch *scratch_new(const struct engine *engine)
{
    struct scratch *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->found = calloc(engine->channels + 1, sizeof *s->found);
    s->norms = malloc((engine->views + 2 * PADDED) * sizeof *s->norms);
    s->sums = malloc(((size_t)engine->most_columns + 2 * PADDED) * sizeof *s->sums);
    s->numbers = s->found ? aligned(lay_out_terms(engine, s, NULL)) : NULL;
    if (!s->numbers || !s->sums || !s->norms) {
        scratch_free(engine, s);
        return NULL;
    }
    lay_out_terms(engine, s, s->numbers);
    return s;
}

void scratch_free(const struct engine *engine, struct scratch *s)
{
    if (!s)
        return;
    for (uint32_t c = 0; s->found && c < engine->channels; c++) {
        struct found *found = s->found + c;
        free(found->marks);
        free(found->cache.chunk);
        free(found->cache.slots);
        free(found->cache.arena);
        free(found->cache.hashes);
    }
    free(s->found);
    free(s->numbers);
    free(s->sums);
    free(s->norms);
    free(s->given);
    free(s->spare);
    free(s->memory);
    free(s);
}

static size_t lay_out(const struct engine *engine, struct scratch *s, uint8_t *memory, size_t room)
{
    size_t at = 0;
    const size_t bits = (room / 64 + 4) * 8, words = room / 2 + 4, chunks = room / 2 + 4;
    uint8_t *front = cut(memory, &at, FRONT + room + BEHIND);
    s->low = front ? front + FRONT : NULL;
    s->word_bits = cut(memory, &at, bits);
    s->space_bits = cut(memory, &at, bits);
    s->stop_bits = cut(memory, &at, bits);
    s->upper_bits = cut(memory, &at, bits);
    s->places = cut(memory, &at, (room + BEHIND) * 4);
    s->edges = cut(memory, &at, (room + 4) * 4);
    s->starts = cut(memory, &at, words * 4);
    s->ends = cut(memory, &at, words * 4);
    s->hashes = cut(memory, &at, words * 8);
    s->grams = cut(memory, &at, words * 8);
    s->pairs = cut(memory, &at, words * 8);
    s->flags = cut(memory, &at, words);
    s->seen = cut(memory, &at, words);
    s->firsts = cut(memory, &at, (words + 1) * 4);
    s->sentence_starts = cut(memory, &at, (words + 1) * 4);
    s->word_forms = cut(memory, &at, words * 4);
    s->chunk_starts = cut(memory, &at, chunks * 4);
    s->chunk_ends = cut(memory, &at, chunks * 4);
    s->chunk_hashes = cut(memory, &at, chunks * 8);
    s->chunk_forms = cut(memory, &at, chunks * 4);
    s->items = cut(memory, &at, engine->reads_sentences ? words * sizeof *s->items : 0);
    for (uint32_t c = 0; c < engine->channels; c++) {
        const struct channel *channel = engine->channel + c;
        if (channel->kind == WORDS)
            for (int n = channel->low; n <= channel->high; n++)
                s->found[c].ids[n - channel->low] = cut(memory, &at, words * 4);
        else if (channel->kind == CHARS)
            s->found[c].refs = cut(memory, &at, chunks * 4);
    }
    return at;
}

static int reserve(const struct engine *engine, struct scratch *s, size_t bytes)
{
    const size_t wanted = bytes + bytes / 2 + 64; /* lowered, two bytes may become three */
    const int given_back = s->room > KEPT_TEXT && wanted <= KEPT_TEXT;
    if (wanted <= s->room && !given_back)
        return 1;
    const size_t room = wanted < 1u << 10 ? 1u << 10 : wanted;
    const size_t size = lay_out(engine, s, NULL, room);
    free(s->memory);
    s->room = 0;
    s->memory = calloc(1, size);
    if (!s->memory)
        return 0;
    lay_out(engine, s, s->memory, room);
    s->room = room;
    return 1;
}

enum outcome text_read(const struct engine *engine, struct scratch *s, const uint8_t *text,
                       size_t length, int with_places)
{
    s->words = s->chunks = s->sentences = 0;
    s->length = s->characters = 0;
    if (length >= LONGEST_TEXT)
        return HANDED_OVER;
    if (!reserve(engine, s, length))
        return NO_MEMORY;
    return engine->pass->read(engine, s, text, length, with_places);
}

static uint32_t place(const struct scratch *s, uint32_t byte)
{
    return s->has_places ? s->places[byte] : byte;
}

/* Returns the first of ascending stretches of bytes that does not end by character `end`. */
static uint32_t first_beyond(const struct scratch *s, const uint32_t *ends, uint32_t count,
                             uint32_t end)
{
    uint32_t low = 0;
    while (low < count) {
        const uint32_t middle = low + (count - low) / 2;
        if (place(s, ends[middle] - 1) < end)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

/* Returns the first of ascending stretches that starts at character `start` or behind it. */
static uint32_t first_from(const struct scratch *s, const uint32_t *starts, uint32_t count,
                           uint32_t start)
{
    uint32_t low = 0;
    while (low < count) {
        const uint32_t middle = low + (count - low) / 2;
        if (place(s, starts[middle]) < start)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

static double share(const uint32_t *known, struct span span, uint32_t form)
{
    uint32_t count = 0;
    for (uint32_t i = span.start; i < span.end; i++)
        count += known[i] >> form & 1;
    return span.end > span.start ? (double)count / (span.end - span.start) : 0;
}

/* Returns the words, or chunks, that lie inside a span, and in *begun those that start there. */
static struct span within(const struct scratch *s, const uint32_t *starts, const uint32_t *ends,
                          uint32_t count, const struct span *span, struct span *begun)
{
    if (!span)
        return *begun = (struct span){0, count};
    const uint32_t first = first_from(s, starts, count, span->start);
    const uint32_t last = first_beyond(s, ends, count, span->end);
    const uint32_t stop = first_from(s, starts, count, span->end);
    *begun = (struct span){first, stop < first ? first : stop};
    return (struct span){first, last < first ? first : last};
}

void text_scores(const struct engine *engine, struct scratch *s, const struct span *span,
                 uint32_t forms, double *const *scores, double *const *known)
{
    struct span words_begun, chunks_begun;
    const struct span words = within(s, s->starts, s->ends, s->words, span, &words_begun);
    const struct span chunks =
        within(s, s->chunk_starts, s->chunk_ends, s->chunks, span, &chunks_begun);
    for (uint32_t form = 0; form < engine->forms; form++) {
        if (!(forms >> form & 1))
            continue;
        memcpy(scores[form], engine->bias[form], engine->labels[form] * sizeof **scores);
        *known[form] = engine->has_words >> form & 1 ? share(s->word_forms, words_begun, form)
                                                     : share(s->chunk_forms, chunks_begun, form);
    }
    engine->pass->sum(engine, s, words, chunks, forms, scores);
}

/* Merges neighbouring ascending runs until there is one; equal keys keep their order. */
static int sort_places(struct scratch *s)
{
    if (!grow((void **)&s->spare, &s->spare_room, s->given_count, sizeof *s->spare))
        return 0;
    for (int sorted = 0; !sorted;) {
        uint32_t at = 0, out = 0, merges = 0;
        const uint32_t count = s->given_count;
        while (at < count) {
            uint32_t middle = at + 1, end;
            while (middle < count && s->given[middle - 1].key <= s->given[middle].key)
                middle++;
            for (end = middle + (middle < count);
                 end < count && s->given[end - 1].key <= s->given[end].key;)
                end++;
            uint32_t one = at, other = middle;
            merges += other < end;
            while (one < middle || other < end)
                s->spare[out++] = other >= end || (one < middle && s->given[one].key <=
                                                                      s->given[other].key)
                                      ? s->given[one++]
                                      : s->given[other++];
            at = end;
        }
        struct place *swap = s->given;
        s->given = s->spare;
        s->spare = swap;
        uint32_t room = s->given_room;
        s->given_room = s->spare_room;
        s->spare_room = room;
        sorted = !merges;
    }
    return 1;
}

enum outcome text_places(const struct engine *engine, struct scratch *s, struct span span,
                         uint32_t form, uint32_t label)
{
    struct span begun;
    const struct span words = within(s, s->starts, s->ends, s->words, &span, &begun);
    const struct span chunks = within(s, s->chunk_starts, s->chunk_ends, s->chunks, &span, &begun);
    enum outcome outcome = engine->pass->weigh(engine, s, words, chunks, form, label);
    if (outcome != DONE || !sort_places(s))
        return NO_MEMORY;
    uint32_t distinct = 0;
    for (uint32_t i = 0; i < s->given_count; i++) {
        if (distinct && s->given[distinct - 1].key == s->given[i].key)
            s->given[distinct - 1].weight += s->given[i].weight;
        else
            s->given[distinct++] = s->given[i];
    }
    s->given_count = distinct;
    return DONE;
}

size_t places_found(const struct scratch *s, struct place **places)
{
    *places = s->given;
    return s->given_count;
}
