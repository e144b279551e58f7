/* Makes an engine: models, lexicons, and the channels that feature groups share. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "workspace.h"

struct engine *engine_new(uint32_t model_count, uint32_t group_count, uint32_t lexicon_count)
{
    struct engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return NULL;
    engine->model_count = model_count;
    engine->lexicon_count = lexicon_count;
    engine->label_counts = calloc(model_count + 1, sizeof *engine->label_counts);
    engine->bias = calloc(model_count + 1, sizeof *engine->bias);
    engine->groups = calloc(group_count + 1, sizeof *engine->groups);
    engine->channels = calloc(group_count + 1, sizeof *engine->channels);
    engine->lexicons = calloc(lexicon_count + 1, sizeof *engine->lexicons);
    engine->stages = fastest_stages();
    engine->needs_words = 1; /* lexicon_add_phrase reads the words of phrases */
    engine->base_powers[0] = 1;
    for (int i = 1; i < BASE_POWERS; i++)
        engine->base_powers[i] = engine->base_powers[i - 1] * HASH_BASE;
    for (int i = 1; i < LOG_TF_SIZE; i++)
        engine->log_tf[i] = 1 + log((double)i);
    if (!engine->label_counts || !engine->bias || !engine->groups || !engine->channels ||
        !engine->lexicons) {
        engine_free(engine);
        return NULL;
    }
    return engine;
}

static void free_channels(struct engine *engine)
{
    for (uint32_t i = 0; i < engine->channel_count; i++) {
        free(engine->channels[i].groups);
        free(engine->channels[i].weight_columns);
        free(engine->channels[i].term_models);
        free(engine->channels[i].own_slots);
        free(engine->channels[i].own_rows);
    }
    engine->channel_count = 0;
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    for (uint32_t i = 0; engine->bias && i < engine->model_count; i++)
        free(engine->bias[i]);
    free_channels(engine);
    for (uint32_t i = 0; engine->lexicons && i < engine->lexicon_count; i++)
        free(engine->lexicons[i].phrases.entries);
    free(engine->abbreviations.entries);
    free(engine->label_counts);
    free(engine->bias);
    free(engine->groups);
    free(engine->channels);
    free(engine->lexicons);
    free(engine);
}

int engine_set_model(struct engine *engine, uint32_t model, const float *bias,
                     uint32_t label_count)
{
    double *copy = malloc((label_count + 1) * sizeof *copy);
    if (!copy)
        return NO_MEMORY;
    for (uint32_t i = 0; i < label_count; i++)
        copy[i] = bias[i];
    free(engine->bias[model]);
    engine->bias[model] = copy;
    engine->label_counts[model] = label_count;
    return OK;
}

/* Returns the entry of a key, added with the value NONE if it was missing. The key 0 is never
 * added, but it makes room for a first key. Returns NULL if there is no memory. */
static struct map_entry *map_add(struct hash_map *map, uint64_t key)
{
    if (!map->entries || map->count * 2 >= map->mask) {
        struct hash_map larger = {NULL, map->entries ? map->mask * 2 + 1 : 63, map->count};
        larger.entries = calloc((size_t)larger.mask + 1, sizeof *larger.entries);
        if (!larger.entries)
            return NULL;
        for (uint32_t i = 0; map->entries && i <= map->mask; i++)
            if (map->entries[i].key)
                *(struct map_entry *)map_find(&larger, map->entries[i].key) = map->entries[i];
        free(map->entries);
        *map = larger;
    }
    struct map_entry *entry = (struct map_entry *)map_find(map, key);
    if (!entry->key && key) {
        *entry = (struct map_entry){key, NONE};
        map->count++;
    }
    return entry;
}

/* Writes the hash of bytes that have no readable memory before them. Returns 0 if there is no
 * memory. */
