/* Feeds raw bytes to the native scorer: as texts, as spans, and as damaged tables.
 *
 * The first byte of an input chooses what is tested. Either the input is a text, which must get
 * the same scores from two of four engines: with all kinds of feature groups, before and after
 * repacking, with AVX2 and portable. Or the input is the hash table of an engine. run.sh builds
 * this file with address and undefined-behaviour sanitizers.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../textclf/scoring/_native/workspace.h"

enum { LABELS = 3, MAX_ROWS = 64, ENGINES = 4, GROUPS = 13 };

static const char *const words[] = {"goal", "rain", "the", "match", "was", "over", "a1", "é", "été",
                                    "goal the", "the match", "match was over", "i\xcc\x87", "ſß"};
static const char *const grams[] = {" go", "goa", "oal", "al ", " goal", " a ", "a", " ", "é ",
                                    " \xcc\x87", "ra", "ain", " r", "n ", "was ", "over "};
static const char *const category_terms[] = {"<a>",     "<b>",     "<a> & <b>",
                                             "<a> was", "the <b>", "<a> <a>"};
static const char *const phrases[] = {"goal", "the match", "rain", "match was over the match was",
                                      "", "over", "a1 é", "too many words to be a phrase of any"};

/* The arrays that a feature group points to. */
struct arrays {
    uint64_t hashes[MAX_ROWS], slots[BUCKET_SLOTS * MAX_ROWS];
    float rows[MAX_ROWS * (1 + LABELS)];
};

static uint64_t hash_of(const struct engine *engine, const char *text)
{
    uint8_t padded[PAD_BEFORE + 64] = {0};
    memcpy(padded + PAD_BEFORE, text, strlen(text));
    return hash_bytes(engine, padded + PAD_BEFORE, padded + PAD_BEFORE + strlen(text));
}

/* Makes the hash table and the rows of `count` terms, and points a feature group to them. */
static void fill(const struct engine *engine, struct arrays *arrays, struct feature_group *group,
                 const char *const *terms, uint32_t count)
{
    int bits = 1;
    while ((BUCKET_SLOTS / 2) << bits < (int)count)
        bits++;
    group->table = (struct table){arrays->slots, count, bits, 64 - __builtin_clzll(count)};
    group->slot_count = (size_t)(BUCKET_SLOTS << bits) + BUCKET_SLOTS * 2;
    group->hashes = arrays->hashes;
    group->rows = arrays->rows;
    for (uint32_t row = 0; row < count; row++) {
        const uint64_t mix = mix_hash(arrays->hashes[row] = hash_of(engine, terms[row]));
        uint64_t *slot = arrays->slots + (home_bucket(&group->table, mix) - arrays->slots);
        while (*slot)
            slot++;
        *slot = slot_tag(&group->table, mix) | (row + 1);
        for (int k = 0; k <= LABELS; k++)
            arrays->rows[row * (1 + LABELS) + (uint32_t)k] = 1 + (float)k / (1 + (float)row);
    }
}

static void check(int condition)
{
    if (!condition)
        abort();
}

#define COUNT(terms) (sizeof(terms) / sizeof *(terms))

/* Makes an engine of two models with all kinds of feature groups. */
static struct engine *make(int repack, int portable)
{
    static struct arrays arrays[ENGINES][GROUPS];
    static int made;
    const float bias[LABELS] = {0.5f, 0, -1};
    struct engine *engine = engine_new(2, GROUPS, 1);
    struct arrays *own = arrays[made++];
    check(engine && !engine_set_model(engine, 0, bias, LABELS) &&
          !engine_set_model(engine, 1, bias, 2));
    check(!engine_add_abbreviation(engine, (const uint8_t *)"gen", 3));
    struct workspace *ws = workspace_new(engine);
    struct lexicon *lexicon = engine->lexicons;
    for (int i = 0; i < 2; i++)
        check(!lexicon_add_category(engine, lexicon, (const uint8_t *)category_terms[i], 3));
    for (uint32_t i = 0; i < COUNT(phrases); i++)
        check(!lexicon_add_phrase(engine, engine->lexicons, i % 2, ws, (const uint8_t *)phrases[i],
                              strlen(phrases[i])));
    workspace_free(engine, ws);
    struct feature_group groups[] = {
        {.model = 0, .kind = WORD_NGRAMS, .min_n = 1, .max_n = 3},
        {.model = 1, .kind = WORD_NGRAMS, .min_n = 1, .max_n = 3},
        {.model = 0, .kind = CHAR_NGRAMS, .min_n = 1, .max_n = 5, .binary = 1},
        {.model = 1, .kind = CHAR_NGRAMS, .min_n = 3, .max_n = 4},
        {.model = 1, .kind = LEXICON_NGRAMS, .min_n = 1, .max_n = 2, .lexicon = engine->lexicons},
        {.model = 0, .kind = WORD_NGRAMS, .min_n = 2, .max_n = 8, .binary = 1},
        {.model = 0, .kind = WORD_NGRAMS, .min_n = 1, .max_n = 3, .first_words = 4},
        {.model = 1, .kind = WORD_NGRAMS, .min_n = 1, .max_n = 3, .first_words = 4},
        {.model = 1, .kind = WORD_NGRAMS, .min_n = 1, .max_n = 3, .first_words = 2},
        {.model = 0, .kind = CHAR_NGRAMS, .min_n = 1, .max_n = 5, .lexicon = engine->lexicons,
         .within = 1},
        {.model = 1, .kind = CHAR_NGRAMS, .min_n = 1, .max_n = 5, .lexicon = engine->lexicons,
         .without = 2 | 1ull << QUOTATION_BIT},
        {.model = 0, .kind = WORD_NGRAMS, .min_n = 1, .max_n = 3, .lexicon = engine->lexicons,
         .within = 2},
        {.model = 1, .kind = WORD_NGRAMS, .min_n = 1, .max_n = 3, .first_words = 4,
         .lexicon = engine->lexicons, .without = 1 | 1ull << QUOTATION_BIT},
    };
    const char *const *terms[] = {words, words + 3, grams, grams + 2, category_terms, words,
                                  words, words + 3, words + 3, grams, grams,
                                  words, words + 3};
    const size_t counts[] = {COUNT(words), COUNT(words) - 3, COUNT(grams), COUNT(grams) - 2,
                             COUNT(category_terms), COUNT(words),
                             COUNT(words), COUNT(words) - 3, COUNT(words) - 3,
                             COUNT(grams), COUNT(grams),
                             COUNT(words), COUNT(words) - 3};
    for (size_t g = 0; g < COUNT(groups); g++) {
        fill(engine, own + g, groups + g, terms[g], (uint32_t)counts[g]);
        check(!engine_add_group(engine, groups[g]));
    }
    check(!engine_build_channels(engine, repack));
    if (portable)
        engine->stages = &stages_portable;
    return engine;
}

