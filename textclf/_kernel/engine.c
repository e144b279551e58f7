/* Makes an engine of forms: channels, the tables that several views share, and lexicons. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scratch.h"

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

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    for (uint32_t i = 0; engine->bias && i < engine->forms; i++)
        free(engine->bias[i]);
    for (uint32_t i = 0; i < engine->channels; i++) {
        free(engine->channel[i].view);
        free(engine->channel[i].links);
        free(engine->channel[i].made_hashes);
        free(engine->channel[i].made_slots);
    }
    for (uint32_t i = 0; engine->lexicon && i < engine->lexicons; i++) {
        free(engine->lexicon[i].phrases.at);
        free(engine->lexicon[i].firsts.at);
    }
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
    if (labels > engine->most_labels)
        engine->most_labels = labels;
    return DONE;
}

/* Adds a key, or finds it as it is; room for one more is made first. */
static struct pair *pair_add(struct pairs *pairs, uint64_t key)
{
    if (!pairs->at || pairs->count * 4 >= pairs->mask) {
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
        !pair_add(&lexicon->phrases, 0) || !pair_add(&lexicon->firsts, 0))
        return NO_MEMORY;
    lexicon->lengths[lexicon->groups++] = (uint32_t)length;
    return DONE;
}

static void note(uint64_t *filter, uint64_t hash)
{
    const uint64_t mix = mixed(hash);
    filter[mix >> 54] |= 1ull << (mix >> 48 & 63);
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
    struct pair *first = pair_add(&lexicon->firsts, s->hashes[0]);
    if (!found || !first)
        return NO_MEMORY;
    if (found->value == NOWHERE)
        found->value = group;
    if (first->value == NOWHERE || first->value < s->words)
        first->value = s->words;
    note(lexicon->phrase_filter, hash);
    note(lexicon->first_filter, s->hashes[0]);
    return DONE;
}

static int bits_for(uint64_t number)
{
    return number ? 64 - __builtin_clzll(number) : 0;
}

static void shape(struct table *table, uint64_t terms)
{
    table->bits = bits_for(2 * terms - 1) < 3 ? 3 : bits_for(2 * terms - 1);
    table->row_bits = bits_for(terms);
}

int engine_view(struct engine *engine, struct view given, struct channel wanted,
                const uint32_t *slots, size_t slot_count)
{
    const int ranged = 1 <= wanted.low && wanted.low <= wanted.high && wanted.high <= LONGEST_NGRAM;
    if (!given.terms || given.terms >= 1u << 28 || given.form >= engine->forms || !ranged ||
        (wanted.kind == GROUPS) != (wanted.lexicon != NULL))
        return REFUSED;
    given.own = (struct table){given.hashes, slots, given.terms, 0, 0};
    shape(&given.own, given.terms);
    if (slot_count < ((size_t)1 << given.own.bits) + AT_ONCE)
        return REFUSED;
    for (int i = 1; i <= AT_ONCE; i++)
        if (slots[slot_count - i])
            return REFUSED;
    uint32_t c = 0;
    for (; c < engine->channels; c++) {
        const struct channel *one = engine->channel + c;
        if (one->kind == wanted.kind && one->low == wanted.low && one->high == wanted.high &&
            one->lexicon == wanted.lexicon)
            break;
    }
    if (c == engine->channels)
        engine->channel[engine->channels++] = wanted;
    struct channel *channel = engine->channel + c;
    uint32_t *wider = realloc(channel->view, (channel->views + 1) * sizeof *wider);
    if (!wider)
        return NO_MEMORY;
    channel->view = wider;
    channel->view[channel->views++] = engine->views;
    channel->all |= 1u << given.form;
    given.channel = c;
    given.labels = engine->labels[given.form];
    engine->view[engine->views++] = given;
    if (wanted.kind == CHARS)
        engine->reads_chunks = 1;
    else
        engine->has_words |= 1u << given.form;
    engine->reads_sentences |= wanted.kind == GROUPS;
    return DONE;
}

/* Makes one table of the terms of all views of a channel, and leads its terms to their rows. */
static int unite(struct engine *engine, struct channel *channel)
{
    enum { AHEAD = 8 };
    struct table *table = &channel->table;
    uint64_t total = 0;
    for (uint32_t v = 0; v < channel->views; v++)
        total += engine->view[channel->view[v]].terms;
    const struct view *only = engine->view + channel->view[0];
    *table = only->own;
    channel->rows = (const char *)only->rows;
    channel->row_size = (1 + (size_t)only->labels) * sizeof *only->rows;
    if (channel->views < 2)
        return DONE;
    if (total >= 1u << 28)
        return REFUSED;
    shape(table, total);
    channel->wide = 1 + channel->views;
    uint64_t *hashes = channel->made_hashes = malloc(total * sizeof *hashes);
    uint32_t *slots = channel->made_slots =
        calloc(((size_t)1 << table->bits) + total + AT_ONCE, sizeof *slots);
    channel->links = malloc((total + 1) * channel->wide * sizeof *channel->links);
    if (!hashes || !slots || !channel->links)
        return NO_MEMORY;
    channel->rows = (const char *)channel->links;
    channel->row_size = channel->wide * sizeof *channel->links;
    table->hashes = hashes;
    table->slots = slots;
    table->terms = 0;
    const uint32_t row_mask = (1u << table->row_bits) - 1;
    for (uint32_t v = 0; v < channel->views; v++) {
        const struct view *view = engine->view + channel->view[v];
        for (uint32_t row = 0; row < view->terms; row++) {
            if (row + AHEAD < view->terms)
                __builtin_prefetch(slots + (mixed(view->hashes[row + AHEAD]) >> (64 - table->bits)));
            const uint64_t hash = view->hashes[row], mix = mixed(hash);
            const uint32_t term = table_probe(table, hash, mix);
            uint32_t *links = channel->links + (size_t)term * channel->wide;
            if (term == table->terms) {
                size_t at = mix >> (64 - table->bits);
                while (slots[at])
                    at++;
                hashes[term] = hash;
                slots[at] = ((uint32_t)((mix << table->bits) >> 32) & ~row_mask) | (term + 1);
                table->terms++;
                links[0] = 0;
                memset(links + 1, 255, channel->views * sizeof *links);
            }
            links[0] |= 1u << view->form;
            links[1 + v] = row;
        }
    }
    uint32_t *none = channel->links + (size_t)table->terms * channel->wide;
    none[0] = 0;
    memset(none + 1, 255, channel->views * sizeof *none);
    return DONE;
}

int engine_finish(struct engine *engine)
{
    int outcome = DONE;
    for (uint32_t c = 0; c < engine->channels && outcome == DONE; c++)
        outcome = unite(engine, engine->channel + c);
    for (uint32_t c = 0; c < engine->channels; c++)
        if (engine->channel[c].table.terms > engine->most_terms)
            engine->most_terms = engine->channel[c].table.terms;
    engine->reads_words = engine->has_words != 0;
    return outcome;
}
