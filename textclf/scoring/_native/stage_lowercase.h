/* Stage 1: makes a text lower case, and classifies its bytes: part of a word, white
 * space, a character that may end a sentence, an ASCII capital.
 *
 * Included by stages.h, once for each instruction set.
 */
enum { WORD = 1, SPACE = 2, ALPHA = 4 }; /* class of a lower-case character; ALPHA: str.isalpha */

enum {
    CAPITAL_SIGMA = 0x3A3, /* its lower case depends on its neighbours */
    DOTTED_I = 0x130,      /* the only character whose lower case is two characters: i, U+0307 */
    DOT_ABOVE = 0x307,
};

/* Returns the entry of a code point: (lower case - code point) * 8 + class of the lower case. */
static inline int32_t codepoint_entry(uint32_t cp)
{
    const uint32_t page = codepoint_index[cp / CODEPOINT_PAGE];
    return codepoint_page[page * CODEPOINT_PAGE + cp % CODEPOINT_PAGE];
}

/* Returns the code point that starts at `at`, and in *bytes how many bytes it has; -1 and 1 byte
 * for what is not UTF-8 (RFC 3629). Python passes valid UTF-8 only; the checks keep other input
 * from being read beyond its end. */
static inline int32_t decode_utf8(const uint8_t *at, const uint8_t *end, unsigned *bytes)
{
    const uint32_t lead = at[0];
    const size_t left = (size_t)(end - at);
    *bytes = 1;
    if (lead < 0x80)
        return (int32_t)lead;
    if (lead >= 0xC2 && lead < 0xE0 && left >= 2 && (at[1] & 0xC0) == 0x80) {
        *bytes = 2;
        return (int32_t)((lead & 31) << 6 | (at[1] & 63u));
    }
    if (lead >= 0xE0 && lead < 0xF0 && left >= 3 && (at[1] & 0xC0) == 0x80 &&
        (at[2] & 0xC0) == 0x80) {
        *bytes = 3;
        return (int32_t)((lead & 15) << 12 | (at[1] & 63u) << 6 | (at[2] & 63u));
    }
    if (lead >= 0xF0 && lead < 0xF5 && left >= 4 && (at[1] & 0xC0) == 0x80 &&
        (at[2] & 0xC0) == 0x80 && (at[3] & 0xC0) == 0x80) {
        uint32_t cp = (lead & 7) << 18 | (at[1] & 63u) << 12 | (at[2] & 63u) << 6 | (at[3] & 63u);
        if (cp < 0x110000) {
            *bytes = 4;
            return (int32_t)cp;
        }
    }
    return -1;
}

/* Writes a code point as 1 to 4 bytes of UTF-8, and returns how many. */
static inline unsigned encode_utf8(uint32_t cp, uint8_t *out)
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

/* Sets the bits of a mask of at most 32 bits, from bit `at` of the array on. */
static inline void set_bits(uint64_t *bits, size_t at, uint64_t mask)
{
    bits[at >> 6] |= mask << (at & 63);
    if ((at & 63) > 32) /* the mask reaches into the next word */
        bits[(at >> 6) + 1] |= mask >> (64 - (at & 63));
}

static inline int get_bit(const uint64_t *bits, size_t at)
{
    return (int)(bits[at >> 6] >> (at & 63) & 1);
}

/* The classes of 32 bytes: bit i is about byte i. */
struct byte_classes {
    uint32_t non_ascii, word, space, stop, upper;
};

#ifdef USE_AVX2
#include <immintrin.h>

/* Return all ones in each byte of x that is from first to last, or equal to a byte. The bytes
 * are compared as signed numbers, so bytes above 127 match nothing. */
static inline __m256i bytes_between(__m256i x, char first, char last)
{
    return _mm256_and_si256(_mm256_cmpgt_epi8(x, _mm256_set1_epi8((char)(first - 1))),
                            _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(last + 1)), x));
}

