/* Stage 3: finds the terms of each channel in the text.
 *
 * Included by stages.h, once for each instruction set.
 */

/* Returns a bit for each model that has a term; 0 for table.term_count, which is no term. */
static inline uint32_t models_with_term(const struct channel *channel, uint32_t term)
{
    if (channel->term_models)
        return channel->term_models[term];
    return term == channel->table.term_count ? 0 : channel->models;
}

/* Returns a bit for each of the BUCKET_SLOTS slots of a bucket that has the tag. */
static inline uint32_t matching_slots(const uint64_t *bucket, uint64_t row_mask, uint64_t tag)
{
    uint32_t matching = 0;
#ifdef USE_AVX2
    const __m256i row_masks = _mm256_set1_epi64x((long long)row_mask);
    const __m256i tags = _mm256_set1_epi64x((long long)tag);
    for (int half = 0; half < BUCKET_SLOTS; half += 4) {
        const __m256i slots = _mm256_loadu_si256((const __m256i *)(bucket + half));
        const __m256i equal = _mm256_cmpeq_epi64(_mm256_andnot_si256(row_masks, slots), tags);
        matching |= (uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(equal)) << half;
    }
#else
    for (int slot = 0; slot < BUCKET_SLOTS; slot++)
        matching |= (uint32_t)(((bucket[slot] ^ tag) & ~row_mask) == 0) << slot;
#endif
    return matching;
}

/* Writes the term of each of `count` hashes to `term_ids`, or table.term_count for none.
 *
 * Most of the time is spent waiting for memory, so buckets are prefetched long before they are
 * read. Nobody can predict whether an n-gram is known, so no branch depends on that: a branch
 * predicted wrong costs more than the look-up. All slots of the home bucket are compared at once;
 * the few terms that overflowed from a full bucket are searched slot by slot. */
STAGE void look_up_terms(const struct channel *channel, const uint64_t *hashes, uint32_t count,
                         uint32_t *term_ids)
{
    enum { PREFETCH = 32, BLOCK = 256 }; /* hashes */
    const struct table table = channel->table;
    const uint64_t row_mask = ((uint64_t)1 << table.row_bits) - 1;
    uint64_t mixes[BLOCK + PREFETCH]; /* of a block, and of those to prefetch from the next */
    for (uint32_t start = 0; start < count; start += BLOCK) {
        const uint32_t rest = count - start, size = rest < BLOCK ? rest : BLOCK;
        const uint32_t mixed = rest < BLOCK + PREFETCH ? rest : BLOCK + PREFETCH;
        for (uint32_t i = 0; i < mixed; i++)
            mixes[i] = mix_hash(hashes[start + i]);
        /* Beyond the last hash, prefetch bucket 0 rather than test for the end. */
        memset(mixes + mixed, 0, (size + PREFETCH - mixed) * sizeof *mixes);
        for (uint32_t i = 0; start == 0 && i < PREFETCH && i < size; i++)
            __builtin_prefetch(home_bucket(&table, mixes[i]));
        for (uint32_t i = 0; i < size; i++) {
            __builtin_prefetch(home_bucket(&table, mixes[i + PREFETCH]));
            const uint64_t *bucket = home_bucket(&table, mixes[i]);
            const uint32_t matching = matching_slots(bucket, row_mask, slot_tag(&table, mixes[i]));
            /* The first matching slot; the last slot if there is none, so that ctz is defined. */
            const int first = __builtin_ctz(matching | 1u << (BUCKET_SLOTS - 1));
            const uint64_t row_plus_1 = bucket[first] & row_mask;
            /* All ones if a slot matches and its row exists, else 0. An empty slot, 0, wraps
             * around to a row that does not exist. */
            const uint64_t known =
                0 - ((uint64_t)(matching != 0) & (uint64_t)(row_plus_1 - 1 < table.term_count));
            term_ids[start + i] =
                (uint32_t)(((row_plus_1 - 1) & known) | (table.term_count & ~known));
            /* A full bucket without a match: the term may be in a bucket after it. */
            if (__builtin_expect(bucket[BUCKET_SLOTS - 1] != 0, 0) && !matching)
                term_ids[start + i] = table_find(&table, mixes[i]);
        }
    }
}

/* Finds the known character n-grams of a chunk of the text, as "char_wb" of scikit-learn makes
 * them: of the chunk with a blank on either side. Appends their terms to the cache and notes them
 * in `chunk`. `number` is the number of the chunk in the text. Returns 0 if there is no memory. */
