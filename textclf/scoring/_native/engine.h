/* The native scorer: its data structures, and the functions that other files may call.
 *
 * It knows nothing of Python, of label schemes or of model files.
 *
 * A pass over a text has four stages: make the text lower case and classify its bytes
 * (stage_lowercase.h); find and hash its words, chunks and sentences (stage_tokenize.h); look up
 * the terms of each channel (stage_lookup.h); sum the weights of these terms (stage_sum.h).
 * engine.c makes an engine. workspace.c holds the memory of a thread and answers about the text
 * read last.
 */
#ifndef TEXTCLF_ENGINE_H
#define TEXTCLF_ENGINE_H

#include <stddef.h>
#include <stdint.h>

/* Term hashes are polynomials of UTF-8 bytes modulo 2^64, as in scoring/vocabulary.py:
 * hash("b1 b2 ... bn") = sum of (bi + 1) * HASH_BASE^(n - i). Adding 1 keeps leading zero bytes. */
#define HASH_BASE 0xD6E8FEB86659FD93u
#define HASH_MULTIPLIER 0x9E3779B97F4A7C15u /* 2^64 / golden ratio: Fibonacci hashing (Knuth) */
#define BASE_POWERS 256                     /* powers of HASH_BASE that are kept in a table */
#define BUCKET_SLOTS 8                      /* of 8 bytes: a bucket is one cache line */
#define MAX_TERMS (1u << 28)                /* a table has fewer */
#define MAX_NGRAM 8                         /* words or characters */
#define MAX_PHRASE_WORDS 6                  /* of a phrase of a lexicon */
#define MAX_MODELS 32                       /* a bit mask of models has 32 bits */
#define MAX_CATEGORIES 63                   /* a bit mask of categories has 64 bits */
#define QUOTATION_BIT 63                    /* the last: quotation marks, as if they were a category */
#define MAX_TEXT_BYTES (1u << 30)           /* so that offsets in lower-cased text fit 32 bits */
#define LOG_TF_SIZE 1024                    /* counts whose 1 + ln(count) is kept in a table */
#define REPACK_AFTER_TEXTS 64               /* texts after which repacking the tables pays */
#define NONE UINT32_MAX                     /* no category, no chunk */

enum term_kind { WORD_NGRAMS, CHAR_NGRAMS, LEXICON_NGRAMS };

enum status {
    OK,
    UNSUPPORTED, /* valid input that only the NumPy scorer can take */
    NO_MEMORY,
    INVALID, /* a damaged table, or settings that contradict each other */
};

/* A hash table from term hashes to rows: the format is that of scoring/vocabulary.py.
 *
 * The first bucket_bits of a mixed hash give the home bucket. A slot holds the next bits of the
 * mixed hash as a tag and, in its low row_bits, row + 1; 0 is an empty slot. A search goes from
 * the first slot of the home bucket to the first empty one; the last slot of all is empty. */
struct table {
    const uint64_t *slots;
    uint32_t term_count; /* rows; as a term number it means "no term" */
    int bucket_bits, row_bits;
};

/* A small map from hashes to numbers: open addressing with linear probing. Key 0: empty. */
struct map_entry {
    uint64_t key;
    uint32_t value;
};

struct hash_map {
    struct map_entry *entries; /* mask + 1 of them, at most half of them used */
    uint32_t mask, count;
};

/* Categories of phrases. A category is numbered by the rank of its token, such as <people>. */
struct lexicon {
    struct hash_map phrases; /* hash of the phrase (its words joined by blanks) -> category */
    /* A Bloom filter with one hash function, 2^18 bits: the hash of each phrase, and the hash of
     * the first two words of each phrase. */
    uint64_t filter[4096];
    uint32_t category_count;
    uint64_t token_hashes[MAX_CATEGORIES];  /* of the category tokens */
    uint32_t token_lengths[MAX_CATEGORIES]; /* of the category tokens, in bytes */
};

/* One feature group of one model: which terms it has, and their weights. */
struct feature_group {
    uint32_t model;       /* number of the model */
    uint32_t label_count; /* of the model */
    int binary;           /* a term counts once, else 1 + ln(count) */
    /* (term_count, 1 + label_count): the idf of a term, then its weight for each label. */
    const float *rows;
    const uint64_t *hashes; /* (term_count): the hash of each row's term */
    struct table table;
    enum term_kind kind;
    int min_n, max_n;            /* the length of n-grams, in words or characters */
    uint32_t first_words;        /* only n-grams within so many words of a span count; 0: all */
    const struct lexicon *lexicon; /* NULL unless the kind or a sentence filter needs one */
    /* Sentence filters, a bit for each category: terms count in sentences that have one of
     * `within` (0: in all) and none of `without`. */
    uint64_t within, without;
    size_t slot_count; /* of the table */
};

/* What feature groups share when they want the same terms: they have the kind, n-gram lengths,
 * first-words limit, weighting and sentence filters in common.
 *
 * When an engine is made, each feature group has a channel of its own, which uses the table and
 * the rows where they are in the model file. After repacking, equal feature groups share one
 * channel: one table with the terms of all, and for each term one row that holds the idf of each
 * group and then the label weights of each group, 0 where a group does not have the term. */
