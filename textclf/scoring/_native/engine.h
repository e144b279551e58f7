/* The compiled engine: what it is made of, and what it answers. It knows no Python and no scheme.
 *
 * A text is lowered and marked (pass_lowercase.h), then cut into words, chunks and sentences, each word
 * and chunk hashed (pass_tokenize.h). Each channel, which is a kind of term with its range, lead and
 * weighting, finds its terms in one table (pass_lookup.h), whatever number of forms have a view of
 * it. Then the rows of the terms that are there are summed (pass_sum.h). engine.c makes an engine,
 * workspace.c holds what a thread needs and answers about the text read last.
 */
#ifndef TEXTCLF_ENGINE_H
#define TEXTCLF_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#define BASE 0xD6E8FEB86659FD93u
#define MIX 0x9E3779B97F4A7C15u
#define LONGEST_NGRAM 8
#define LONGEST_PHRASE 6
#define MOST_FORMS 32
#define MOST_GROUPS 63
#define QUOTATION 63 /* the bit of quotation marks, which are a group without phrases */
#define LONGEST_TEXT (1u << 30)
#define POWERS 256
#define LOGS 1024
#define NOWHERE UINT32_MAX
#define BUCKET 8 /* slots */
#define MANY_TEXTS 64 /* from so many on it pays to lay an engine out anew */

enum kind { WORDS, CHARS, GROUPS };

enum outcome { DONE, HANDED_OVER, NO_MEMORY, REFUSED };

/* A table of lookup.py: buckets of slots lead from a mixed hash to a row. */
struct table {
    const uint64_t *slots;
    uint32_t terms;
    int bits, row_bits;
};

/* One key and value in a small table of our own; key 0 is an empty place. */
struct pair {
    uint64_t key;
    uint32_t value;
};

struct pairs {
    struct pair *at;
    uint32_t mask, count;
};

/* Groups of phrases. A group's number is the rank of its mark among all marks. */
struct lexicon {
    struct pairs phrases;  /* hash of its words, joined by blanks -> group */
    uint64_t filter[4096]; /* a bit of its hash, and of that of its first two words */
    uint32_t groups;
    uint64_t marks[MOST_GROUPS];   /* hashes */
    uint32_t lengths[MOST_GROUPS]; /* of the marks, in bytes */
};

struct view {
    uint32_t form, labels;
    int binary;
    const float *rows; /* (terms, 1 + labels) */
    const uint64_t *hashes;
    struct table table;
    enum kind kind;
    int low, high;
    uint32_t lead; /* of words: only so many are looked at, the first of a stretch; 0: all */
    const struct lexicon *lexicon;
    /* Of words and characters: a bit for each group of which a sentence must hold a mark, or
     * none. */
    uint64_t within, without;
    size_t slot_count;
};

/* A kind of term, its range, lead and weighting, and where its terms lead.
 *
 * At first each view is a channel of its own, and its table and rows are used where they lie.
 * Laid out for many texts, views alike share a channel: one table of the terms of all, and one
 * row of all scales and then all weights for each, zeros where a view has not the term.
 */
struct channel {
    enum kind kind;
    int low, high, binary;
    uint32_t lead;
    const struct lexicon *lexicon;
    uint64_t within, without;
    struct table table;
    uint32_t all; /* a bit for each form with a view of it */
    uint32_t views, *view;
    uint32_t *offsets; /* of each view's weights in a row */
    const float *rows;
    size_t columns;  /* weights of a row */
    size_t stride;   /* floats of a row, with what it is padded by */
    uint32_t *forms; /* of each term: its forms; NULL: all */
    uint64_t *own_slots;
    float *own_rows;
};

struct scratch;

struct engine {
    uint32_t forms, views, channels, lexicons;
    uint32_t *labels;
    double **bias;
    uint32_t has_words; /* a bit for each form with a view of words or groups */
    uint32_t most_terms, most_columns;
    int laid_out; /* for many texts */
    struct view *view;
    struct channel *channel;
    struct lexicon *lexicon;
    struct pairs abbreviations;
    int reads_words, reads_chunks, reads_sentences;
    uint64_t power[POWERS];
    double logs[LOGS];
    const struct pass *pass;
};

struct span {
    uint32_t start, end;
};

/* What a place of the text adds to a score; characters of the text as it came. */
struct place {
    uint64_t key; /* start << 32 | end */
    double weight;
};

/* The part that is compiled for each set of instructions. */
struct pass {
    const char *name;
    enum outcome (*read)(const struct engine *, struct scratch *, const uint8_t *, size_t,
                         int with_places);
    void (*sum)(const struct engine *, struct scratch *, struct span words, struct span chunks,
                uint32_t forms, double *const *scores);
    enum outcome (*weigh)(const struct engine *, struct scratch *, struct span words,
                          struct span chunks, uint32_t form, uint32_t label);
};

extern const struct pass pass_portable;
const struct pass *best_pass(void);

struct engine *engine_new(uint32_t forms, uint32_t views, uint32_t lexicons);
void engine_free(struct engine *);
int engine_form(struct engine *, uint32_t form, const float *bias, uint32_t labels);
int engine_abbreviation(struct engine *, const uint8_t *, size_t);
/* The marks of a lexicon come first, in ascending order, then its phrases. */
int lexicon_mark(struct engine *, struct lexicon *, const uint8_t *, size_t);
int lexicon_phrase(struct engine *, struct lexicon *, uint32_t group, struct scratch *,
                   const uint8_t *, size_t);
/* Adds a view: all but its labels and the shape of its table, which are found here. What it
 * points to must outlive the engine. */
int engine_view(struct engine *, struct view);
/* Makes the channels, for few texts or for many; no scratch made before may be used after. */
int engine_lay_out(struct engine *, int many);

struct scratch *scratch_new(const struct engine *);
void scratch_free(const struct engine *, struct scratch *);

/* Reads a text (UTF-8); the answers below are about the text read last. */
enum outcome text_read(const struct engine *, struct scratch *, const uint8_t *, size_t,
                       int with_places);
/* Adds the scores of the whole text, or of a span, for the forms of the mask. */
void text_scores(const struct engine *, struct scratch *, const struct span *, uint32_t forms,
                 double *const *scores, double *const *known);
/* Leaves what each place of a span adds in scratch->places, by place, each once. */
enum outcome text_places(const struct engine *, struct scratch *, struct span, uint32_t form,
                         uint32_t label);
size_t places_found(const struct scratch *, struct place **);

#endif
