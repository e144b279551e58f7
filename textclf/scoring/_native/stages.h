/* The whole pass over a text. stages_portable.c and stages_avx2.c compile it, each for its own
 * instruction set, as STAGES.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "workspace.h"

#define STAGE static __attribute__((noinline)) /* so that a profiler shows each stage */

#include "stage_lowercase.h"
#include "stage_tokenize.h"
#include "stage_lexicon.h"
#include "stage_lookup.h"
#include "stage_sum.h"

/* Runs the stages that do not depend on the span that is scored. */
static enum status read_text(const struct engine *engine, struct workspace *ws,
                             const uint8_t *text, size_t length, int with_char_offsets)
{
    enum status status = lowercase_text(ws, text, length, with_char_offsets);
    const size_t bit_bytes = (ws->length / 64 + 3) * sizeof(uint64_t);
    if (status == OK) {
        ws->word_count = ws->chunk_count = ws->sentence_count = 0;
        if (engine->needs_words) {
            find_words(engine, ws);
            memset(ws->word_models, 0, ws->word_count * sizeof *ws->word_models);
        }
        if (engine->needs_chunks) {
            find_chunks(engine, ws);
            memset(ws->chunk_models, 0, ws->chunk_count * sizeof *ws->chunk_models);
        }
        if (engine->needs_sentences)
            find_sentences(engine, ws);
        for (uint32_t c = 0; c < engine->channel_count && status == OK; c++) {
            const struct channel *channel = engine->channels + c;
            int enough_memory = 1;
            if (channel->kind == WORD_NGRAMS)
                find_word_ngrams(engine, ws, channel, ws->matches + c);
            else if (channel->kind == CHAR_NGRAMS)
                enough_memory = find_char_ngrams(engine, ws, channel, ws->matches + c);
            else
                enough_memory = find_lexicon_ngrams(engine, ws, channel, ws->matches + c);
            status = enough_memory ? OK : NO_MEMORY;
        }
    }
    /* lowercase_text sets bits and never clears them. */
    memset(ws->word_bits, 0, bit_bytes);
    memset(ws->space_bits, 0, bit_bytes);
    memset(ws->stop_bits, 0, bit_bytes);
    memset(ws->upper_bits, 0, bit_bytes);
    return status;
}

const struct stages STAGES = {STAGES_NAME, read_text, sum_scores, find_contributions};
