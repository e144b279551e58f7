/* Reads a text (pass_lowercase.h): finds words, chunks and sentences in what was lowered and marked.
 *
 * Included by pass.h, once for each set of instructions.
 */

/* Fills edges with the starts and ends of the runs of bits, in turn; returns how many runs. */
STAGE uint32_t runs(const uint64_t *bits, size_t length, int inverted, uint32_t *edges)
{
    uint32_t *edge = edges;
    uint64_t before = 0;
    for (size_t i = 0; i <= length / 64; i++) {
        uint64_t x = bits[i];
        if (inverted) {
            x = ~x;
            if (i == length / 64)
                x &= (1ull << (length & 63)) - 1;
        }
        uint64_t change = x ^ (x << 1 | before);
        before = x >> 63;
        const uint32_t base = (uint32_t)(i * 64);
        for (; change; change &= change - 1)
            *edge++ = base + (uint32_t)__builtin_ctzll(change);
    }
    return (uint32_t)(edge - edges) / 2;
}

#ifdef WIDE
/* hash8 of workspace.h, the eight products side by side: 64 bits each, of two halves of 32. */
static inline uint64_t hash8_wide(const uint8_t *end, unsigned bytes, __m256i low, __m256i high)
{
    const uint64_t mask = ~0ull << (64 - 8 * bytes);
    const uint64_t x = (load8(end - 8) & mask) + (0x0101010101010101ull & mask);
    const __m256i wide = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)x));
    const __m256i upper = _mm256_mullo_epi32(wide, high);
    const __m256i even = _mm256_mul_epu32(wide, low);
    const __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(wide, 32), _mm256_srli_epi64(low, 32));
    const __m256i upper_even = _mm256_slli_epi64(upper, 32);
    const __m256i upper_odd = _mm256_blend_epi32(upper, _mm256_setzero_si256(), 0x55);
    const __m256i sums =
        _mm256_add_epi64(_mm256_add_epi64(even, odd), _mm256_add_epi64(upper_even, upper_odd));
    const __m128i half =
        _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    return (uint64_t)_mm_cvtsi128_si64(half) + (uint64_t)_mm_extract_epi64(half, 1);
}
#endif

/* Hashes the stretches of the text from starts to ends. */
static void hash_all(const struct engine *engine, const uint8_t *text, const uint32_t *starts,
                     const uint32_t *ends, uint32_t count, uint64_t *hashes)
{
#ifdef WIDE
    uint32_t halves[2][8]; /* of the powers, that of the last byte first */
    for (int i = 0; i < 8; i++) {
        halves[0][i] = (uint32_t)engine->power[7 - i];
        halves[1][i] = (uint32_t)(engine->power[7 - i] >> 32);
    }
    const __m256i low = _mm256_loadu_si256((const __m256i *)halves[0]);
    const __m256i high = _mm256_loadu_si256((const __m256i *)halves[1]);
    const uint64_t power8 = engine->power[8];
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *end = text + ends[i], *at = text + starts[i];
        const unsigned head = (unsigned)((end - at - 1) & 7) + 1;
        uint64_t hash = hash8_wide(at += head, head, low, high);
        for (; at < end; at += 8)
            hash = hash * power8 + hash8_wide(at + 8, 8, low, high);
        hashes[i] = hash;
    }
#else
    for (uint32_t i = 0; i < count; i++)
        hashes[i] = hash_bytes(engine, text + starts[i], text + ends[i]);
#endif
}

STAGE void find_words(const struct engine *engine, struct scratch *s)
{
    uint32_t count = runs(s->word_bits, s->length, 0, s->edges), words = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t start = s->edges[2 * i], end = s->edges[2 * i + 1], bytes = end - start;
        uint32_t first = s->low[start];
        /* One character is no word, whatever number of bytes it has. */
        uint32_t alone = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        s->starts[words] = start;
        s->ends[words] = end;
        words += bytes > alone;
    }
    hash_all(engine, s->low, s->starts, s->ends, words, s->hashes);
    for (uint32_t i = 0; i + 1 < words; i++)
        s->pairs[i] = joined(engine, s->hashes[i], s->hashes[i + 1],
                             s->ends[i + 1] - s->starts[i + 1]);
    if (words)
        s->pairs[words - 1] = 0;
    s->words = words;
}