static inline __m256i bytes_equal(__m256i x, char byte)
{
    return _mm256_cmpeq_epi8(x, _mm256_set1_epi8(byte));
}

/* Returns the highest bit of each of 32 bytes. */
static inline uint32_t high_bits(__m256i x)
{
    return (uint32_t)_mm256_movemask_epi8(x);
}

/* Writes the lower case of 32 bytes, and returns their classes. Valid for ASCII only. */
static inline struct byte_classes lowercase_32_bytes(const uint8_t *in, uint8_t *out)
{
    const __m256i x = _mm256_loadu_si256((const __m256i *)in);
    const __m256i upper = bytes_between(x, 'A', 'Z');
    /* Bit 0x20 is the difference between a capital letter and its lower case. */
    const __m256i lower = _mm256_or_si256(x, _mm256_and_si256(upper, _mm256_set1_epi8(0x20)));
    _mm256_storeu_si256((__m256i *)out, lower);
    const __m256i letter = bytes_between(lower, 'a', 'z');
    const __m256i word = _mm256_or_si256(_mm256_or_si256(letter, bytes_equal(x, '_')),
                                         bytes_between(x, '0', '9'));
    /* What str.isspace accepts: tab to carriage return, blank, and four separators. */
    const __m256i space = _mm256_or_si256(_mm256_or_si256(bytes_between(x, 9, 13),
                                                          bytes_equal(x, ' ')),
                                          bytes_between(x, 28, 31));
    const __m256i stop = _mm256_or_si256(_mm256_or_si256(bytes_equal(x, '.'),
                                                         bytes_equal(x, '\n')),
                                         _mm256_or_si256(bytes_equal(x, '!'),
                                                         bytes_equal(x, '?')));
    /* The highest bit of x itself is set in bytes that are not ASCII. */
    struct byte_classes classes = {high_bits(x), high_bits(word), high_bits(space),
                                   high_bits(stop), high_bits(upper)};
    return classes;
}
#else
enum { STOP = 8, UPPER = 16, NON_ASCII = 32 }; /* more classes of bytes, in ascii_class */

/* Writes the lower case of 32 bytes, and returns their classes. Valid for ASCII only. */
static inline struct byte_classes lowercase_32_bytes(const uint8_t *in, uint8_t *out)
{
    struct byte_classes classes = {0, 0, 0, 0, 0};
    for (int i = 0; i < 32; i++) {
        const uint32_t class = ascii_class[in[i]];
        /* Bit 0x20, which is UPPER << 1, is the difference of a capital and its lower case. */
        out[i] = (uint8_t)(in[i] | (class & UPPER) << 1);
        classes.word |= (class & WORD) << i;
        classes.space |= (class >> 1 & 1) << i;
        classes.stop |= (class >> 3 & 1) << i;
        classes.upper |= (class >> 4 & 1) << i;
        classes.non_ascii |= (class >> 5 & 1) << i;
    }
    return classes;
}
#endif

/* Makes 64 bytes lower case and sets their bits, where `n`, the bytes written so far, is a
 * multiple of 64. Returns 0, with no bit set, if one of them is not ASCII. */
static inline int lowercase_64_bytes(struct workspace *ws, const uint8_t *in, size_t n)
{
    const struct byte_classes low = lowercase_32_bytes(in, ws->lowered + n);
    const struct byte_classes high = lowercase_32_bytes(in + 32, ws->lowered + n + 32);
    if (low.non_ascii | high.non_ascii)
        return 0;
    ws->word_bits[n / 64] = low.word | (uint64_t)high.word << 32;
    ws->space_bits[n / 64] = low.space | (uint64_t)high.space << 32;
    ws->stop_bits[n / 64] = low.stop | (uint64_t)high.stop << 32;
    ws->upper_bits[n / 64] = low.upper | (uint64_t)high.upper << 32;
    return 1;
}

