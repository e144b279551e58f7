/* Makes an engine of forms: channels, the tables that several views share, and lexicons. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "workspace.h"

struct engine *engine_new(uint32_t forms, uint32_t views, uint32_t lexicons)
{
    struct engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return NULL;
    engine->forms = forms;
    engine->lexicons = lexicons;
    engine->labels = calloc(forms + 1, sizeof *engine->labels);
    engine->bias = calloc(forms + 1, sizeof *engine->bias);
    engine->view = calloc(views + 1, sizeof *engine->view);
    engine->channel = calloc(views + 1, sizeof *engine->channel);
    engine->lexicon = calloc(lexicons + 1, sizeof *engine->lexicon);
    engine->pass = best_pass();
    engine->reads_words = 1; /* of phrases */
    engine->power[0] = 1;
    for (int i = 1; i < POWERS; i++)
        engine->power[i] = engine->power[i - 1] * BASE;
    for (int i = 1; i < LOGS; i++)
        engine->logs[i] = 1 + log((double)i);
    if (!engine->labels || !engine->bias || !engine->view || !engine->channel || !engine->lexicon) {
        engine_free(engine);
        return NULL;
    }
    return engine;
}

static void channels_free(struct engine *engine)
{
    for (uint32_t i = 0; i < engine->channels; i++) {
        free(engine->channel[i].view);
        free(engine->channel[i].offsets);
        free(engine->channel[i].forms);
        free(engine->channel[i].own_slots);
        free(engine->channel[i].own_rows);
    }
    engine->channels = 0;
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    for (uint32_t i = 0; engine->bias && i < engine->forms; i++)
        free(engine->bias[i]);
    channels_free(engine);
    for (uint32_t i = 0; engine->lexicon && i < engine->lexicons; i++)
        free(engine->lexicon[i].phrases.at);
    free(engine->abbreviations.at);
    free(engine->labels);
    free(engine->bias);
    free(engine->view);
    free(engine->channel);
    free(engine->lexicon);
    free(engine);
}

int engine_form(struct engine *engine, uint32_t form, const float *bias, uint32_t labels)
{
    double *copy = malloc((labels + 1) * sizeof *copy);
    if (!copy)
        return NO_MEMORY;
    for (uint32_t i = 0; i < labels; i++)
        copy[i] = bias[i];
    free(engine->bias[form]);
    engine->bias[form] = copy;
    engine->labels[form] = labels;
    return DONE;
}

/* Adds a key, or finds it as it is; room for one more is made first. */
static struct pair *pair_add(struct pairs *pairs, uint64_t key)
{
    if (!pairs->at || pairs->count * 2 >= pairs->mask) {
        struct pairs wider = {NULL, pairs->at ? pairs->mask * 2 + 1 : 63, pairs->count};
        wider.at = calloc((size_t)wider.mask + 1, sizeof *wider.at);
        if (!wider.at)
            return NULL;
        for (uint32_t i = 0; pairs->at && i <= pairs->mask; i++)
            if (pairs->at[i].key)
                *(struct pair *)pair_find(&wider, pairs->at[i].key) = pairs->at[i];
        free(pairs->at);
        *pairs = wider;
    }
    struct pair *pair = (struct pair *)pair_find(pairs, key);
    if (!pair->key && key) {
        *pair = (struct pair){key, NOWHERE};
        pairs->count++;
    }
    return pair;
}

/* Returns the hash of bytes that no others stand before. */
static int hash_alone(const struct engine *engine, const uint8_t *text, size_t length,
                      uint64_t *hash)
{
    uint8_t *copy = calloc(1, length + FRONT);
    if (!copy)
        return 0;
    memcpy(copy + FRONT, text, length);
    *hash = hash_bytes(engine, copy + FRONT, copy + FRONT + length);
    free(copy);
    return 1;
}

int engine_abbreviation(struct engine *engine, const uint8_t *text, size_t length)
{
    uint64_t hash;
    if (!hash_alone(engine, text, length, &hash) || !pair_add(&engine->abbreviations, hash))
        return NO_MEMORY;
    return DONE;
}

int lexicon_mark(struct engine *engine, struct lexicon *lexicon, const uint8_t *mark,
                 size_t length)
{
    if (lexicon->groups == MOST_GROUPS)
        return HANDED_OVER;
    if (!hash_alone(engine, mark, length, &lexicon->marks[lexicon->groups]) ||
        !pair_add(&lexicon->phrases, 0))
        return NO_MEMORY;
    lexicon->lengths[lexicon->groups++] = (uint32_t)length;
    return DONE;
}