STAGE int cache_chunk_terms(const struct engine *engine, struct workspace *ws,
                            const struct channel *channel, struct chunk_cache *cache,
                            struct cached_chunk *chunk, uint32_t number)
{
    const uint8_t *start = ws->lowered + ws->chunk_starts[number];
    const uint8_t *end = ws->lowered + ws->chunk_ends[number];
    size_t characters = 2; /* the blanks */
    for (const uint8_t *at = start; at < end; at++)
        characters += (*at & 0xC0) != 0x80; /* all but continuation bytes of UTF-8 */
    const size_t lengths = (size_t)(channel->max_n - channel->min_n + 1);
    const size_t wanted = characters * lengths + 1;
    if (!grow_array((void **)&cache->term_ids, &cache->term_capacity, cache->term_count + wanted,
                    sizeof *cache->term_ids) ||
        !grow_array((void **)&cache->hashes, &cache->hash_capacity, wanted, sizeof *cache->hashes))
        return 0;
    uint32_t count = 0;
    if (characters <= (size_t)channel->min_n) {
        /* Too short for an n-gram: the whole chunk with its blanks is the only term. */
        const uint64_t hash = join_hashes(engine, 0, chunk->hash, (uint64_t)(end - start));
        cache->hashes[count++] = hash * HASH_BASE + ' ' + 1;
    } else {
        /* The blank before the chunk is at start - 1, the blank after it at end. They are not
         * read from the text, where other white space may be. */
        for (const uint8_t *from = start - 1; from <= end; from++) {
            if (from >= start && from < end && (*from & 0xC0) == 0x80)
                continue; /* no n-gram starts within a character */
            uint64_t hash = 0;
            int n = 0;
            for (const uint8_t *at = from; n < channel->max_n && at <= end;) {
                do { /* add all bytes of one character */
                    hash = hash * HASH_BASE + (at < start || at == end ? ' ' : *at) + 1;
                    at++;
                } while (at > start && at < end && (*at & 0xC0) == 0x80);
                cache->hashes[count] = hash;
                count += ++n >= channel->min_n;
            }
        }
    }
    uint32_t *term_ids = cache->term_ids + cache->term_count;
    look_up_terms(channel, cache->hashes, count, term_ids);
    for (uint32_t i = 0; i < count; i++) { /* keep the known ones, in place */
        term_ids[chunk->term_count] = term_ids[i];
        chunk->term_count += term_ids[i] != channel->table.term_count;
        chunk->models |= models_with_term(channel, term_ids[i]);
    }
    chunk->first_term = cache->term_count;
    cache->term_count += chunk->term_count;
    return 1;
}

/* Empties a cache. Returns 0 if there is no memory. */
static int cache_reset(struct chunk_cache *cache)
{
    free(cache->chunks);
    free(cache->slots);
    free(cache->term_ids);
    free(cache->hashes);
    memset(cache, 0, sizeof *cache);
    cache->mask = 1023; /* cache_double_slots makes it larger */
    cache->slots = calloc(cache->mask + 1, sizeof *cache->slots);
    /* Terms have room from the start: if every chunk is filtered, none is ever added. */
    if (!cache->slots ||
        !grow_array((void **)&cache->chunks, &cache->capacity, 512, sizeof *cache->chunks) ||
        !grow_array((void **)&cache->term_ids, &cache->term_capacity, 512,
                    sizeof *cache->term_ids))
        return 0;
    memset(cache->chunks, 0, sizeof *cache->chunks); /* chunk 0 */
    return 1;
}

/* Doubles the slots of a cache. Returns 0 if there is no memory. */
static int cache_double_slots(struct chunk_cache *cache)
{
    uint32_t mask = cache->mask * 2 + 1;
    uint32_t *slots = calloc((size_t)mask + 1, sizeof *slots);
    if (!slots)
        return 0;
    for (uint32_t i = 1; i <= cache->chunk_count; i++) {
        uint32_t slot = (uint32_t)(mix_hash(cache->chunks[i].hash) >> 32) & mask;
        while (slots[slot])
            slot = (slot + 1) & mask;
        slots[slot] = i;
    }
    free(cache->slots);
    cache->slots = slots;
    cache->mask = mask;
    return 1;
}

/* Removes the n-grams of n words, (count), that have a word in a sentence that was not kept.
 * `none` is the term number that means "no term". */
STAGE void drop_filtered_ngrams(const struct workspace *ws, uint32_t *term_ids, uint32_t count,
                                uint32_t n, uint32_t none)
{
    for (uint32_t sentence = 0; sentence < ws->sentence_count; sentence++) {
        if (ws->sentence_kept[sentence])
            continue;
        /* An n-gram that begins up to n - 1 words before the sentence reaches into it. */
        const uint32_t first = ws->sentence_first_words[sentence];
        const uint32_t end = ws->sentence_first_words[sentence + 1];
        for (uint32_t i = first < n ? 0 : first - n + 1; i < end && i < count; i++)
            term_ids[i] = none;
    }
}

