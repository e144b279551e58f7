/* Stage 3, the part about lexicons: finds the phrases of a lexicon, and the sentences
 * that pass the sentence filters of a channel.
 *
 * Included by stages.h, once for each instruction set.
 */

/* Flags the words at which a phrase of the lexicon may begin: those which, alone or with the next
 * word, the filter may contain. */
static void flag_phrase_starts(struct workspace *ws, const struct lexicon *lexicon)
{
    for (uint32_t i = 0; i < ws->word_count; i++)
        ws->phrase_may_start[i] =
            (uint8_t)(filter_may_contain(lexicon->filter, ws->word_hashes[i]) |
                      filter_may_contain(lexicon->filter, ws->bigram_hashes[i]));
}

/* Returns the token at a word: the category token of the longest phrase that begins there and
 * does not reach word `end`, or else the word itself. */
static struct token token_at(const struct engine *engine, const struct workspace *ws,
                             const struct lexicon *lexicon, uint32_t word, uint32_t end)
{
    struct token token = {ws->word_hashes[word], ws->word_ends[word] - ws->word_starts[word], word,
                          word, NONE};
    uint64_t hash = token.hash;
    for (uint32_t n = 1; ws->phrase_may_start[word] && n <= MAX_PHRASE_WORDS && word + n <= end;
         n++) {
        const uint32_t last = word + n - 1;
        if (n > 1)
            hash = join_hashes(engine, hash, ws->word_hashes[last],
                               ws->word_ends[last] - ws->word_starts[last]);
        if (!filter_may_contain(lexicon->filter, hash))
            continue;
        const struct map_entry *phrase = map_find(&lexicon->phrases, hash);
        if (phrase->key) {
            token.last = last;
            token.category = phrase->value;
        }
    }
    if (token.category != NONE) {
        token.hash = lexicon->token_hashes[token.category];
        token.length = lexicon->token_lengths[token.category];
    }
    return token;
}

/* Returns a bit for each category that a phrase of the sentence belongs to. */
static uint64_t categories_in(const struct engine *engine, const struct workspace *ws,
                              const struct lexicon *lexicon, uint32_t sentence)
{
    const uint32_t start = ws->sentence_first_words[sentence];
    const uint32_t end = ws->sentence_first_words[sentence + 1];
    uint64_t categories = 0;
    if (memchr(ws->phrase_may_start + start, 1, end - start))
        for (uint32_t word = start; word < end;) {
            const struct token token = token_at(engine, ws, lexicon, word, end);
            categories |= token.category == NONE ? 0 : 1ull << token.category;
            word = token.last + 1;
        }
    return categories;
}

/* Returns whether there is a quotation mark from byte `at` to `end`: " or U+201C or U+201D. */
static int has_quotation_mark(const uint8_t *at, const uint8_t *end)
{
    for (; at < end; at++)
        if (*at == '"' || (*at == 0xE2 && at[1] == 0x80 && (at[2] == 0x9C || at[2] == 0x9D)))
            return 1;
    return 0;
}

/* Returns the byte at which a sentence ends: where the next one starts, or the end of the text. */
static size_t sentence_end(const struct workspace *ws, uint32_t sentence)
{
    return sentence + 1 == ws->sentence_count ? ws->length : ws->sentence_starts[sentence + 1];
}

/* Fills ws->sentence_kept: which sentences pass the sentence filters of a channel. */
STAGE void filter_sentences(const struct engine *engine, struct workspace *ws,
                            const struct channel *channel)
{
    const struct lexicon *lexicon = channel->lexicon;
    flag_phrase_starts(ws, lexicon);
    for (uint32_t sentence = 0; sentence < ws->sentence_count; sentence++) {
        uint64_t categories = categories_in(engine, ws, lexicon, sentence);
        if (has_quotation_mark(ws->lowered + ws->sentence_starts[sentence],
                               ws->lowered + sentence_end(ws, sentence)))
            categories |= 1ull << QUOTATION_BIT;
        ws->sentence_kept[sentence] = (!channel->within || categories & channel->within) &&
                                      !(categories & channel->without);
    }
}