static void note(uint64_t *filter, uint64_t hash)
{
    const uint64_t mix = mixed(hash);
    filter[mix >> 52] |= 1ull << (mix >> 46 & 63);
}

int lexicon_phrase(struct engine *engine, struct lexicon *lexicon, uint32_t group,
                   struct scratch *s, const uint8_t *phrase, size_t length)
{
    enum outcome outcome = text_read(engine, s, phrase, length, 0);
    if (outcome != DONE || !s->words || s->words > LONGEST_PHRASE)
        return outcome;
    uint64_t hash = s->hashes[0];
    for (uint32_t i = 1; i < s->words; i++)
        hash = joined(engine, hash, s->hashes[i], s->ends[i] - s->starts[i]);
    struct pair *found = pair_add(&lexicon->phrases, hash);
    if (!found)
        return NO_MEMORY;
    if (found->value == NOWHERE)
        found->value = group;
    note(lexicon->filter, hash);
    if (s->words > 1)
        note(lexicon->filter, s->pairs[0]);
    return DONE;
}

static int bits_for(uint64_t number)
{
    return number ? 64 - __builtin_clzll(number) : 0;
}

static void shape(struct table *table, uint64_t terms)
{
    const int bits = bits_for((terms - 1) / (BUCKET / 2));
    table->bits = bits < 1 ? 1 : bits;
    table->row_bits = bits_for(terms);
}

int engine_view(struct engine *engine, struct view view)
{
    struct table *table = &view.table;
    const int ranged = 1 <= view.low && view.low <= view.high && view.high <= LONGEST_NGRAM;
    if (!table->terms || table->terms >= 1u << 28 || view.form >= engine->forms || !ranged ||
        (view.kind == GROUPS || view.within || view.without) != (view.lexicon != NULL) ||
        (view.kind == GROUPS && (view.within || view.without)))
        return REFUSED;
    shape(table, table->terms);
    if (view.slot_count % BUCKET || view.slot_count < (size_t)BUCKET << table->bits ||
        table->slots[view.slot_count - 1])
        return REFUSED;
    view.labels = engine->labels[view.form];
    engine->view[engine->views++] = view;
    if (view.kind == CHARS)
        engine->reads_chunks = 1;
    else
        engine->has_words |= 1u << view.form;
    engine->reads_sentences |= view.lexicon != NULL;
    return DONE;
}

/* Returns how many floats a row takes: whole lines of the cache, where that adds less than a third,
 * or a part of one. */
static size_t padded(size_t wide)
{
    size_t found = 1;
    while (found < wide && found < 16)
        found *= 2;
    found = found < wide ? (wide + 15) & ~(size_t)15 : found;
    return 3 * found <= 4 * wide ? found : wide;
}

/* Copies what lies in a file to where each bucket is one line of the cache. */
static int align(const struct view *view, struct channel *channel)
{
    const size_t slots = view->slot_count * sizeof *channel->own_slots;
    const size_t wide = channel->columns + 1;
    channel->stride = padded(wide);
    channel->own_slots = aligned(slots);
    channel->own_rows = aligned(view->table.terms * channel->stride * sizeof *channel->own_rows);
    if (!channel->own_slots || !channel->own_rows)
        return NO_MEMORY;
    memcpy(channel->own_slots, view->table.slots, slots);
    for (size_t row = 0; row < view->table.terms; row++)
        memcpy(channel->own_rows + row * channel->stride, view->rows + row * wide,
               wide * sizeof *view->rows);
    channel->table.slots = channel->own_slots;
    channel->rows = channel->own_rows;
    return DONE;
}