/* Finds the word n-grams of a channel: for each length, the term that begins at each word. */
STAGE void find_word_ngrams(const struct engine *engine, struct workspace *ws,
                            const struct channel *channel, struct matches *matches)
{
    const uint64_t *hashes = ws->word_hashes;
    const int filtered = channel->within || channel->without;
    if (filtered)
        filter_sentences(engine, ws, channel);
    for (int n = 1; n <= channel->max_n; n++) {
        uint32_t count = ws->word_count >= (uint32_t)n ? ws->word_count - (uint32_t)n + 1 : 0;
        if (n == 2)
            hashes = ws->bigram_hashes;
        /* The hash of n words is that of the first n - 1, joined with the last word. */
        for (uint32_t i = 0; n > 2 && i < count; i++) {
            const uint32_t last = i + (uint32_t)n - 1;
            ws->ngram_hashes[i] = join_hashes(engine, hashes[i], ws->word_hashes[last],
                                              ws->word_ends[last] - ws->word_starts[last]);
        }
        if (n > 2)
            hashes = ws->ngram_hashes;
        if (n < channel->min_n)
            continue;
        uint32_t *term_ids = matches->term_ids[n - channel->min_n];
        look_up_terms(channel, hashes, count, term_ids);
        /* Before sentences are filtered: a known word is in the vocabulary wherever it is. */
        for (uint32_t i = 0; i < count; i++)
            ws->word_models[i] |= models_with_term(channel, term_ids[i]);
        if (filtered)
            drop_filtered_ngrams(ws, term_ids, count, (uint32_t)n, channel->table.term_count);
    }
}

/* Marks the chunks of sentences that a channel does not keep with NONE, all others with 0. */
STAGE void mark_filtered_chunks(const struct engine *engine, struct workspace *ws,
                                const struct channel *channel, uint32_t *chunk_ids)
{
    uint32_t chunk = 0;
    filter_sentences(engine, ws, channel);
    for (uint32_t sentence = 0; sentence < ws->sentence_count; sentence++) {
        const int last = sentence + 1 == ws->sentence_count;
        const size_t end = sentence_end(ws, sentence);
        for (; chunk < ws->chunk_count && (last || ws->chunk_starts[chunk] < end); chunk++)
            chunk_ids[chunk] = ws->sentence_kept[sentence] ? 0 : NONE;
    }
    for (; chunk < ws->chunk_count; chunk++) /* the text has no word, so no sentence */
        chunk_ids[chunk] = NONE;
}

/* Finds the character n-grams of a channel: the cached chunk of each chunk. Returns 0 if there is
 * no memory. */
STAGE int find_char_ngrams(const struct engine *engine, struct workspace *ws,
                           const struct channel *channel, struct matches *matches)
{
    struct chunk_cache *cache = &matches->cache;
    const uint64_t *hashes = ws->chunk_hashes;
    const int filtered = channel->within || channel->without;
    if (filtered)
        mark_filtered_chunks(engine, ws, channel, matches->chunk_ids);
    if (!cache->slots || cache->chunk_count > MAX_CACHED_CHUNKS ||
        cache->term_count > MAX_CACHED_TERMS)
        if (!cache_reset(cache))
            return 0;
    /* Prefetch the slots of all chunks, then what the slots lead to. */
    for (uint32_t i = 0; i < ws->chunk_count; i++)
        __builtin_prefetch(cache->slots + (mix_hash(hashes[i]) >> 32 & cache->mask));
    for (uint32_t i = 0; i < ws->chunk_count; i++)
        __builtin_prefetch(cache->chunks + cache->slots[mix_hash(hashes[i]) >> 32 & cache->mask]);
    for (uint32_t i = 0; i < ws->chunk_count; i++) {
        const uint64_t hash = hashes[i];
        if (filtered && matches->chunk_ids[i] == NONE) {
            matches->chunk_ids[i] = 0; /* the chunk without terms */
            continue;
        }
        uint32_t slot = (uint32_t)(mix_hash(hash) >> 32) & cache->mask;
        while (cache->slots[slot] && cache->chunks[cache->slots[slot]].hash != hash)
            slot = (slot + 1) & cache->mask;
        if (!cache->slots[slot]) {
            if (!grow_array((void **)&cache->chunks, &cache->capacity, cache->chunk_count + 2,
                            sizeof *cache->chunks))
                return 0;
            struct cached_chunk *chunk = cache->chunks + cache->chunk_count + 1;
            memset(chunk, 0, sizeof *chunk);
            chunk->hash = hash;
            if (!cache_chunk_terms(engine, ws, channel, cache, chunk, i))
                return 0;
            matches->chunk_ids[i] = cache->slots[slot] = ++cache->chunk_count;
            if (cache->chunk_count > cache->mask / 2 && !cache_double_slots(cache))
                return 0;
        } else {
            matches->chunk_ids[i] = cache->slots[slot];
        }
        const struct cached_chunk *chunk = cache->chunks + matches->chunk_ids[i];
        ws->chunk_models[i] |= chunk->models;
        /* Two cache lines of its terms, which are counted in the next stage. */
        __builtin_prefetch(cache->term_ids + chunk->first_term);
        __builtin_prefetch(cache->term_ids + chunk->first_term + 15);
    }
    return 1;
}