/* Fills ws->lowered, the four arrays of bits and, if it is asked for and the text is not ASCII,
 * ws->char_offsets. The text has `length` bytes. ASCII goes 64 or 32 bytes at a time, all else
 * one character at a time. Returns UNSUPPORTED for a text with a capital sigma. */
STAGE enum status lowercase_text(struct workspace *ws, const uint8_t *text, size_t length,
                                 int with_char_offsets)
{
    const uint8_t *at = text, *end = text + length;
    size_t n = 0; /* bytes written */
    uint32_t character = 0;
    uint8_t tail[32] = {0};
    ws->has_char_offsets = 0;
    while (at < end) {
        const size_t left = (size_t)(end - at);
        const uint8_t *in = at;
        if (n % 64 == 0 && left >= 64 && lowercase_64_bytes(ws, at, n)) {
            for (unsigned i = 0; ws->has_char_offsets && i < 64; i++)
                ws->char_offsets[n + i] = character + i;
            character += 64;
            at += 64;
            n += 64;
            continue;
        }
        if (left < 32) { /* the vector must not be read beyond the text */
            memset(tail, 0, sizeof tail);
            memcpy(tail, at, left);
            in = tail;
        }
        struct byte_classes classes = lowercase_32_bytes(in, ws->lowered + n);
        /* Of the 32 bytes, take those before the first one that is not ASCII, and no more than up
         * to the next multiple of 64, so that lowercase_64_bytes can go on from there. */
        unsigned take = left < 32 ? (unsigned)left : 32;
        const unsigned ascii =
            classes.non_ascii ? (unsigned)__builtin_ctz(classes.non_ascii) : 32;
        const unsigned to_boundary = 64 - (unsigned)(n % 64);
        take = ascii < take ? ascii : take;
        take = to_boundary < take ? to_boundary : take;
        const uint64_t mask = (1ull << take) - 1;
        set_bits(ws->word_bits, n, classes.word & mask);
        set_bits(ws->space_bits, n, classes.space & mask);
        set_bits(ws->stop_bits, n, classes.stop & mask);
        set_bits(ws->upper_bits, n, classes.upper & mask);
        if (ws->has_char_offsets)
            for (unsigned i = 0; i < take; i++)
                ws->char_offsets[n + i] = character + i;
        character += take;
        at += take;
        n += take;
        while (at < end && *at >= 0x80) {
            /* From the first character that is not ASCII on, offsets must be kept. */
            if (with_char_offsets && !ws->has_char_offsets) {
                for (size_t i = 0; i < n; i++)
                    ws->char_offsets[i] = (uint32_t)i;
                ws->has_char_offsets = 1;
            }
            unsigned bytes, written;
            int32_t cp = decode_utf8(at, end, &bytes);
            uint32_t class = 0;
            if (cp == CAPITAL_SIGMA) {
                ws->length = n;
                return UNSUPPORTED;
            }
            if (cp == DOTTED_I) { /* the i belongs to a word, the dot above does not */
                ws->lowered[n] = 'i';
                set_bits(ws->word_bits, n, 1);
                written = 1 + encode_utf8(DOT_ABOVE, ws->lowered + n + 1);
            } else if (cp < 0) {
                ws->lowered[n] = 0;
                written = 1;
            } else {
                int32_t entry = codepoint_entry((uint32_t)cp);
                class = (uint32_t)entry & 7;
                written = encode_utf8((uint32_t)(cp + (entry >> 3)), ws->lowered + n);
            }
            const uint64_t mask_of_character = (1u << written) - 1;
            if (class & WORD)
                set_bits(ws->word_bits, n, mask_of_character);
            if (class & SPACE)
                set_bits(ws->space_bits, n, mask_of_character);
            if (ws->has_char_offsets)
                for (unsigned i = 0; i < written; i++)
                    ws->char_offsets[n + i] = character;
            character++;
            at += bytes;
            n += written;
        }
    }
    ws->length = n;
    ws->characters = character;
    memset(ws->lowered + n, 0, PAD_AFTER);
    return OK;
}