static int hash_unpadded(const struct engine *engine, const uint8_t *text, size_t length,
                         uint64_t *hash)
{
    uint8_t *copy = calloc(1, length + PAD_BEFORE);
    if (!copy)
        return 0;
    memcpy(copy + PAD_BEFORE, text, length);
    *hash = hash_bytes(engine, copy + PAD_BEFORE, copy + PAD_BEFORE + length);
    free(copy);
    return 1;
}

int engine_add_abbreviation(struct engine *engine, const uint8_t *text, size_t length)
{
    uint64_t hash;
    if (!hash_unpadded(engine, text, length, &hash) || !map_add(&engine->abbreviations, hash))
        return NO_MEMORY;
    return OK;
}

int lexicon_add_category(struct engine *engine, struct lexicon *lexicon, const uint8_t *token,
                         size_t length)
{
    const uint32_t category = lexicon->category_count;
    if (category == MAX_CATEGORIES)
        return UNSUPPORTED;
    /* The map of phrases needs entries even if no category has a phrase. */
    if (!hash_unpadded(engine, token, length, &lexicon->token_hashes[category]) ||
        !map_add(&lexicon->phrases, 0))
        return NO_MEMORY;
    lexicon->token_lengths[category] = (uint32_t)length;
    lexicon->category_count++;
    return OK;
}

/* Sets the bit of a hash that filter_may_contain reads. */
static void filter_add(uint64_t *filter, uint64_t hash)
{
    const uint64_t mix = mix_hash(hash);
    filter[mix >> 52] |= 1ull << (mix >> 46 & 63);
}

int lexicon_add_phrase(struct engine *engine, struct lexicon *lexicon, uint32_t category,
                       struct workspace *ws, const uint8_t *phrase, size_t length)
{
    enum status status = workspace_read(engine, ws, phrase, length, 0);
    /* A phrase without a word, or with too many, can never be found: leave it out. */
    if (status != OK || !ws->word_count || ws->word_count > MAX_PHRASE_WORDS)
        return status;
    uint64_t hash = ws->word_hashes[0];
    for (uint32_t i = 1; i < ws->word_count; i++)
        hash = join_hashes(engine, hash, ws->word_hashes[i],
                           ws->word_ends[i] - ws->word_starts[i]);
    struct map_entry *entry = map_add(&lexicon->phrases, hash);
    if (!entry)
        return NO_MEMORY;
    if (entry->value == NONE) /* of two categories with the same phrase the first one has it */
        entry->value = category;
    filter_add(lexicon->filter, hash);
    if (ws->word_count > 1)
        filter_add(lexicon->filter, ws->bigram_hashes[0]);
    return OK;
}

/* Returns how many bits a number takes. */
static int bit_length(uint64_t number)
{
    return number ? 64 - __builtin_clzll(number) : 0;
}

/* Sets the bits of a table of so many terms, as scoring/vocabulary.py does: the number of home
 * buckets is a power of two, and they are half full at most. */
static void set_table_bits(struct table *table, uint64_t terms)
{
    const int bits = bit_length((terms - 1) / (BUCKET_SLOTS / 2));
    table->bucket_bits = bits < 1 ? 1 : bits;
    table->row_bits = bit_length(terms);
}

int engine_add_group(struct engine *engine, struct feature_group group)
{
    struct table *table = &group.table;
    const int valid_range =
        1 <= group.min_n && group.min_n <= group.max_n && group.max_n <= MAX_NGRAM;
    const int filtered = group.within || group.without;
    /* A lexicon is there if and only if it is needed, and lexicon n-grams have no filters. */
    if (!table->term_count || table->term_count >= MAX_TERMS ||
        group.model >= engine->model_count || !valid_range ||
        (group.kind == LEXICON_NGRAMS || filtered) != (group.lexicon != NULL) ||
        (group.kind == LEXICON_NGRAMS && filtered))
        return INVALID;
    set_table_bits(table, table->term_count);
    /* Each home bucket must be there, and an empty slot must end the last search. */
    if (group.slot_count % BUCKET_SLOTS ||
        group.slot_count < (size_t)BUCKET_SLOTS << table->bucket_bits ||
        table->slots[group.slot_count - 1])
        return INVALID;
    group.label_count = engine->label_counts[group.model];
    engine->groups[engine->group_count++] = group;
    if (group.kind == CHAR_NGRAMS)
        engine->needs_chunks = 1;
    else
        engine->models_with_words |= 1u << group.model;
    engine->needs_sentences |= group.lexicon != NULL;
    return OK;
}

