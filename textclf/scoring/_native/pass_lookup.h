/* Finds the terms of each channel in the text that was read.
 *
 * Included by pass.h, once for each set of instructions.
 */

static inline uint32_t forms_of(const struct channel *channel, uint32_t term)
{
    if (channel->forms)
        return channel->forms[term];
    return term == channel->table.terms ? 0 : channel->all;
}

/* Returns a bit for each slot of a bucket that has the tag. */
static inline uint32_t fitting(const uint64_t *home, uint64_t row_mask, uint64_t tag)
{
    uint32_t found = 0;
#ifdef WIDE
    const __m256i rows = _mm256_set1_epi64x((long long)row_mask);
    const __m256i tags = _mm256_set1_epi64x((long long)tag);
    for (int half = 0; half < BUCKET; half += 4) {
        const __m256i slots = _mm256_loadu_si256((const __m256i *)(home + half));
        const __m256i alike = _mm256_cmpeq_epi64(_mm256_andnot_si256(rows, slots), tags);
        found |= (uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(alike)) << half;
    }
#else
    for (int slot = 0; slot < BUCKET; slot++)
        found |= (uint32_t)(((home[slot] ^ tag) & ~row_mask) == 0) << slot;
#endif
    return found;
}

/* Looks up many hashes, a bucket at a time.
 *
 * Much of the time goes into waiting for memory, so buckets are asked for long before they are
 * read. Whether an n-gram is known is a toss of a coin, so no branch may depend on it: one that
 * is guessed wrong costs more than the look-up. Few buckets are full.
 */
STAGE void look_up(const struct channel *channel, const uint64_t *hashes, uint32_t count,
                   uint32_t *ids)
{
    enum { AHEAD = 32, BLOCK = 256 };
    const struct table table = channel->table;
    const uint64_t row_mask = ((uint64_t)1 << table.row_bits) - 1;
    uint64_t mixes[BLOCK + AHEAD];
    for (uint32_t start = 0; start < count; start += BLOCK) {
        const uint32_t rest = count - start, size = rest < BLOCK ? rest : BLOCK;
        const uint32_t wide = rest < BLOCK + AHEAD ? rest : BLOCK + AHEAD;
        for (uint32_t i = 0; i < wide; i++)
            mixes[i] = mixed(hashes[start + i]);
        memset(mixes + wide, 0, (size + AHEAD - wide) * sizeof *mixes); /* asked for in vain */
        for (uint32_t i = 0; start == 0 && i < AHEAD && i < size; i++)
            __builtin_prefetch(home_of(&table, mixes[i]));
        for (uint32_t i = 0; i < size; i++) {
            __builtin_prefetch(home_of(&table, mixes[i + AHEAD]));
            const uint64_t *home = home_of(&table, mixes[i]);
            const uint32_t fits = fitting(home, row_mask, tag_of(&table, mixes[i]));
            const uint64_t slot = home[__builtin_ctz(fits | 1u << (BUCKET - 1))] & row_mask;
            /* All ones where a slot fits and leads to a row, else zero. */
            const uint64_t known = 0 - ((uint64_t)(fits != 0) & (uint64_t)(slot - 1 < table.terms));
            ids[start + i] = (uint32_t)(((slot - 1) & known) | (table.terms & ~known));
            if (__builtin_expect(home[BUCKET - 1] != 0, 0) && !fits)
                ids[start + i] = probe(&table, mixes[i]);
        }
    }
}

/* Finds the n-grams of a chunk with a blank on either side. */
STAGE int learn_chunk(const struct engine *engine, struct scratch *s,
                      const struct channel *channel, struct chunks *cache, struct chunk *chunk,
                      uint32_t number)
{
    const uint8_t *start = s->low + s->chunk_starts[number], *end = s->low + s->chunk_ends[number];
    size_t characters = 2;
    for (const uint8_t *at = start; at < end; at++)
        characters += (*at & 0xC0) != 0x80;
    const size_t wanted = characters * (size_t)(channel->high - channel->low + 1) + 1;
    if (!grow((void **)&cache->arena, &cache->arena_room, cache->used + wanted,
              sizeof *cache->arena) ||
        !grow((void **)&cache->hashes, &cache->hashes_room, wanted, sizeof *cache->hashes))
        return 0;
    uint32_t count = 0;
    if (characters <= (size_t)channel->low) {
        const uint64_t hash = joined(engine, 0, chunk->hash, (uint64_t)(end - start));
        cache->hashes[count++] = hash * BASE + ' ' + 1;
    } else {
        /* The blank before stands at start - 1, the blank behind at end. */
        for (const uint8_t *from = start - 1; from <= end; from++) {
            if (from >= start && from < end && (*from & 0xC0) == 0x80)
                continue;
            uint64_t hash = 0;
            int size = 0;
            for (const uint8_t *at = from; size < channel->high && at <= end;) {
                do {
                    hash = hash * BASE + (at < start || at == end ? ' ' : *at) + 1;
                    at++;
                } while (at > start && at < end && (*at & 0xC0) == 0x80);
                cache->hashes[count] = hash;
                count += ++size >= channel->low;
            }
        }
    }
    uint32_t *ids = cache->arena + cache->used;
    look_up(channel, cache->hashes, count, ids);
    for (uint32_t i = 0; i < count; i++) {
        ids[chunk->terms] = ids[i];
        chunk->terms += ids[i] != channel->table.terms;
        chunk->forms |= forms_of(channel, ids[i]);
    }
    chunk->at = cache->used;
    cache->used += chunk->terms;
    return 1;
}