/* Calls all functions about a text; returns the sum of the scores of the whole text. */
static double score(struct engine *engine, struct workspace *ws, const uint8_t *data, size_t size,
                  struct span span)
{
    double first[LABELS] = {0}, second[LABELS] = {0}, in_vocabulary[2];
    double *scores[] = {first, second}, *shares[] = {in_vocabulary, in_vocabulary + 1};
    if (workspace_read(engine, ws, data, size, 1) != OK)
        return NAN;
    struct contribution *contributions;
    check(workspace_find_contributions(engine, ws, span, span.start % 2, 1) == OK);
    const size_t count = workspace_contributions(ws, &contributions);
    for (size_t i = 0; i < count; i++)
        check(contributions[i].key >> 32 < (contributions[i].key & UINT32_MAX) &&
              (contributions[i].key & UINT32_MAX) <= ws->characters);
    workspace_scores(engine, ws, &span, 2, scores, shares);
    workspace_scores(engine, ws, NULL, UINT32_MAX, scores, shares);
    check(in_vocabulary[0] >= 0 && in_vocabulary[0] <= 1);
    return first[0] + first[1] + first[2] + second[0] + second[1];
}

/* Makes an engine with the input as its hash table, and scores a text if the engine accepts it. */
static void test_damaged_table(const uint8_t *data, size_t size)
{
    static const char text[] = "The goal was over the match: goal, rain. Gen. A1 over rain été";
    struct arrays arrays = {0};
    const float bias[LABELS] = {0};
    if (size < 4)
        return;
    const uint32_t terms = 1 + data[0] % (MAX_ROWS - 1);
    const size_t most_slots = (size_t)BUCKET_SLOTS * MAX_ROWS;
    const size_t slots = data[1] % 2 ? data[2] % (most_slots + 1) : most_slots;
    const int repack = data[3] & 1, chars = data[3] >> 1 & 1, twice = data[3] >> 2 & 1;
    data += 4;
    size -= 4;
    for (size_t i = 0; i < MAX_ROWS; i++)
        arrays.hashes[i] = i;
    for (size_t i = 0; i < MAX_ROWS * (1 + LABELS); i++)
        arrays.rows[i] = (float)i;
    struct engine *engine = engine_new(2, 2, 0);
    check(engine && !engine_set_model(engine, 0, bias, LABELS) &&
          !engine_set_model(engine, 1, bias, LABELS));
    struct feature_group group = {
        .kind = chars ? CHAR_NGRAMS : WORD_NGRAMS, .min_n = 1, .max_n = 3};
    /* In half of the inputs, the bytes change a valid table with the words of the text. */
    if (data[-1] & 8)
        fill(engine, &arrays, &group, words, COUNT(words));
    for (size_t i = 0; i < size && i < sizeof arrays.slots; i++)
        ((uint8_t *)arrays.slots)[i] ^= data[i];
    group.table = (struct table){.slots = arrays.slots, .term_count = terms};
    group.slot_count = slots;
    group.hashes = arrays.hashes;
    group.rows = arrays.rows;
    int status = engine_add_group(engine, group);
    group.model = 1;
    if (status == OK && twice)
        status = engine_add_group(engine, group);
    if (status == OK && engine_build_channels(engine, repack) == OK) {
        struct workspace *ws = workspace_new(engine);
        score(engine, ws, (const uint8_t *)text, sizeof text - 1, (struct span){3, 40});
        workspace_free(engine, ws);
    }
    engine_free(engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct engine *engines[ENGINES];
    static struct workspace *workspaces[ENGINES];
    for (int i = 0; i < ENGINES && !engines[i]; i++) {
        engines[i] = make(i & 1, i >> 1); /* bit 0: repacked, bit 1: portable */
        workspaces[i] = workspace_new(engines[i]);
    }
    if (size < 3)
        return 0;
    if (data[0] % 8 == 7) {
        test_damaged_table(data + 1, size - 1);
        return 0;
    }
    const struct span span = {data[1], data[1] + data[2]};
    const int other = 1 + data[0] / 4 % (ENGINES - 1);
    const double expected = score(engines[0], workspaces[0], data + 3, size - 3, span);
    const double actual = score(engines[other], workspaces[other], data + 3, size - 3, span);
    check(isnan(expected) ? isnan(actual) : fabs(expected - actual) < 1e-9);
    return 0;
}