struct channel {
    enum term_kind kind;
    int min_n, max_n, binary;
    uint32_t first_words;
    const struct lexicon *lexicon;
    uint64_t within, without;
    struct table table;
    uint32_t models;          /* a bit for each model with a feature group here */
    uint32_t group_count;
    uint32_t *groups;         /* (group_count): numbers of the feature groups, ascending */
    uint32_t *weight_columns; /* (group_count): the first column of each group's label weights */
    const float *rows;        /* (table.term_count, stride) */
    size_t weight_count;      /* label weights in a row, of all groups */
    size_t stride;            /* floats from row to row: idfs, label weights and padding */
    uint32_t *term_models;    /* (table.term_count + 1): models of each term; NULL: all */
    uint64_t *own_slots;      /* what repacking allocated, else NULL */
    float *own_rows;
};

struct workspace;

struct engine {
    uint32_t model_count, group_count, channel_count, lexicon_count;
    uint32_t *label_counts;     /* (model_count) */
    double **bias;              /* (model_count): (label_counts[model]) */
    uint32_t models_with_words; /* a bit for each model with word or lexicon n-grams */
    uint32_t max_terms;         /* of the channel with most terms */
    uint32_t max_stride;        /* of the channel with the longest rows, in floats */
    int repacked;
    struct feature_group *groups;
    struct channel *channels;
    struct lexicon *lexicons;
    struct hash_map abbreviations; /* hashes of words that a full stop may follow */
    int needs_words, needs_chunks, needs_sentences;
    uint64_t base_powers[BASE_POWERS];
    double log_tf[LOG_TF_SIZE]; /* 1 + ln(count) */
    const struct stages *stages;
};

/* A half-open range of characters, bytes, words or chunks. */
struct span {
    uint32_t start, end;
};

/* What one span of the text adds to the score of a label. */
struct contribution {
    uint64_t key; /* start << 32 | end, in characters of the original text */
    double weight;
};

/* The functions that are compiled once for each instruction set. Spans are of words and chunks. */
struct stages {
    const char *name;
    /* Reads a text of so many bytes of UTF-8 into the workspace. */
    enum status (*read_text)(const struct engine *, struct workspace *, const uint8_t *text,
                             size_t length, int with_char_offsets);
    /* Adds to scores[model], (label_count), for the models of the mask. */
    void (*sum_scores)(const struct engine *, struct workspace *, struct span words,
                       struct span chunks, uint32_t models, double *const *scores);
    /* Lists in the workspace what each occurrence of a term adds to the score of a label. */
    enum status (*find_contributions)(const struct engine *, struct workspace *,
                                      struct span words, struct span chunks, uint32_t model,
                                      uint32_t label);
};

extern const struct stages stages_portable;
/* Returns the stages for the best instruction set that this processor has. */
const struct stages *fastest_stages(void);

/* Functions that return int return an enum status. */
struct engine *engine_new(uint32_t model_count, uint32_t group_count, uint32_t lexicon_count);
void engine_free(struct engine *);
/* Sets the bias, (label_count), and the number of labels of a model. */
int engine_set_model(struct engine *, uint32_t model, const float *bias, uint32_t label_count);
/* Adds an abbreviation, lower-case and without its full stop. */
int engine_add_abbreviation(struct engine *, const uint8_t *text, size_t length);
/* Adds a category. All categories come before phrases, in ascending order of their tokens. */
int lexicon_add_category(struct engine *, struct lexicon *, const uint8_t *token, size_t length);
int lexicon_add_phrase(struct engine *, struct lexicon *, uint32_t category, struct workspace *,
                       const uint8_t *phrase, size_t length);
/* Adds a feature group; its label count and the bits of its table are computed here. The arrays
 * that it points to must outlive the engine. */
int engine_add_group(struct engine *, struct feature_group);
/* Makes the channels: one for each feature group, or shared and repacked for throughput. A
 * workspace that was made before must not be used after. */
int engine_build_channels(struct engine *, int repack);

struct workspace *workspace_new(const struct engine *);
void workspace_free(const struct engine *, struct workspace *);

/* Reads a text of so many bytes of UTF-8. The functions below are about the text read last. */
enum status workspace_read(const struct engine *, struct workspace *, const uint8_t *text,
                           size_t length, int with_char_offsets);
/* Writes the scores, (label_count), and the in-vocabulary share of each model of the mask, for a
 * span of characters, or for the whole text where it is NULL. */
void workspace_scores(const struct engine *, struct workspace *, const struct span *,
                      uint32_t models, double *const *scores, double *const *in_vocabulary);
/* Lists what each span of the text adds to the score of a label, for a span of characters: in
 * the order of the text, each span once. */
enum status workspace_find_contributions(const struct engine *, struct workspace *, struct span,
                                         uint32_t model, uint32_t label);
/* Points to what the function above listed, and returns how many there are. */
size_t workspace_contributions(const struct workspace *, struct contribution **);

#endif
