/* The memory that one thread needs to score texts, and the hash functions that all files share. */
#ifndef TEXTCLF_WORKSPACE_H
#define TEXTCLF_WORKSPACE_H

#include "engine.h"

#define PAD_BEFORE 32 /* readable bytes before the lower-cased text */
#define PAD_AFTER 64  /* zero bytes after it; a vector may be stored across the end */
#define MAX_CACHED_CHUNKS (1u << 17) /* a cache with more chunks is emptied */
#define MAX_CACHED_TERMS (1u << 21)  /* a cache with more terms is emptied */
#define MAX_KEPT_CAPACITY (1u << 20) /* bytes; the memory of a longer text is freed after it */

#define CODEPOINT_PAGE 64 /* code points on a page of the table below */
#define PREFETCH_ROWS 48  /* a row is prefetched so many rows before it is summed */
#define SUM_PADDING 32    /* sums beyond the last, so that whole vectors can be stored */

/* Tables of what Python's str says of characters, written by setup.py.
 *
 * The entry of a code point is (lower case - code point) * 8 + class of the lower case; see
 * codepoint_entry in stage_lowercase.h. */
extern const char unicode_version[];
extern const uint8_t ascii_class[256];
extern const uint16_t codepoint_index[]; /* code point / CODEPOINT_PAGE -> page */
extern const int32_t codepoint_page[];

/* The known character n-grams of one chunk, kept from text to text. */
struct cached_chunk {
    uint64_t hash;
    uint32_t first_term, term_count; /* in term_ids of the cache */
    uint32_t models;                 /* a bit for each model that has one of the terms */
    uint32_t count;                  /* how often it is in the span being counted; else 0 */
};

struct chunk_cache {
    struct cached_chunk *chunks; /* numbered from 1; chunk 0 has no terms */
    uint32_t chunk_count, capacity;
    uint32_t *slots, mask; /* hash table of mask + 1 chunk numbers, linear probing; 0: empty */
    uint32_t *term_ids;    /* the terms of all chunks, one chunk after the other */
    uint32_t term_count, term_capacity;
    uint64_t *hashes; /* buffer: the n-grams of one chunk */
    uint32_t hash_capacity;
};

/* Where a category token, an n-gram with one, or a co-occurrence feature is in the text. */
struct lexicon_match {
    uint32_t term, sentence, first, last; /* first and last word, both included */
};

/* A word of a sentence, or the category token that replaces a phrase of one or more words. */
struct token {
    uint64_t hash;
    uint32_t length;      /* in bytes */
    uint32_t first, last; /* words that it stands for, both included */
    uint32_t category;    /* NONE: it is a word */
};

/* The terms of one channel in the text. */
struct matches {
    /* Word n-grams: for each length from min_n on, the term that begins at each word, or
     * table.term_count for none. */
    uint32_t *term_ids[MAX_NGRAM];
    uint32_t *chunk_ids; /* character n-grams: the cached chunk of each chunk */
    struct chunk_cache cache;
    struct lexicon_match *lexicon; /* lexicon n-grams, sentence by sentence */
    uint32_t lexicon_count, lexicon_capacity;
    uint32_t *term_counts; /* (table.term_count + 1); all 0 except while terms are counted */
};

/* The text read last. "Bytes" are those of the lower-cased text, if nothing else is said. */
struct workspace {
    size_t capacity; /* bytes that the arrays of the text have room for */
    uint8_t *memory; /* one block: all arrays of the text */
    uint8_t *term_memory; /* one block: all arrays of terms */

    uint8_t *lowered; /* PAD_BEFORE bytes before it and PAD_AFTER behind it are readable */
    size_t length;    /* bytes */
    /* A bit for each byte: is it part of a word, white space, one of . ! ? and line feed, an
     * ASCII capital in the original? All 0 between texts. */
    uint64_t *word_bits, *space_bits, *stop_bits, *upper_bits;
    int has_char_offsets;   /* else the offset of a byte is the byte's own number */
    uint32_t *char_offsets; /* (length): the character of the original that each byte came from */
    uint32_t characters;    /* of the original */
    uint32_t *run_edges;    /* buffer of `capacity` numbers: starts and ends of runs; lists */

    uint32_t word_count, chunk_count, sentence_count;
    uint32_t *word_starts, *word_ends; /* (word_count), in bytes */
    uint64_t *word_hashes;
    uint64_t *bigram_hashes; /* of each word and the next; the last is 0 */
    uint64_t *ngram_hashes;  /* buffer: n-grams of more than two words */
    uint32_t *word_models;   /* a bit for each model that has a term which begins there */
    uint8_t *phrase_may_start; /* (word_count): 1 if a phrase of the lexicon may begin there */

    uint32_t *chunk_starts, *chunk_ends; /* (chunk_count), in bytes */
    uint64_t *chunk_hashes;
    uint32_t *chunk_models; /* a bit for each model that has a term in the chunk */

    uint32_t *sentence_first_words; /* (sentence_count + 1): the last is word_count */
    uint32_t *sentence_starts;      /* (sentence_count), in bytes */
    uint8_t *sentence_kept;         /* (sentence_count): 1 if it passes the filters of a channel */
    struct token *tokens;           /* buffer: the tokens of one sentence */

    struct matches *matches; /* (channel_count) */

    /* The distinct terms of one channel in one span: numbers, counts, and 1 + ln(count). There is
     * room for all terms of the channel, and terms is readable PREFETCH_ROWS beyond the last. */
    uint32_t *terms, *term_counts, term_count;
    double *term_tf;
    double *occurrence_weights; /* by term: what one occurrence adds; NAN: not in the group */
    double *column_sums;        /* IDFS sums that nobody reads, then one for each label weight */
    double *norms;              /* (group_count): squared norms, then 1 / norm */