static int cache_init(struct chunks *cache)
{
    free(cache->chunk);
    free(cache->slots);
    free(cache->arena);
    free(cache->hashes);
    memset(cache, 0, sizeof *cache);
    cache->mask = 1023; /* it widens as it fills */
    cache->slots = calloc(cache->mask + 1, sizeof *cache->slots);
    if (!cache->slots ||
        !grow((void **)&cache->chunk, &cache->room, 512, sizeof *cache->chunk))
        return 0;
    memset(cache->chunk, 0, sizeof *cache->chunk);
    return 1;
}

static int cache_widen(struct chunks *cache)
{
    uint32_t mask = cache->mask * 2 + 1;
    uint32_t *slots = calloc((size_t)mask + 1, sizeof *slots);
    if (!slots)
        return 0;
    for (uint32_t i = 1; i <= cache->count; i++) {
        uint32_t at = (uint32_t)(mixed(cache->chunk[i].hash) >> 32) & mask;
        while (slots[at])
            at = (at + 1) & mask;
        slots[at] = i;
    }
    free(cache->slots);
    cache->slots = slots;
    cache->mask = mask;
    return 1;
}

static struct item item_at(const struct engine *engine, const struct scratch *s,
                           const struct lexicon *lexicon, uint32_t word, uint32_t end);
static void flag_phrases(struct scratch *s, const struct lexicon *lexicon);

/* Returns a bit for each group that the sentence has a mark of. */
static uint64_t groups_in(const struct engine *engine, const struct scratch *s,
                          const struct lexicon *lexicon, uint32_t sentence)
{
    const uint32_t start = s->firsts[sentence], end = s->firsts[sentence + 1];
    uint64_t groups = 0;
    if (memchr(s->flags + start, 1, end - start))
        for (uint32_t word = start; word < end;) {
            const struct item item = item_at(engine, s, lexicon, word, end);
            groups |= item.group == NOWHERE ? 0 : 1ull << item.group;
            word = item.last + 1;
        }
    return groups;
}

/* Returns whether a stretch of bytes holds a quotation mark: one of ASCII or a curly one. */
static int quotes(const uint8_t *at, const uint8_t *end)
{
    for (; at < end; at++)
        if (*at == '"' || (*at == 0xE2 && at[1] == 0x80 && (at[2] == 0x9C || at[2] == 0x9D)))
            return 1;
    return 0;
}

/* Notes in s->seen which sentences a channel looks at. */
STAGE void see_sentences(const struct engine *engine, struct scratch *s,
                         const struct channel *channel)
{
    const struct lexicon *lexicon = channel->lexicon;
    flag_phrases(s, lexicon);
    for (uint32_t sentence = 0; sentence < s->sentences; sentence++) {
        const int last = sentence + 1 == s->sentences;
        const size_t start = s->sentence_starts[sentence];
        const size_t end = last ? s->length : s->sentence_starts[sentence + 1];
        uint64_t groups = groups_in(engine, s, lexicon, sentence);
        if (quotes(s->low + start, s->low + end))
            groups |= 1ull << QUOTATION;
        s->seen[sentence] = (!channel->within || groups & channel->within) &&
                            !(groups & channel->without);
    }
}

/* Takes away the n-grams that hold a word of a sentence that is passed over. */
STAGE void hide_words(const struct scratch *s, uint32_t *ids, uint32_t count, uint32_t n,
                      uint32_t none)
{
    for (uint32_t sentence = 0; sentence < s->sentences; sentence++) {
        /* An n-gram reaches into the sentence from up to n - 1 words before it. */
        const uint32_t first = s->firsts[sentence], end = s->firsts[sentence + 1];
        for (uint32_t i = first < n ? 0 : first - n + 1; !s->seen[sentence] && i < end; i++)
            if (i < count)
                ids[i] = none;
    }
}

