/* The whole pass over a text, compiled once for each set of instructions as PASS. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "workspace.h"

#define STAGE static __attribute__((noinline)) /* so that a profile tells the stages apart */

#include "pass_lowercase.h"
#include "pass_tokenize.h"
#include "pass_lookup.h"
#include "pass_sum.h"

static enum outcome read_text(const struct engine *engine, struct scratch *s, const uint8_t *text,
                              size_t length, int with_places)
{
    enum outcome outcome = lower(s, text, length, with_places);
    const size_t bits = (s->length / 64 + 3) * sizeof(uint64_t);
    if (outcome == DONE) {
        s->words = s->chunks = s->sentences = 0;
        if (engine->reads_words) {
            find_words(engine, s);
            memset(s->word_forms, 0, s->words * sizeof *s->word_forms);
        }
        if (engine->reads_chunks) {
            find_chunks(engine, s);
            memset(s->chunk_forms, 0, s->chunks * sizeof *s->chunk_forms);
        }
        if (engine->reads_sentences)
            find_sentences(engine, s);
        for (uint32_t c = 0; c < engine->channels && outcome == DONE; c++) {
            const struct channel *channel = engine->channel + c;
            int fits = 1;
            if (channel->kind == WORDS)
                find_in_words(engine, s, channel, s->found + c);
            else if (channel->kind == CHARS)
                fits = find_in_chunks(engine, s, channel, s->found + c);
            else
                fits = find_in_marks(engine, s, channel, s->found + c);
            outcome = fits ? DONE : NO_MEMORY;
        }
    }
    memset(s->word_bits, 0, bits);
    memset(s->space_bits, 0, bits);
    memset(s->stop_bits, 0, bits);
    memset(s->upper_bits, 0, bits);
    return outcome;
}

const struct pass PASS = {PASS_NAME, read_text, sum_stretch, weigh_stretch};
