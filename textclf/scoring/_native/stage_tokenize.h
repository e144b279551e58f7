/* Stage 2: finds the words, chunks and sentences of the lower-cased text, and hashes
 * each word and chunk.
 *
 * Included by stages.h, once for each instruction set.
 */

/* Finds the runs of ones (or of zeros, if inverted) among the first `length` bits. Writes the
 * start and the end of each run to `edges`, in turn, and returns the number of runs. */
STAGE uint32_t find_runs(const uint64_t *bits, size_t length, int inverted, uint32_t *edges)
{
    uint32_t *edge = edges;
    uint64_t previous = 0; /* the last bit of the word before */
    for (size_t i = 0; i <= length / 64; i++) {
        uint64_t x = bits[i];
        if (inverted) {
            x = ~x;
            if (i == length / 64)
                x &= (1ull << (length & 63)) - 1;
        }
        /* A run starts or ends where a bit differs from the bit before it. */
        uint64_t changes = x ^ (x << 1 | previous);
        previous = x >> 63;
        const uint32_t base = (uint32_t)(i * 64);
        for (; changes; changes &= changes - 1) /* clears the lowest one */
            *edge++ = base + (uint32_t)__builtin_ctzll(changes);
    }
    return (uint32_t)(edge - edges) / 2;
}

#ifdef USE_AVX2
/* Returns what hash_8_bytes of workspace.h returns, with the eight products side by side.
 *
 * AVX2 has no 64-bit product. So each power of HASH_BASE comes as two halves of 32 bits, and
 * byte * power = byte * low + (byte * high << 32), modulo 2^64. */
static inline uint64_t hash_8_bytes_avx2(const uint8_t *end, unsigned bytes, __m256i low,
                                         __m256i high)
{
    const uint64_t mask = ~0ull << (64 - 8 * bytes);
    const uint64_t x = (load_8_bytes(end - 8) & mask) + (0x0101010101010101ull & mask);
    const __m256i factors = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)x));
    /* The high products need 32 bits only: what is above them is beyond 2^64. */
    const __m256i high_products = _mm256_mullo_epi32(factors, high);
    /* The low products need 64 bits: those of bytes 0, 2, 4, 6, then those of 1, 3, 5, 7. */
    const __m256i low_even = _mm256_mul_epu32(factors, low);
    const __m256i low_odd =
        _mm256_mul_epu32(_mm256_srli_epi64(factors, 32), _mm256_srli_epi64(low, 32));
    /* Move the high products to the upper 32 bits of each 64; the odd ones are there already. */
    const __m256i high_even = _mm256_slli_epi64(high_products, 32);
    const __m256i high_odd = _mm256_blend_epi32(high_products, _mm256_setzero_si256(), 0x55);
    const __m256i sums = _mm256_add_epi64(_mm256_add_epi64(low_even, low_odd),
                                          _mm256_add_epi64(high_even, high_odd));
    const __m128i half =
        _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    return (uint64_t)_mm_cvtsi128_si64(half) + (uint64_t)_mm_extract_epi64(half, 1);
}
#endif

/* Hashes `count` ranges of bytes, none of them empty, as hash_bytes of workspace.h does. */
static void hash_spans(const struct engine *engine, const uint8_t *text, const uint32_t *starts,
                       const uint32_t *ends, uint32_t count, uint64_t *hashes)
{
#ifdef USE_AVX2
    uint32_t halves[2][8]; /* of the powers of HASH_BASE: 7 for the first byte, 0 for the last */
    for (int i = 0; i < 8; i++) {
        halves[0][i] = (uint32_t)engine->base_powers[7 - i];
        halves[1][i] = (uint32_t)(engine->base_powers[7 - i] >> 32);
    }
    const __m256i low = _mm256_loadu_si256((const __m256i *)halves[0]);
    const __m256i high = _mm256_loadu_si256((const __m256i *)halves[1]);
    const uint64_t power8 = engine->base_powers[8];
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *end = text + ends[i], *at = text + starts[i];
        const unsigned head = (unsigned)((end - at - 1) & 7) + 1;
        uint64_t hash = hash_8_bytes_avx2(at += head, head, low, high);
        for (; at < end; at += 8)
            hash = hash * power8 + hash_8_bytes_avx2(at + 8, 8, low, high);
        hashes[i] = hash;
    }
#else
    for (uint32_t i = 0; i < count; i++)
        hashes[i] = hash_bytes(engine, text + starts[i], text + ends[i]);
#endif
}

/* Finds the words, which are runs of two or more word characters, and hashes them and each two
 * neighbours. */
STAGE void find_words(const struct engine *engine, struct workspace *ws)
{
    uint32_t runs = find_runs(ws->word_bits, ws->length, 0, ws->run_edges), words = 0;
    for (uint32_t i = 0; i < runs; i++) {
        uint32_t start = ws->run_edges[2 * i], end = ws->run_edges[2 * i + 1];
        /* The first byte tells how many bytes the first character has. */
        uint32_t first = ws->lowered[start];
        uint32_t character_bytes = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        /* Write without a branch, and keep what was written only if it is a word. */
        ws->word_starts[words] = start;
        ws->word_ends[words] = end;
        words += end - start > character_bytes;
    }
    hash_spans(engine, ws->lowered, ws->word_starts, ws->word_ends, words, ws->word_hashes);
    for (uint32_t i = 0; i + 1 < words; i++)
        ws->bigram_hashes[i] = join_hashes(engine, ws->word_hashes[i], ws->word_hashes[i + 1],
                                           ws->word_ends[i + 1] - ws->word_starts[i + 1]);
    if (words)
        ws->bigram_hashes[words - 1] = 0;
    ws->word_count = words;
}