STAGE void find_in_words(const struct engine *engine, struct scratch *s,
                          const struct channel *channel, struct found *found)
{
    const uint64_t *hashes = s->hashes;
    const int chosen = channel->within || channel->without;
    if (chosen)
        see_sentences(engine, s, channel);
    for (int n = 1; n <= channel->high; n++) {
        uint32_t count = s->words >= (uint32_t)n ? s->words - (uint32_t)n + 1 : 0;
        if (n == 2)
            hashes = s->pairs;
        for (uint32_t i = 0; n > 2 && i < count; i++) {
            const uint32_t last = i + (uint32_t)n - 1;
            s->grams[i] = joined(engine, hashes[i], s->hashes[last],
                                 s->ends[last] - s->starts[last]);
        }
        if (n > 2)
            hashes = s->grams;
        if (n < channel->low)
            continue;
        uint32_t *ids = found->ids[n - channel->low];
        look_up(channel, hashes, count, ids);
        for (uint32_t i = 0; i < count; i++) /* a word is known wherever it stands */
            s->word_forms[i] |= forms_of(channel, ids[i]);
        if (chosen)
            hide_words(s, ids, count, (uint32_t)n, channel->table.terms);
    }
}

/* Marks with NOWHERE the chunks of the sentences that a channel passes over, with 0 all others. */
STAGE void pass_over(const struct engine *engine, struct scratch *s, const struct channel *channel,
                     uint32_t *refs)
{
    uint32_t chunk = 0;
    see_sentences(engine, s, channel);
    for (uint32_t sentence = 0; sentence < s->sentences; sentence++) {
        const int last = sentence + 1 == s->sentences;
        const size_t end = last ? s->length : s->sentence_starts[sentence + 1];
        for (; chunk < s->chunks && (last || s->chunk_starts[chunk] < end); chunk++)
            refs[chunk] = s->seen[sentence] ? 0 : NOWHERE;
    }
    for (; chunk < s->chunks; chunk++) /* of a text without a word */
        refs[chunk] = NOWHERE;
}

STAGE int find_in_chunks(const struct engine *engine, struct scratch *s,
                          const struct channel *channel, struct found *found)
{
    struct chunks *cache = &found->cache;
    const int chosen = channel->within || channel->without;
    if (chosen)
        pass_over(engine, s, channel, found->refs);
    if (!cache->slots || cache->count > CACHED_CHUNKS || cache->used > CACHED_TERMS)
        if (!cache_init(cache))
            return 0;
    for (uint32_t i = 0; i < s->chunks; i++)
        __builtin_prefetch(cache->slots + (mixed(s->chunk_hashes[i]) >> 32 & cache->mask));
    for (uint32_t i = 0; i < s->chunks; i++)
        __builtin_prefetch(cache->chunk +
                           cache->slots[mixed(s->chunk_hashes[i]) >> 32 & cache->mask]);
    for (uint32_t i = 0; i < s->chunks; i++) {
        const uint64_t hash = s->chunk_hashes[i];
        if (chosen && found->refs[i] == NOWHERE) {
            found->refs[i] = 0; /* the chunk of no terms */
            continue;
        }
        uint32_t at = (uint32_t)(mixed(hash) >> 32) & cache->mask;
        while (cache->slots[at] && cache->chunk[cache->slots[at]].hash != hash)
            at = (at + 1) & cache->mask;
        if (!cache->slots[at]) {
            if (!grow((void **)&cache->chunk, &cache->room, cache->count + 2, sizeof *cache->chunk))
                return 0;
            struct chunk *chunk = cache->chunk + cache->count + 1;
            memset(chunk, 0, sizeof *chunk);
            chunk->hash = hash;
            if (!learn_chunk(engine, s, channel, cache, chunk, i))
                return 0;
            found->refs[i] = cache->slots[at] = ++cache->count;
            if (cache->count > cache->mask / 2 && !cache_widen(cache))
                return 0;
        } else {
            found->refs[i] = cache->slots[at];
        }
        const struct chunk *chunk = cache->chunk + found->refs[i];
        s->chunk_forms[i] |= chunk->forms;
        __builtin_prefetch(cache->arena + chunk->at);
        __builtin_prefetch(cache->arena + chunk->at + 15);
    }
    return 1;
}