STAGE void find_chunks(const struct engine *engine, struct scratch *s)
{
    s->chunks = runs(s->space_bits, s->length, 1, s->edges);
    for (uint32_t i = 0; i < s->chunks; i++) {
        s->chunk_starts[i] = s->edges[2 * i];
        s->chunk_ends[i] = s->edges[2 * i + 1];
    }
    hash_all(engine, s->low, s->chunk_starts, s->chunk_ends, s->chunks, s->chunk_hashes);
}

static inline size_t quote(const uint8_t *at, uint8_t one, uint8_t other)
{
    return at[0] == 0xE2 && at[1] == 0x80 && (at[2] == one || at[2] == other) ? 3 : 0;
}

static inline size_t opener(const uint8_t *at)
{
    uint8_t c = at[0];
    return c == '"' || c == '\'' || c == '(' || c == '[' ? 1 : quote(at, 0x9C, 0x98);
}

static inline size_t closer(const uint8_t *at)
{
    uint8_t c = at[0];
    return c == '"' || c == '\'' || c == ')' || c == ']' ? 1 : quote(at, 0x9D, 0x99);
}

/* Returns whether the full stop at `stop` ends an abbreviation or an initial. */
static int abbreviates(const struct engine *engine, const struct scratch *s, size_t start,
                       size_t stop)
{
    size_t end = stop, first;
    while (end > start && bit(s->space_bits, end - 1))
        end--;
    for (first = end; first > start && !bit(s->space_bits, first - 1);)
        first--;
    const uint8_t *at = s->low + first, *last = s->low + end;
    for (size_t step; at < last && (step = opener(at));)
        at += step;
    if (at >= last || last - at > 16)
        return 0;
    uint64_t hash = hash_bytes(engine, at, last);
    if (pair_find(&engine->abbreviations, hash)->key == hash)
        return 1;
    unsigned bytes;
    int32_t cp = decoded(at, last, &bytes);
    return bytes == (size_t)(last - at) && cp >= 0 && codepoint((uint32_t)cp) & ALPHA;
}

/* Notes the first word of each sentence: sentences.py, on bytes. */
STAGE void find_sentences(const struct engine *engine, struct scratch *s)
{
    size_t start = 0, read = 0;
    uint32_t word = 0, count = 0;
    const uint8_t *low = s->low;
    s->sentence_starts[count] = 0;
    s->firsts[count++] = 0;
    for (size_t i = 0; i <= s->length / 64; i++) {
        for (uint64_t stops = s->stop_bits[i]; stops; stops &= stops - 1) {
            size_t at = i * 64 + (size_t)__builtin_ctzll(stops), end = at, next;
            if (at < read)
                continue;
            if (low[at] == '\n') {
                next = at + 1;
            } else {
                while (bit(s->stop_bits, end) && low[end] != '\n')
                    end++;
                size_t stops_end = end;
                for (size_t step; (step = closer(low + end));)
                    end += step;
                for (next = end; bit(s->space_bits, next) && low[next] != '\n';)
                    next++;
                read = next > end ? next : stops_end;
                size_t then = next;
                for (size_t step; (step = opener(low + then));)
                    then += step;
                if (next == end || !(bit(s->upper_bits, then) || (low[then] >= '0' && low[then] <= '9')))
                    continue;
                if (end == at + 1 && low[at] == '.' && abbreviates(engine, s, start, at))
                    continue;
            }
            start = next;
            while (word < s->words && s->starts[word] < start)
                word++;
            if (word > s->firsts[count - 1]) {
                s->sentence_starts[count] = (uint32_t)start;
                s->firsts[count++] = word;
            }
        }
    }
    if (s->words == s->firsts[count - 1])
        count--;
    s->firsts[count] = s->words;
    s->sentences = count;
}