/* Returns how many floats a row of `width` floats is padded to, so that it spans few cache lines
 * (16 floats): a power of two up to a line, or whole lines. No padding that adds more than a
 * third. */
static size_t padded_stride(size_t width)
{
    size_t padded = 1;
    while (padded < width && padded < 16)
        padded *= 2;
    padded = padded < width ? (width + 15) & ~(size_t)15 : padded;
    return 3 * padded <= 4 * width ? padded : width;
}

/* Repacks the channel of a single feature group: copies its table and rows to memory where each
 * bucket is one cache line and rows are padded. */
static int copy_aligned(const struct feature_group *group, struct channel *channel)
{
    const size_t slot_bytes = group->slot_count * sizeof *channel->own_slots;
    const size_t width = channel->weight_count + 1, terms = group->table.term_count;
    channel->stride = padded_stride(width);
    channel->own_slots = aligned_zeros(slot_bytes);
    channel->own_rows = aligned_zeros(terms * channel->stride * sizeof *channel->own_rows);
    if (!channel->own_slots || !channel->own_rows)
        return NO_MEMORY;
    memcpy(channel->own_slots, group->table.slots, slot_bytes);
    for (size_t row = 0; row < terms; row++)
        memcpy(channel->own_rows + row * channel->stride, group->rows + row * width,
               width * sizeof *group->rows);
    channel->table.slots = channel->own_slots;
    channel->rows = channel->own_rows;
    return OK;
}

/* Repacks a channel of several feature groups: makes one table of the terms of all, and one row
 * for each term with the idf and the label weights of all. */
static int merge_groups(const struct engine *engine, struct channel *channel)
{
    enum { PREFETCH = 8 }; /* terms */
    struct table *table = &channel->table;
    uint64_t total = 0; /* terms of all groups, with repetitions */
    channel->weight_count = 0;
    for (uint32_t g = 0; g < channel->group_count; g++) {
        const struct feature_group *group = engine->groups + channel->groups[g];
        total += group->table.term_count;
        channel->weight_columns[g] = channel->group_count + (uint32_t)channel->weight_count;
        channel->weight_count += group->label_count;
    }
    channel->stride = padded_stride(channel->group_count + channel->weight_count);
    if (total >= MAX_TERMS)
        return INVALID;
    set_table_bits(table, total);
    /* Beyond the home buckets there is room for all terms to overflow, and for an empty end. */
    const size_t buckets = ((size_t)1 << table->bucket_bits) + total / BUCKET_SLOTS + 2;
    uint64_t *slots = channel->own_slots = aligned_zeros(buckets * BUCKET_SLOTS * sizeof *slots);
    channel->term_models = calloc(total + 1, sizeof *channel->term_models);
    /* (total): the term in the new table of each row of each group, one group after another. */
    uint32_t *term_of = malloc(total * sizeof *term_of);
    if (!slots || !channel->term_models || !term_of) {
        free(term_of);
        return NO_MEMORY;
    }
    table->slots = slots;
    table->term_count = 0;
    size_t i = 0;
    for (uint32_t g = 0; g < channel->group_count; g++) {
        const struct feature_group *group = engine->groups + channel->groups[g];
        const uint32_t rows = group->table.term_count;
        for (uint32_t row = 0; row < rows; row++, i++) {
            if (row + PREFETCH < rows)
                __builtin_prefetch(home_bucket(table, mix_hash(group->hashes[row + PREFETCH])));
            const uint64_t mix = mix_hash(group->hashes[row]);
            const uint32_t term = table_find(table, mix);
            if (term == table->term_count) {
                uint64_t *slot = (uint64_t *)home_bucket(table, mix);
                while (*slot)
                    slot++;
                *slot = slot_tag(table, mix) | ++table->term_count;
            }
            channel->term_models[term] |= 1u << group->model;
            term_of[i] = term;
        }
    }
    float *rows =
        channel->own_rows = aligned_zeros(table->term_count * channel->stride * sizeof *rows);
    i = 0;
    for (uint32_t g = 0; rows && g < channel->group_count; g++) {
        const struct feature_group *group = engine->groups + channel->groups[g];
        const float *from = group->rows;
        for (uint32_t row = 0; row < group->table.term_count; row++, i++) {
            float *to = rows + term_of[i] * channel->stride;
            to[g] = *from++;
            for (uint32_t k = 0; k < group->label_count; k++)
                to[channel->weight_columns[g] + k] = *from++;
        }
    }
    channel->rows = rows;
    free(term_of);
    return rows ? OK : NO_MEMORY;
}