/* Finds the chunks, which are runs of bytes that are not white space, and hashes them. */
STAGE void find_chunks(const struct engine *engine, struct workspace *ws)
{
    ws->chunk_count = find_runs(ws->space_bits, ws->length, 1, ws->run_edges);
    for (uint32_t i = 0; i < ws->chunk_count; i++) {
        ws->chunk_starts[i] = ws->run_edges[2 * i];
        ws->chunk_ends[i] = ws->run_edges[2 * i + 1];
    }
    hash_spans(engine, ws->lowered, ws->chunk_starts, ws->chunk_ends, ws->chunk_count,
               ws->chunk_hashes);
}

/* Returns 3, the bytes of a curly quotation mark, if one of the two is at `at`, else 0. The marks
 * are U+2018, U+2019, U+201C and U+201D: E2 80 and a byte that is given. */
static inline size_t curly_quote_bytes(const uint8_t *at, uint8_t double_mark, uint8_t single_mark)
{
    return at[0] == 0xE2 && at[1] == 0x80 && (at[2] == double_mark || at[2] == single_mark) ? 3
                                                                                             : 0;
}

/* Returns the bytes of the opening quotation mark or bracket at `at`; 0 if there is none. */
static inline size_t opener_bytes(const uint8_t *at)
{
    uint8_t c = at[0];
    return c == '"' || c == '\'' || c == '(' || c == '[' ? 1 : curly_quote_bytes(at, 0x9C, 0x98);
}

/* Returns the bytes of the closing quotation mark or bracket at `at`; 0 if there is none. */
static inline size_t closer_bytes(const uint8_t *at)
{
    uint8_t c = at[0];
    return c == '"' || c == '\'' || c == ')' || c == ']' ? 1 : curly_quote_bytes(at, 0x9D, 0x99);
}

/* Returns whether the full stop at byte `stop` ends an abbreviation or a single letter, such as
 * an initial. `start` is the first byte of the sentence. */
static int is_abbreviation(const struct engine *engine, const struct workspace *ws, size_t start,
                           size_t stop)
{
    /* The word before the full stop: from the last white space on, without openers. */
    size_t end = stop, first;
    while (end > start && get_bit(ws->space_bits, end - 1))
        end--;
    for (first = end; first > start && !get_bit(ws->space_bits, first - 1);)
        first--;
    const uint8_t *at = ws->lowered + first, *last = ws->lowered + end;
    for (size_t bytes; at < last && (bytes = opener_bytes(at));)
        at += bytes;
    enum { LONGEST_ABBREVIATION = 16 }; /* bytes; no abbreviation of text/sentences.py is longer */
    if (at >= last || last - at > LONGEST_ABBREVIATION)
        return 0;
    uint64_t hash = hash_bytes(engine, at, last);
    if (map_find(&engine->abbreviations, hash)->key == hash)
        return 1;
    unsigned bytes;
    int32_t cp = decode_utf8(at, last, &bytes);
    return bytes == (size_t)(last - at) && cp >= 0 && codepoint_entry((uint32_t)cp) & ALPHA;
}

/* Finds the sentences by the rules of text/sentences.py. A sentence without a word is joined with
 * the next one that has a word. */
STAGE void find_sentences(const struct engine *engine, struct workspace *ws)
{
    size_t start = 0;     /* of the sentence, in bytes */
    size_t read_until = 0; /* bytes before it are part of an end that was looked at already */
    uint32_t word = 0, count = 0;
    const uint8_t *text = ws->lowered;
    ws->sentence_starts[count] = 0;
    ws->sentence_first_words[count++] = 0;
    for (size_t i = 0; i <= ws->length / 64; i++) {
        for (uint64_t stops = ws->stop_bits[i]; stops; stops &= stops - 1) {
            size_t at = i * 64 + (size_t)__builtin_ctzll(stops), end = at, next;
            if (at < read_until)
                continue;
            if (text[at] == '\n') {
                next = at + 1;
            } else {
                /* A sentence ends with . ! or ?, closing marks, white space, opening marks, and a
                 * capital or a digit. */
                while (get_bit(ws->stop_bits, end) && text[end] != '\n')
                    end++;
                size_t stops_end = end;
                for (size_t bytes; (bytes = closer_bytes(text + end));)
                    end += bytes;
                for (next = end; get_bit(ws->space_bits, next) && text[next] != '\n';)
                    next++;
                read_until = next > end ? next : stops_end;
                size_t first = next; /* the first character of what follows */
                for (size_t bytes; (bytes = opener_bytes(text + first));)
                    first += bytes;
                if (next == end || !(get_bit(ws->upper_bits, first) ||
                                     (text[first] >= '0' && text[first] <= '9')))
                    continue;
                if (end == at + 1 && text[at] == '.' && is_abbreviation(engine, ws, start, at))
                    continue;
            }
            start = next;
            while (word < ws->word_count && ws->word_starts[word] < start)
                word++;
            if (word > ws->sentence_first_words[count - 1]) {
                ws->sentence_starts[count] = (uint32_t)start;
                ws->sentence_first_words[count++] = word;
            }
        }
    }
    if (ws->word_count == ws->sentence_first_words[count - 1])
        count--; /* no word follows the last end */
    ws->sentence_first_words[count] = ws->word_count;
    ws->sentence_count = count;
}