    struct contribution *contributions;
    struct contribution *merge_buffer; /* to sort them */
    uint32_t contribution_count, contribution_capacity, merge_capacity;
};

/* Returns a hash whose high bits depend on all bits of the argument: xor-shift, then
 * multiplicative hashing. */
static inline uint64_t mix_hash(uint64_t hash)
{
    return (hash ^ (hash >> 32)) * HASH_MULTIPLIER;
}

/* Returns the tag of a mixed hash: the bits after those of its home bucket, row bits cleared. */
static inline uint64_t slot_tag(const struct table *table, uint64_t mix)
{
    return (mix << table->bucket_bits) & ~(((uint64_t)1 << table->row_bits) - 1);
}

/* Returns the first slot of the bucket where the search for a mixed hash begins. */
static inline const uint64_t *home_bucket(const struct table *table, uint64_t mix)
{
    return table->slots + (mix >> (64 - table->bucket_bits)) * BUCKET_SLOTS;
}

/* Returns the row of a mixed hash, or table->term_count. A row that a damaged table gives is
 * never returned unless it exists. */
static inline uint32_t table_find(const struct table *table, uint64_t mix)
{
    const uint64_t row_mask = ((uint64_t)1 << table->row_bits) - 1, tag = slot_tag(table, mix);
    for (const uint64_t *slot = home_bucket(table, mix); *slot; slot++) {
        const uint64_t row = (*slot & row_mask) - 1;
        if ((*slot & ~row_mask) == tag && row < table->term_count)
            return (uint32_t)row;
    }
    return table->term_count;
}

/* Returns HASH_BASE to the power of the exponent: from a table, or by repeated squaring. */
static inline uint64_t base_power(const struct engine *engine, uint64_t exponent)
{
    if (exponent < BASE_POWERS)
        return engine->base_powers[exponent];
    uint64_t product = 1, base = HASH_BASE;
    for (; exponent; exponent >>= 1, base *= base)
        if (exponent & 1)
            product *= base;
    return product;
}

/* Returns the hash of: left, a blank, right. `right_length` is the length of right in bytes. */
static inline uint64_t join_hashes(const struct engine *engine, uint64_t left, uint64_t right,
                                   uint64_t right_length)
{
    return (left * HASH_BASE + ' ' + 1) * base_power(engine, right_length) + right;
}

/* Returns eight bytes as a little-endian number. */
static inline uint64_t load_8_bytes(const uint8_t *start)
{
    uint64_t bytes;
    __builtin_memcpy(&bytes, start, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    bytes = __builtin_bswap64(bytes);
#endif
    return bytes;
}

/* Returns the hash of the last `bytes` (1 to 8) of the eight bytes before `end`. */
static inline uint64_t hash_8_bytes(const struct engine *engine, const uint8_t *end,
                                    unsigned bytes)
{
    /* The last byte is the highest. Clear the bytes before the first one, and add 1 to each of
     * the others: no byte of UTF-8 is 255, so no byte carries into the next. */
    const uint64_t mask = ~0ull << (64 - 8 * bytes);
    const uint64_t x = (load_8_bytes(end - 8) & mask) + (0x0101010101010101ull & mask);
    const uint64_t *p = engine->base_powers;
    return (x >> 56) + (x >> 48 & 255) * p[1] + (x >> 40 & 255) * p[2] + (x >> 32 & 255) * p[3] +
           (x >> 24 & 255) * p[4] + (x >> 16 & 255) * p[5] + (x >> 8 & 255) * p[6] +
           (x & 255) * p[7];
}

/* Returns the hash of the bytes from start to end, none of which is 255. The PAD_BEFORE bytes
 * before `start` must be readable. */
static inline uint64_t hash_bytes(const struct engine *engine, const uint8_t *start,
                                  const uint8_t *end)
{
    if (start == end)
        return 0;
    /* First the 1 to 8 bytes that leave a multiple of eight, then eight at a time. */
    unsigned head = (unsigned)((end - start - 1) & 7) + 1;
    uint64_t hash = hash_8_bytes(engine, start + head, head);
    for (const uint8_t *block = start + head; block < end; block += 8)
        hash = hash * engine->base_powers[8] + hash_8_bytes(engine, block + 8, 8);
    return hash;
}

/* Returns 0 if the Bloom filter of a lexicon, (4096), certainly does not contain a hash. */
static inline uint64_t filter_may_contain(const uint64_t *filter, uint64_t hash)
{
    const uint64_t mix = mix_hash(hash);
    return filter[mix >> 52] >> (mix >> 46 & 63) & 1; /* 12 bits choose the word, 6 the bit */
}

/* Returns the entry of a key, or the empty entry where it would be added. */
static inline const struct map_entry *map_find(const struct hash_map *map, uint64_t key)
{
    for (uint32_t i = (uint32_t)(mix_hash(key) >> 32) & map->mask;; i = (i + 1) & map->mask) {
        const struct map_entry *entry = map->entries + i;
        if (entry->key == key || !entry->key)
            return entry;
    }
}

/* Returns zeroed memory aligned to a cache line, or to a large page where that wastes little. */
void *aligned_zeros(size_t size);
/* Makes room for `wanted` elements of so many bytes; *capacity counts elements. Returns 0 if
 * there is no memory. */
int grow_array(void **array, uint32_t *capacity, size_t wanted, size_t size);

#endif
