/* Lowers a text and marks its bytes: what belongs to a word, what is blank, what may end a
 * sentence.
 *
 * Included by pass.h, once for each set of instructions.
 */
enum { WORD = 1, SPACE = 2, ALPHA = 4 }; /* of a lowered character */

static inline int32_t codepoint(uint32_t cp)
{
    return codepoint_page[codepoint_index[cp / CODEPOINT_PAGE] * CODEPOINT_PAGE + cp % CODEPOINT_PAGE];
}

/* Returns the code point at `at`, which `*bytes` bytes hold; a byte that is no UTF-8 is -1. */
static inline int32_t decoded(const uint8_t *at, const uint8_t *end, unsigned *bytes)
{
    const uint32_t a = at[0];
    const size_t left = (size_t)(end - at);
    *bytes = 1;
    if (a < 0x80)
        return (int32_t)a;
    if (a >= 0xC2 && a < 0xE0 && left >= 2 && (at[1] & 0xC0) == 0x80) {
        *bytes = 2;
        return (int32_t)((a & 31) << 6 | (at[1] & 63u));
    }
    if (a >= 0xE0 && a < 0xF0 && left >= 3 && (at[1] & 0xC0) == 0x80 && (at[2] & 0xC0) == 0x80) {
        *bytes = 3;
        return (int32_t)((a & 15) << 12 | (at[1] & 63u) << 6 | (at[2] & 63u));
    }
    if (a >= 0xF0 && a < 0xF5 && left >= 4 && (at[1] & 0xC0) == 0x80 && (at[2] & 0xC0) == 0x80 &&
        (at[3] & 0xC0) == 0x80) {
        uint32_t cp = (a & 7) << 18 | (at[1] & 63u) << 12 | (at[2] & 63u) << 6 | (at[3] & 63u);
        if (cp < 0x110000) {
            *bytes = 4;
            return (int32_t)cp;
        }
    }
    return -1;
}

static inline unsigned encoded(uint32_t cp, uint8_t *out)
{
    if (cp < 0x80) {
        out[0] = (uint8_t)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (uint8_t)(0xC0 | cp >> 6);
        out[1] = (uint8_t)(0x80 | (cp & 63));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (uint8_t)(0xE0 | cp >> 12);
        out[1] = (uint8_t)(0x80 | (cp >> 6 & 63));
        out[2] = (uint8_t)(0x80 | (cp & 63));
        return 3;
    }
    out[0] = (uint8_t)(0xF0 | cp >> 18);
    out[1] = (uint8_t)(0x80 | (cp >> 12 & 63));
    out[2] = (uint8_t)(0x80 | (cp >> 6 & 63));
    out[3] = (uint8_t)(0x80 | (cp & 63));
    return 4;
}

static inline void set_bits(uint64_t *bits, size_t at, uint64_t mask)
{
    bits[at >> 6] |= mask << (at & 63);
    if ((at & 63) > 32)
        bits[(at >> 6) + 1] |= mask >> (64 - (at & 63));
}

static inline int bit(const uint64_t *bits, size_t at)
{
    return (int)(bits[at >> 6] >> (at & 63) & 1);
}

struct block {
    uint32_t odd, word, space, stop, upper; /* a bit for each of 32 bytes */
};

#ifdef WIDE
#include <immintrin.h>

static inline __m256i between(__m256i x, char first, char last)
{
    return _mm256_and_si256(_mm256_cmpgt_epi8(x, _mm256_set1_epi8((char)(first - 1))),
                            _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(last + 1)), x));
}

static inline __m256i equal(__m256i x, char other)
{
    return _mm256_cmpeq_epi8(x, _mm256_set1_epi8(other));
}

static inline uint32_t bits_of(__m256i x)
{
    return (uint32_t)_mm256_movemask_epi8(x);
}

/* Lowers 32 bytes of ASCII and says what they are. */
static inline struct block classified(const uint8_t *in, uint8_t *out)
{
    const __m256i x = _mm256_loadu_si256((const __m256i *)in);
    const __m256i upper = between(x, 'A', 'Z');
    const __m256i low = _mm256_or_si256(x, _mm256_and_si256(upper, _mm256_set1_epi8(0x20)));
    _mm256_storeu_si256((__m256i *)out, low);
    const __m256i word = _mm256_or_si256(_mm256_or_si256(between(low, 'a', 'z'), equal(x, '_')),
                                         between(x, '0', '9'));
    const __m256i space = _mm256_or_si256(_mm256_or_si256(between(x, 9, 13), equal(x, ' ')),
                                          between(x, 28, 31));
    const __m256i stop = _mm256_or_si256(_mm256_or_si256(equal(x, '.'), equal(x, '\n')),
                                         _mm256_or_si256(equal(x, '!'), equal(x, '?')));
    struct block found = {bits_of(x), bits_of(word), bits_of(space), bits_of(stop),
                          bits_of(upper)};
    return found;
}
#else
enum { STOP = 8, UPPER = 16, ODD = 32 };

