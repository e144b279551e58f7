/* Feeds raw bytes to the compiled engine: as texts, as spans, and as damaged tables.
 *
 * The first byte chooses: whole engines of words, characters and groups, as they are made and as
 * they are laid out for many texts, with each set of instructions; or an engine whose table and
 * hashes are the input itself. Built by run.sh with address and undefined-behaviour sanitizers.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../textclf/scoring/_native/workspace.h"

enum { LABELS = 3, MOST = 64, MADE = 4 };

static const char *const words[] = {"goal", "rain", "the", "match", "was", "over", "a1", "é", "été",
                                    "goal the", "the match", "match was over", "i\xcc\x87", "ſß"};
static const char *const grams[] = {" go", "goa", "oal", "al ", " goal", " a ", "a", " ", "é ",
                                    " \xcc\x87", "ra", "ain", " r", "n ", "was ", "over "};
static const char *const marks[] = {"<a>", "<b>", "<a> & <b>", "<a> was", "the <b>", "<a> <a>"};
static const char *const phrases[] = {"goal", "the match", "rain", "match was over the match was",
                                      "", "over", "a1 é", "too many words to be a phrase of any"};

/* What a view points to. */
struct memory {
    uint64_t hashes[MOST], slots[8 * MOST];
    float rows[MOST * (1 + LABELS)];
};

static uint64_t hash_of(const struct engine *engine, const char *text)
{
    uint8_t padded[FRONT + 64] = {0};
    memcpy(padded + FRONT, text, strlen(text));
    return hash_bytes(engine, padded + FRONT, padded + FRONT + strlen(text));
}

static void fill(const struct engine *engine, struct memory *memory, struct view *view,
                 const char *const *terms, uint32_t count)
{
    int bits = 1;
    while ((BUCKET / 2) << bits < (int)count)
        bits++;
    view->table = (struct table){memory->slots, count, bits, 64 - __builtin_clzll(count)};
    view->slot_count = (size_t)(BUCKET << bits) + BUCKET * 2;
    view->hashes = memory->hashes;
    view->rows = memory->rows;
    for (uint32_t row = 0; row < count; row++) {
        const uint64_t mix = mixed(memory->hashes[row] = hash_of(engine, terms[row]));
        uint64_t *slot = memory->slots + (home_of(&view->table, mix) - memory->slots);
        while (*slot)
            slot++;
        *slot = tag_of(&view->table, mix) | (row + 1);
        for (int k = 0; k <= LABELS; k++)
            memory->rows[row * (1 + LABELS) + (uint32_t)k] = 1 + (float)k / (1 + (float)row);
    }
}

static void check(int holds)
{
    if (!holds)
        abort();
}

#define COUNT(terms) (sizeof(terms) / sizeof *(terms))

static struct engine *make(int many, int portable)
{
    static struct memory memory[MADE][13];
    static int made;
    const float bias[LABELS] = {0.5f, 0, -1};
    struct engine *engine = engine_new(2, 13, 1);
    struct memory *here = memory[made++];
    check(engine && !engine_form(engine, 0, bias, LABELS) && !engine_form(engine, 1, bias, 2));
    check(!engine_abbreviation(engine, (const uint8_t *)"gen", 3));
    struct scratch *s = scratch_new(engine);
    for (int i = 0; i < 2; i++)
        check(!lexicon_mark(engine, engine->lexicon, (const uint8_t *)marks[i], 3));
    for (uint32_t i = 0; i < COUNT(phrases); i++)
        check(!lexicon_phrase(engine, engine->lexicon, i % 2, s, (const uint8_t *)phrases[i],
                              strlen(phrases[i])));
    scratch_free(engine, s);
    struct view views[] = {
        {.form = 0, .kind = WORDS, .low = 1, .high = 3},
        {.form = 1, .kind = WORDS, .low = 1, .high = 3},
        {.form = 0, .kind = CHARS, .low = 1, .high = 5, .binary = 1},
        {.form = 1, .kind = CHARS, .low = 3, .high = 4},
        {.form = 1, .kind = GROUPS, .low = 1, .high = 2, .lexicon = engine->lexicon},
        {.form = 0, .kind = WORDS, .low = 2, .high = 8, .binary = 1},
        {.form = 0, .kind = WORDS, .low = 1, .high = 3, .lead = 4},
        {.form = 1, .kind = WORDS, .low = 1, .high = 3, .lead = 4},
        {.form = 1, .kind = WORDS, .low = 1, .high = 3, .lead = 2},
        {.form = 0, .kind = CHARS, .low = 1, .high = 5, .lexicon = engine->lexicon, .within = 1},
        {.form = 1, .kind = CHARS, .low = 1, .high = 5, .lexicon = engine->lexicon,
         .without = 2 | 1ull << QUOTATION},
        {.form = 0, .kind = WORDS, .low = 1, .high = 3, .lexicon = engine->lexicon, .within = 2},
        {.form = 1, .kind = WORDS, .low = 1, .high = 3, .lead = 4, .lexicon = engine->lexicon,
         .without = 1 | 1ull << QUOTATION},
    };
    const char *const *terms[] = {words, words + 3, grams, grams + 2, marks, words,
                                  words, words + 3, words + 3, grams, grams,
                                  words, words + 3};
    const size_t counts[] = {COUNT(words), COUNT(words) - 3, COUNT(grams), COUNT(grams) - 2,
                             COUNT(marks), COUNT(words),
                             COUNT(words), COUNT(words) - 3, COUNT(words) - 3,
                             COUNT(grams), COUNT(grams),
                             COUNT(words), COUNT(words) - 3};
    for (size_t v = 0; v < COUNT(views); v++) {
        fill(engine, here + v, views + v, terms[v], (uint32_t)counts[v]);
        check(!engine_view(engine, views[v]));
    }
    check(!engine_lay_out(engine, many));
    if (portable)
        engine->pass = &pass_portable;
    return engine;
}

