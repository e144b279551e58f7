/* What one thread needs to read a text, kept from text to text. */
#ifndef TEXTCLF_WORKSPACE_H
#define TEXTCLF_WORKSPACE_H

#include "engine.h"

#define FRONT 32 /* readable bytes before the lowered text */
#define BEHIND 64
#define CACHED_CHUNKS (1u << 17)
#define CACHED_TERMS (1u << 21)
#define KEPT_TEXT (1u << 20) /* scratch of a longer text is given back */

#define CODEPOINT_PAGE 64
#define ROWS_AHEAD 48 /* a row is asked for so long before it is summed */
#define PADDED 32 /* more sums than labels, so that whole vectors can be stored */

/* What Python's str says of characters: made by setup.py. */
extern const char unicode_version[];
extern const uint8_t ascii_class[256];
extern const uint16_t codepoint_index[];
extern const int32_t codepoint_page[];

/* A chunk seen before: the terms in it. */
struct chunk {
    uint64_t hash;
    uint32_t at, terms; /* in the arena */
    uint32_t forms;     /* that know a term of it */
    uint32_t times;     /* in the stretch being summed */
};

struct chunks {
    struct chunk *chunk; /* the first is none */
    uint32_t count, room;
    uint32_t *slots, mask;
    uint32_t *arena;
    uint32_t used, arena_room;
    uint64_t *hashes; /* of the n-grams of one chunk */
    uint32_t hashes_room;
};

/* A mark, an n-gram that holds one, or a link, where it stands. */
struct mark {
    uint32_t term, first, last; /* words */
};

/* A word of a sentence, or the mark that stands for a phrase. */
struct item {
    uint64_t hash;
    uint32_t length, first, last, group;
};

struct found {
    uint32_t *ids[LONGEST_NGRAM]; /* of words: the term at each word, or `terms` for none */
    uint32_t *refs;               /* of chars: the chunk of each chunk of the text */
    struct chunks cache;
    struct mark *marks;
    uint32_t marked, marks_room;
    uint32_t *counts; /* of each term, and one more: all 0 between texts */
};

struct scratch {
    size_t room; /* bytes of lowered text that the arrays are made for */
    uint8_t *memory, *numbers, *low;
    size_t length;
    uint64_t *word_bits, *space_bits, *stop_bits, *upper_bits;
    uint32_t *places; /* the character that each lowered byte came from */
    int has_places;   /* else they are the bytes */
    uint32_t characters;
    uint32_t *edges;
    uint32_t words, chunks, sentences;
    uint32_t *starts, *ends; /* of words, in bytes of the lowered text */
    uint64_t *hashes, *grams, *pairs; /* of words, n-grams, and each word with the next */
    uint32_t *chunk_starts, *chunk_ends;
    uint64_t *chunk_hashes;
    uint8_t *flags; /* of each word: whether a phrase may begin there */
    uint8_t *seen;  /* of each sentence: whether the channel at hand looks at it */
    struct item *items;
    uint32_t *firsts; /* the first word of each sentence; one more: words */
    uint32_t *sentence_starts; /* where each sentence begins, in bytes */
    uint32_t *word_forms, *chunk_forms; /* the forms that know a term there */
    /* The terms in the stretch being summed, how often, and the logs: room for every term. */
    uint32_t *terms, *times, term_count;
    double *logs;
    struct found *found; /* one a channel */
    double *sums, *norms; /* of each column, behind some of scales, and each view, of a channel */
    double *worth;        /* of each term */
    struct place *given, *spare;
    uint32_t given_count, given_room, spare_room;
};

static inline uint64_t mixed(uint64_t hash)
{
    return (hash ^ (hash >> 32)) * MIX;
}

static inline uint64_t tag_of(const struct table *table, uint64_t mix)
{
    return (mix << table->bits) & ~(((uint64_t)1 << table->row_bits) - 1);
}

static inline const uint64_t *home_of(const struct table *table, uint64_t mix)
{
    return table->slots + (mix >> (64 - table->bits)) * BUCKET;
}

/* Returns the row of a mixed hash, or table->terms. */
static inline uint32_t probe(const struct table *table, uint64_t mix)
{
    const uint64_t row_mask = ((uint64_t)1 << table->row_bits) - 1, tag = tag_of(table, mix);
    for (const uint64_t *slot = home_of(table, mix); *slot; slot++) {
        const uint64_t row = (*slot & row_mask) - 1;
        if ((*slot & ~row_mask) == tag && row < table->terms)
            return (uint32_t)row;
    }
    return table->terms;
}

static inline uint64_t power(const struct engine *engine, uint64_t exponent)
{
    if (exponent < POWERS)
        return engine->power[exponent];
    uint64_t found = 1, base = BASE;
    for (; exponent; exponent >>= 1, base *= base)
        if (exponent & 1)
            found *= base;
    return found;
}

/* Returns the hash of one text, a blank, and another. */
static inline uint64_t joined(const struct engine *engine, uint64_t one, uint64_t other,
                              uint64_t length)
{
    return (one * BASE + ' ' + 1) * power(engine, length) + other;
}

static inline uint64_t load8(const uint8_t *at)
{
    uint64_t found;
    __builtin_memcpy(&found, at, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    found = __builtin_bswap64(found);
#endif
    return found;
}

/* Returns the polynomial of the last `bytes` (1 to 8) of the eight that end before `end`. */
static inline uint64_t hash8(const struct engine *engine, const uint8_t *end, unsigned bytes)
{
    const uint64_t mask = ~0ull << (64 - 8 * bytes);
    const uint64_t x = (load8(end - 8) & mask) + (0x0101010101010101ull & mask);
    const uint64_t *p = engine->power;
    return (x >> 56) + (x >> 48 & 255) * p[1] + (x >> 40 & 255) * p[2] + (x >> 32 & 255) * p[3] +
           (x >> 24 & 255) * p[4] + (x >> 16 & 255) * p[5] + (x >> 8 & 255) * p[6] +
           (x & 255) * p[7];
}

/* Returns the hash of the bytes; FRONT bytes before `start` must be readable. No byte is 255. */
static inline uint64_t hash_bytes(const struct engine *engine, const uint8_t *start,
                                  const uint8_t *end)
{
    if (start == end)
        return 0;
    unsigned head = (unsigned)((end - start - 1) & 7) + 1;
    uint64_t found = hash8(engine, start + head, head);
    for (const uint8_t *at = start + head; at < end; at += 8)
        found = found * engine->power[8] + hash8(engine, at + 8, 8);
    return found;
}

static inline uint64_t may_hold(const uint64_t *filter, uint64_t hash)
{
    const uint64_t mix = mixed(hash);
    return filter[mix >> 52] >> (mix >> 46 & 63) & 1;
}

static inline const struct pair *pair_find(const struct pairs *pairs, uint64_t key)
{
    for (uint32_t at = (uint32_t)(mixed(key) >> 32) & pairs->mask;; at = (at + 1) & pairs->mask) {
        const struct pair *pair = pairs->at + at;
        if (pair->key == key || !pair->key)
            return pair;
    }
}

/* Returns zeroed memory that begins at a line of the cache; much of it in large pages. */
void *aligned(size_t size);
int grow(void **array, uint32_t *room, size_t wanted, size_t size);

#endif