static inline struct block classified(const uint8_t *in, uint8_t *out)
{
    struct block found = {0, 0, 0, 0, 0};
    for (int i = 0; i < 32; i++) {
        const uint32_t class = ascii_class[in[i]];
        out[i] = (uint8_t)(in[i] | (class & UPPER) << 1);
        found.word |= (class & WORD) << i;
        found.space |= (class >> 1 & 1) << i;
        found.stop |= (class >> 3 & 1) << i;
        found.upper |= (class >> 4 & 1) << i;
        found.odd |= (class >> 5 & 1) << i;
    }
    return found;
}
#endif

/* Lowers and marks 64 bytes where `n` is a multiple of 64; returns 0 where they are not ASCII. */
static inline int lower_word(struct scratch *s, const uint8_t *in, size_t n)
{
    const struct block one = classified(in, s->low + n), other = classified(in + 32, s->low + n + 32);
    if (one.odd | other.odd)
        return 0;
    s->word_bits[n / 64] = one.word | (uint64_t)other.word << 32;
    s->space_bits[n / 64] = one.space | (uint64_t)other.space << 32;
    s->stop_bits[n / 64] = one.stop | (uint64_t)other.stop << 32;
    s->upper_bits[n / 64] = one.upper | (uint64_t)other.upper << 32;
    return 1;
}

/* Lowers the text and marks its bytes; `s->low` has zeros before and behind. */
STAGE enum outcome lower(struct scratch *s, const uint8_t *text, size_t length, int with_places)
{
    const uint8_t *at = text, *end = text + length;
    size_t n = 0;
    uint32_t character = 0;
    uint8_t tail[32] = {0};
    s->has_places = 0;
    while (at < end) {
        const size_t left = (size_t)(end - at);
        const uint8_t *in = at;
        if (n % 64 == 0 && left >= 64 && lower_word(s, at, n)) {
            for (unsigned i = 0; s->has_places && i < 64; i++)
                s->places[n + i] = character + i;
            character += 64;
            at += 64;
            n += 64;
            continue;
        }
        if (left < 32) {
            memset(tail, 0, sizeof tail);
            memcpy(tail, at, left);
            in = tail;
        }
        struct block b = classified(in, s->low + n);
        unsigned take = left < 32 ? (unsigned)left : 32;
        const unsigned ascii = b.odd ? (unsigned)__builtin_ctz(b.odd) : 32;
        const unsigned even = 64 - (unsigned)(n % 64); /* to be even with the words of bits again */
        take = ascii < take ? ascii : take;
        take = even < take ? even : take;
        const uint64_t mask = (1ull << take) - 1;
        set_bits(s->word_bits, n, b.word & mask);
        set_bits(s->space_bits, n, b.space & mask);
        set_bits(s->stop_bits, n, b.stop & mask);
        set_bits(s->upper_bits, n, b.upper & mask);
        if (s->has_places)
            for (unsigned i = 0; i < take; i++)
                s->places[n + i] = character + i;
        character += take;
        at += take;
        n += take;
        while (at < end && *at >= 0x80) {
            if (with_places && !s->has_places) {
                for (size_t i = 0; i < n; i++)
                    s->places[i] = (uint32_t)i;
                s->has_places = 1;
            }
            unsigned bytes, written;
            int32_t cp = decoded(at, end, &bytes);
            uint32_t class = 0;
            if (cp == 0x3A3) { /* a capital sigma is lowered by what stands around it */
                s->length = n;
                return HANDED_OVER;
            }
            if (cp == 0x130) { /* the one character that two stand for when lowered */
                s->low[n] = 'i';
                set_bits(s->word_bits, n, 1);
                written = 1 + encoded(0x307, s->low + n + 1);
            } else if (cp < 0) {
                s->low[n] = 0;
                written = 1;
            } else {
                int32_t entry = codepoint((uint32_t)cp);
                class = (uint32_t)entry & 7;
                written = encoded((uint32_t)(cp + (entry >> 3)), s->low + n);
            }
            const uint64_t whole = (1u << written) - 1;
            if (class & WORD)
                set_bits(s->word_bits, n, whole);
            if (class & SPACE)
                set_bits(s->space_bits, n, whole);
            if (s->has_places)
                for (unsigned i = 0; i < written; i++)
                    s->places[n + i] = character;
            character++;
            at += bytes;
            n += written;
        }
    }
    s->length = n;
    s->characters = character;
    memset(s->low + n, 0, BEHIND);
    return DONE;
}