/* Asks all that can be asked about a text; returns the sum of the whole text's scores. */
static double ask(struct engine *engine, struct scratch *s, const uint8_t *data, size_t size,
                  struct span span)
{
    double first[LABELS] = {0}, second[LABELS] = {0}, known[2];
    double *scores[] = {first, second}, *shares[] = {known, known + 1};
    if (text_read(engine, s, data, size, 1) != DONE)
        return NAN;
    struct place *places;
    check(text_places(engine, s, span, span.start % 2, 1) == DONE);
    const size_t count = places_found(s, &places);
    for (size_t i = 0; i < count; i++)
        check(places[i].key >> 32 < (places[i].key & UINT32_MAX) &&
              (places[i].key & UINT32_MAX) <= s->characters);
    text_scores(engine, s, &span, 2, scores, shares);
    text_scores(engine, s, NULL, UINT32_MAX, scores, shares);
    check(known[0] >= 0 && known[0] <= 1);
    return first[0] + first[1] + first[2] + second[0] + second[1];
}

/* Takes the input for hashes and slots, makes what passes the engine's checks, and uses it. */
static void damaged(const uint8_t *data, size_t size)
{
    static const char text[] = "The goal was over the match: goal, rain. Gen. A1 over rain été";
    struct memory memory = {0};
    const float bias[LABELS] = {0};
    if (size < 4)
        return;
    const uint32_t terms = 1 + data[0] % (MOST - 1);
    const size_t slots = data[1] % 2 ? data[2] % (8 * MOST + 1) : (size_t)8 * MOST;
    const int many = data[3] & 1, kind = data[3] >> 1 & 1, twice = data[3] >> 2 & 1;
    data += 4;
    size -= 4;
    for (size_t i = 0; i < MOST; i++)
        memory.hashes[i] = i;
    for (size_t i = 0; i < MOST * (1 + LABELS); i++)
        memory.rows[i] = (float)i;
    struct engine *engine = engine_new(2, 2, 0);
    check(engine && !engine_form(engine, 0, bias, LABELS) && !engine_form(engine, 1, bias, LABELS));
    /* Half of the tables lead somewhere: the words of the text, to the rows of the input. */
    struct view view = {.kind = kind ? CHARS : WORDS, .low = 1, .high = 3};
    if (data[-1] & 8)
        fill(engine, &memory, &view, words, COUNT(words));
    for (size_t i = 0; i < size && i < sizeof memory.slots; i++)
        ((uint8_t *)memory.slots)[i] ^= data[i];
    view.table = (struct table){.slots = memory.slots, .terms = terms};
    view.slot_count = slots;
    view.hashes = memory.hashes;
    view.rows = memory.rows;
    int outcome = engine_view(engine, view);
    view.form = 1;
    if (outcome == DONE && twice)
        outcome = engine_view(engine, view);
    if (outcome == DONE && engine_lay_out(engine, many) == DONE) {
        struct scratch *s = scratch_new(engine);
        ask(engine, s, (const uint8_t *)text, sizeof text - 1, (struct span){3, 40});
        scratch_free(engine, s);
    }
    engine_free(engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct engine *engines[MADE];
    static struct scratch *scratches[MADE];
    for (int i = 0; i < MADE && !engines[i]; i++) {
        engines[i] = make(i & 1, i >> 1);
        scratches[i] = scratch_new(engines[i]);
    }
    if (size < 3)
        return 0;
    if (data[0] % 8 == 7) {
        damaged(data + 1, size - 1);
        return 0;
    }
    const struct span span = {data[1], data[1] + data[2]};
    const int other = 1 + data[0] / 4 % (MADE - 1);
    const double one = ask(engines[0], scratches[0], data + 3, size - 3, span);
    const double two = ask(engines[other], scratches[other], data + 3, size - 3, span);
    check(isnan(one) ? isnan(two) : fabs(one - two) < 1e-9);
    return 0;
}