/* Makes one table of the terms of all views of a channel, and one row of all their numbers. */
static int unite(const struct engine *engine, struct channel *channel)
{
    enum { AHEAD = 8 };
    struct table *table = &channel->table;
    uint64_t total = 0;
    channel->columns = 0;
    for (uint32_t v = 0; v < channel->views; v++) {
        const struct view *view = engine->view + channel->view[v];
        total += view->table.terms;
        channel->offsets[v] = channel->views + (uint32_t)channel->columns;
        channel->columns += view->labels;
    }
    channel->stride = padded(channel->views + channel->columns);
    if (total >= 1u << 28)
        return REFUSED;
    shape(table, total);
    uint64_t *slots = channel->own_slots =
        aligned((((size_t)1 << table->bits) + total / BUCKET + 2) * BUCKET * sizeof *slots);
    channel->forms = calloc(total + 1, sizeof *channel->forms);
    uint32_t *term_of = malloc(total * sizeof *term_of);
    if (!slots || !channel->forms || !term_of) {
        free(term_of);
        return NO_MEMORY;
    }
    table->slots = slots;
    table->terms = 0;
    size_t at = 0;
    for (uint32_t v = 0; v < channel->views; v++) {
        const struct view *view = engine->view + channel->view[v];
        for (uint32_t row = 0; row < view->table.terms; row++, at++) {
            if (row + AHEAD < view->table.terms)
                __builtin_prefetch(home_of(table, mixed(view->hashes[row + AHEAD])));
            const uint64_t mix = mixed(view->hashes[row]);
            const uint32_t term = probe(table, mix);
            if (term == table->terms) {
                uint64_t *slot = (uint64_t *)home_of(table, mix);
                while (*slot)
                    slot++;
                *slot = tag_of(table, mix) | ++table->terms;
            }
            channel->forms[term] |= 1u << view->form;
            term_of[at] = term;
        }
    }
    float *rows = channel->own_rows = aligned(table->terms * channel->stride * sizeof *rows);
    at = 0;
    for (uint32_t v = 0; rows && v < channel->views; v++) {
        const struct view *view = engine->view + channel->view[v];
        const float *from = view->rows;
        for (uint32_t row = 0; row < view->table.terms; row++, at++) {
            float *to = rows + term_of[at] * channel->stride;
            to[v] = *from++;
            for (uint32_t k = 0; k < view->labels; k++)
                to[channel->offsets[v] + k] = *from++;
        }
    }
    channel->rows = rows;
    free(term_of);
    return rows ? DONE : NO_MEMORY;
}

/* Adds a view to the channel of its like, or to a new one. */
static int enter(struct engine *engine, uint32_t number, int many)
{
    const struct view *view = engine->view + number;
    struct channel *channel = engine->channel;
    for (; channel < engine->channel + engine->channels; channel++)
        if (many && channel->kind == view->kind && channel->low == view->low &&
            channel->high == view->high && channel->binary == view->binary &&
            channel->lead == view->lead && channel->lexicon == view->lexicon &&
            channel->within == view->within && channel->without == view->without)
            break;
    if (channel == engine->channel + engine->channels) {
        *channel = (struct channel){.kind = view->kind, .low = view->low, .high = view->high,
                                    .binary = view->binary, .lead = view->lead,
                                    .lexicon = view->lexicon,
                                    .within = view->within, .without = view->without,
                                    .table = view->table, .rows = view->rows,
                                    .columns = view->labels,
                                    .stride = 1 + (size_t)view->labels};
        channel->view = calloc(engine->views, sizeof *channel->view);
        channel->offsets = calloc(engine->views, sizeof *channel->offsets);
        engine->channels++;
    }
    if (!channel->view || !channel->offsets)
        return NO_MEMORY;
    channel->offsets[0] = 1;
    channel->view[channel->views++] = number;
    channel->all |= 1u << view->form;
    return DONE;
}

int engine_lay_out(struct engine *engine, int many)
{
    int outcome = DONE;
    channels_free(engine);
    for (uint32_t v = 0; v < engine->views && outcome == DONE; v++)
        outcome = enter(engine, v, many);
    engine->most_terms = engine->most_columns = 0;
    for (uint32_t c = 0; c < engine->channels && outcome == DONE; c++) {
        struct channel *channel = engine->channel + c;
        if (channel->views > 1)
            outcome = unite(engine, channel);
        else if (many)
            outcome = align(engine->view + channel->view[0], channel);
        if (channel->table.terms > engine->most_terms)
            engine->most_terms = channel->table.terms;
        if (channel->stride > engine->most_columns)
            engine->most_columns = (uint32_t)channel->stride;
    }
    engine->reads_words = engine->has_words != 0 || engine->reads_sentences;
    engine->laid_out = many && outcome == DONE;
    if (outcome != DONE)
        channels_free(engine);
    return outcome;
}