/* Returns whether a channel finds the terms that a feature group wants. */
static int fits_channel(const struct feature_group *group, const struct channel *channel)
{
    return channel->kind == group->kind && channel->min_n == group->min_n &&
           channel->max_n == group->max_n && channel->binary == group->binary &&
           channel->first_words == group->first_words && channel->lexicon == group->lexicon &&
           channel->within == group->within && channel->without == group->without;
}

/* Adds a feature group to the first channel that fits it, if channels are shared, or else to a
 * new channel. */
static int assign_channel(struct engine *engine, uint32_t number, int shared)
{
    const struct feature_group *group = engine->groups + number;
    struct channel *channel = engine->channels, *end = channel + engine->channel_count;
    while (channel < end && !(shared && fits_channel(group, channel)))
        channel++;
    if (channel == end) {
        *channel = (struct channel){
            .kind = group->kind,
            .min_n = group->min_n,
            .max_n = group->max_n,
            .binary = group->binary,
            .first_words = group->first_words,
            .lexicon = group->lexicon,
            .within = group->within,
            .without = group->without,
            .table = group->table,
            .rows = group->rows,
            .weight_count = group->label_count,
            .stride = 1 + (size_t)group->label_count,
        };
        channel->groups = calloc(engine->group_count, sizeof *channel->groups);
        channel->weight_columns = calloc(engine->group_count, sizeof *channel->weight_columns);
        engine->channel_count++;
    }
    if (!channel->groups || !channel->weight_columns)
        return NO_MEMORY;
    channel->weight_columns[0] = 1;
    channel->groups[channel->group_count++] = number;
    channel->models |= 1u << group->model;
    return OK;
}

int engine_build_channels(struct engine *engine, int repack)
{
    int status = OK;
    free_channels(engine);
    for (uint32_t g = 0; g < engine->group_count && status == OK; g++)
        status = assign_channel(engine, g, repack);
    engine->max_terms = engine->max_stride = 0;
    for (uint32_t c = 0; c < engine->channel_count && status == OK; c++) {
        struct channel *channel = engine->channels + c;
        if (channel->group_count > 1)
            status = merge_groups(engine, channel);
        else if (repack)
            status = copy_aligned(engine->groups + channel->groups[0], channel);
        if (channel->table.term_count > engine->max_terms)
            engine->max_terms = channel->table.term_count;
        if (channel->stride > engine->max_stride)
            engine->max_stride = (uint32_t)channel->stride;
    }
    engine->needs_words = engine->models_with_words != 0 || engine->needs_sentences;
    engine->repacked = repack && status == OK;
    if (status != OK)
        free_channels(engine);
    return status;
}