static int add_mark(struct scratch *s, const struct channel *channel, struct found *found,
                    uint64_t hash, uint32_t first, uint32_t last)
{
    const uint32_t term = probe(&channel->table, mixed(hash));
    if (term == channel->table.terms)
        return 1;
    if (!grow((void **)&found->marks, &found->marks_room, found->marked + 1, sizeof *found->marks))
        return 0;
    found->marks[found->marked++] = (struct mark){term, first, last};
    s->word_forms[first] |= forms_of(channel, term);
    return 1;
}

/* Returns the item at a word: the longest phrase that begins there, else the word. */
static struct item item_at(const struct engine *engine, const struct scratch *s,
                           const struct lexicon *lexicon, uint32_t word, uint32_t end)
{
    struct item item = {s->hashes[word], s->ends[word] - s->starts[word], word, word, NOWHERE};
    uint64_t hash = item.hash;
    for (uint32_t n = 1; s->flags[word] && n <= LONGEST_PHRASE && word + n <= end; n++) {
        const uint32_t last = word + n - 1;
        if (n > 1)
            hash = joined(engine, hash, s->hashes[last], s->ends[last] - s->starts[last]);
        if (!may_hold(lexicon->filter, hash))
            continue;
        const struct pair *phrase = pair_find(&lexicon->phrases, hash);
        if (phrase->key) {
            item.last = last;
            item.group = phrase->value;
        }
    }
    if (item.group != NOWHERE) {
        item.hash = lexicon->marks[item.group];
        item.length = lexicon->lengths[item.group];
    }
    return item;
}

/* Finds the link of each two groups that meet in a sentence, at the first mark of either. */
STAGE int find_links(const struct engine *engine, struct scratch *s,
                      const struct channel *channel, struct found *found, const struct item *items,
                      uint32_t count)
{
    const struct lexicon *lexicon = channel->lexicon;
    uint32_t first[MOST_GROUPS];
    memset(first, 255, sizeof first);
    for (uint32_t i = count; i-- > 0;)
        if (items[i].group != NOWHERE)
            first[items[i].group] = i;
    for (uint32_t one = 0; one < lexicon->groups; one++)
        for (uint32_t other = one + 1; other < lexicon->groups && first[one] != NOWHERE; other++) {
            if (first[other] == NOWHERE)
                continue;
            uint32_t from = first[one] < first[other] ? first[one] : first[other];
            uint32_t to = first[one] < first[other] ? first[other] : first[one];
            uint64_t hash = joined(engine, lexicon->marks[one], '&' + 1, 1);
            hash = joined(engine, hash, lexicon->marks[other], lexicon->lengths[other]);
            if (!add_mark(s, channel, found, hash, items[from].first, items[to].last))
                return 0;
        }
    return 1;
}

/* Flags the words at which a phrase of the lexicon may begin. */
static void flag_phrases(struct scratch *s, const struct lexicon *lexicon)
{
    for (uint32_t i = 0; i < s->words; i++)
        s->flags[i] = (uint8_t)(may_hold(lexicon->filter, s->hashes[i]) |
                                may_hold(lexicon->filter, s->pairs[i]));
}

/* Replaces phrases by marks, sentence by sentence, and finds the n-grams and links of marks. */
STAGE int find_in_marks(const struct engine *engine, struct scratch *s,
                        const struct channel *channel, struct found *found)
{
    const struct lexicon *lexicon = channel->lexicon;
    struct item *items = s->items;
    found->marked = 0;
    flag_phrases(s, lexicon);
    for (uint32_t sentence = 0; sentence < s->sentences; sentence++) {
        const uint32_t start = s->firsts[sentence], end = s->firsts[sentence + 1];
        uint32_t count = 0, marks = 0;
        if (!memchr(s->flags + start, 1, end - start))
            continue;
        for (uint32_t word = start; word < end; word = items[count++].last + 1) {
            items[count] = item_at(engine, s, lexicon, word, end);
            marks += items[count].group != NOWHERE;
        }
        if (!marks)
            continue;
        for (uint32_t from = 0; from < count; from++) {
            uint64_t hash = items[from].hash;
            int marked = items[from].group != NOWHERE;
            for (int n = 1; n <= channel->high; n++) {
                const uint32_t at = from + (uint32_t)n - 1;
                if (at >= count)
                    break;
                marked |= items[at].group != NOWHERE;
                if (n > 1)
                    hash = joined(engine, hash, items[at].hash, items[at].length);
                if (marked && n >= channel->low &&
                    !add_mark(s, channel, found, hash, items[from].first, items[at].last))
                    return 0;
            }
        }
        if (marks > 1 && !find_links(engine, s, channel, found, items, count))
            return 0;
    }
    return 1;
}