/* Adds a lexicon n-gram of a sentence from word `first` to word `last`, both included, if its hash
 * is known. Returns 0 if there is no memory. */
static int add_lexicon_match(struct workspace *ws, const struct channel *channel,
                             struct matches *matches, uint64_t hash, uint32_t sentence,
                             uint32_t first, uint32_t last)
{
    const uint32_t term = table_find(&channel->table, mix_hash(hash));
    if (term == channel->table.term_count)
        return 1;
    if (!grow_array((void **)&matches->lexicon, &matches->lexicon_capacity,
                    matches->lexicon_count + 1, sizeof *matches->lexicon))
        return 0;
    matches->lexicon[matches->lexicon_count++] = (struct lexicon_match){term, sentence, first, last};
    ws->word_models[first] |= models_with_term(channel, term);
    return 1;
}

/* Finds the co-occurrence feature, "<a> & <b>", of each two categories that are in a sentence of
 * `count` tokens. It spans the first phrase of either category and what is between them. */
STAGE int find_cooccurrences(const struct engine *engine, struct workspace *ws,
                             const struct channel *channel, struct matches *matches,
                             uint32_t sentence, const struct token *tokens, uint32_t count)
{
    const struct lexicon *lexicon = channel->lexicon;
    uint32_t first_token[MAX_CATEGORIES]; /* of each category; NONE: it is not in the sentence */
    memset(first_token, 255, sizeof first_token);
    for (uint32_t i = count; i-- > 0;)
        if (tokens[i].category != NONE)
            first_token[tokens[i].category] = i;
    for (uint32_t a = 0; a < lexicon->category_count; a++)
        for (uint32_t b = a + 1; b < lexicon->category_count && first_token[a] != NONE; b++) {
            if (first_token[b] == NONE)
                continue;
            const int in_order = first_token[a] < first_token[b];
            uint32_t from = first_token[in_order ? a : b], to = first_token[in_order ? b : a];
            uint64_t hash = join_hashes(engine, lexicon->token_hashes[a], '&' + 1, 1);
            hash = join_hashes(engine, hash, lexicon->token_hashes[b], lexicon->token_lengths[b]);
            if (!add_lexicon_match(ws, channel, matches, hash, sentence, tokens[from].first,
                                   tokens[to].last))
                return 0;
        }
    return 1;
}

/* Finds the lexicon n-grams of a channel, sentence by sentence: replaces phrases by category
 * tokens, and finds the n-grams that have one, and the co-occurrence features. Returns 0 if there
 * is no memory. */
STAGE int find_lexicon_ngrams(const struct engine *engine, struct workspace *ws,
                              const struct channel *channel, struct matches *matches)
{
    const struct lexicon *lexicon = channel->lexicon;
    struct token *tokens = ws->tokens;
    matches->lexicon_count = 0;
    flag_phrase_starts(ws, lexicon);
    for (uint32_t sentence = 0; sentence < ws->sentence_count; sentence++) {
        const uint32_t start = ws->sentence_first_words[sentence];
        const uint32_t end = ws->sentence_first_words[sentence + 1];
        uint32_t count = 0, phrases = 0;
        if (!memchr(ws->phrase_may_start + start, 1, end - start))
            continue;
        for (uint32_t word = start; word < end; word = tokens[count++].last + 1) {
            tokens[count] = token_at(engine, ws, lexicon, word, end);
            phrases += tokens[count].category != NONE;
        }
        if (!phrases)
            continue;
        for (uint32_t first = 0; first < count; first++) {
            uint64_t hash = tokens[first].hash;
            int has_category = tokens[first].category != NONE;
            for (int n = 1; n <= channel->max_n; n++) {
                const uint32_t last = first + (uint32_t)n - 1;
                if (last >= count)
                    break;
                has_category |= tokens[last].category != NONE;
                if (n > 1)
                    hash = join_hashes(engine, hash, tokens[last].hash, tokens[last].length);
                if (has_category && n >= channel->min_n &&
                    !add_lexicon_match(ws, channel, matches, hash, sentence,
                                       tokens[first].first, tokens[last].last))
                    return 0;
            }
        }
        if (phrases > 1 &&
            !find_cooccurrences(engine, ws, channel, matches, sentence, tokens, count))
            return 0;
    }
    return 1;
}
