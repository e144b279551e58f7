"""The native scorer: its alphabet, its edges, large vocabularies, threads, damaged tables."""

import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_models import SPORT, WEATHER

from textclf.errors import InputError
from textclf.scoring import native_scorer
from textclf.scoring.native_scorer import NativeScorer, why_unavailable
from textclf.scoring.numpy_scorer import NumpyScorer
from textclf.scoring.vocabulary import Vocabulary
from textclf.scoring.weights import FeatureWeights, LinearWeights
from textclf.text.features import CharNgrams, LexiconNgrams, SentenceFilter, WordNgrams
from textclf.text.lexicon import Lexicon

pytestmark = pytest.mark.skipif(bool(why_unavailable()), reason=why_unavailable())

CHARACTERS = [
    char
    for char in map(chr, range(sys.maxunicode + 1))
    if (kind := unicodedata.category(char)) not in {"Cn", "Co", "Cs"}
    or (kind != "Cs" and ord(char) % 32 == 0)
]
"""All but surrogates; of those that stand for nothing, some."""
SIGMA = "\u03a3"
PASSES = [NativeScorer, partial(NativeScorer, portable=True)]


def feature_weights(kind, terms, labels=3, seed=0):
    """Return a feature group of these terms with random weights."""
    vocabulary = Vocabulary(sorted(set(terms)))
    random = np.random.default_rng(seed)
    weights = random.normal(size=(len(vocabulary), labels))
    scale = random.uniform(1, 9, len(vocabulary))
    return FeatureWeights.of(kind, vocabulary, scale.astype("f4"), weights.astype("f4"))


def linear_weights(*groups):
    return LinearWeights(groups, np.zeros(groups[0].weights.shape[1], np.float32))


def alike(weight_sets, texts):
    """Hold numpy's batches and every layout of the native scorer against numpy's single texts."""
    plain = [NumpyScorer(weight_sets).score([text]) for text in texts]
    for one, *others in zip(NumpyScorer(weight_sets).score(texts), *plain, strict=True):
        assert np.allclose(one.scores, [other.scores[0] for other in others], rtol=0, atol=1e-9)
        assert one.in_vocabulary.tolist() == [other.in_vocabulary[0] for other in others]
    for make in PASSES:
        scorer = make(weight_sets)
        once = [scorer.score([text]) for text in texts]
        scorer.score([""] * 64)
        many = scorer.score(texts)
        for place, wanted in enumerate(plain):
            for number, right in enumerate(wanted):
                for scores, known in [
                    (once[place][number].scores[0], once[place][number].in_vocabulary[0]),
                    (many[number].scores[place], many[number].in_vocabulary[place]),
                ]:
                    assert np.allclose(scores, right.scores[0], rtol=0, atol=1e-6)
                    assert scores.argmax() == right.scores[0].argmax()
                    assert known == right.in_vocabulary[0]


@pytest.mark.slow
def test_every_character_is_lowered_and_classed_as_python_does():
    """Each stands in a word, alone, and behind a word; the terms are all that numpy can find."""
    letters = {char.lower() for char in CHARACTERS if char.isalnum()}
    words = {f"a{letter}b" for letter in letters if len(letter) == 1}
    known = linear_weights(
        feature_weights(WordNgrams(1, 1), words | {"ab", "zz"}),
        feature_weights(CharNgrams(1, 2), letters),
    )
    runs = ["".join(CHARACTERS[start : start + 512]) for start in range(0, len(CHARACTERS), 512)]
    texts = [" ".join(f"a{char}b {char} zz{char}" for char in run if char != SIGMA) for run in runs]

    alike([known], texts)


@given(
    text=st.lists(st.sampled_from([SIGMA, "\ud800", "goal", " ", "RAIN", "\u0130"])).map("".join)
)
def test_what_it_cannot_lower_is_scored_all_the_same(text):
    known = linear_weights(
        feature_weights(CharNgrams(2, 4), ["goal", " ra", "ain ", "\u03c3", "\u03c2 ", "a\u03c2"])
    )

    alike([known], [text, "goal", text])


def test_a_vocabulary_of_many_scripts_scores_the_same():
    scripts = [0x400, 0x600, 0x900, 0xE00, 0x3040, 0x4E00, 0xAC00, 0x10400, 0x1F600]
    words = [
        "".join(chr(start + (7 * n + k) % 64) for k in range(2 + n % 4))
        for start in scripts
        for n in range(400)
    ]
    pairs = [f"{one} {other}".lower() for one, other in pairwise(words)]
    grams = {word.lower()[k : k + 3] for word in words for k in range(2)}
    known = linear_weights(
        feature_weights(WordNgrams(1, 2), [*map(str.lower, words), *pairs]),
        feature_weights(CharNgrams(2, 4), [gram for gram in grams if len(gram) > 1]),
    )

    alike([known], [" ".join(words[start : start + 300]) for start in range(0, 3600, 300)])


@pytest.mark.parametrize("labels", [1, 2, 4, 7, 24, 25, 49, 300])
def test_any_number_of_labels_scores_the_same(labels):
    terms = sorted({word.lower().strip(",.") for text in SPORT for word in text.split()})
    known = linear_weights(feature_weights(WordNgrams(1, 1), terms, labels))

    alike([known], SPORT + WEATHER)


@pytest.mark.parametrize("terms", [1, 2, 3, 8, 9, 100_000])
def test_any_size_of_vocabulary_scores_the_same(terms):
    known = linear_weights(feature_weights(WordNgrams(1, 1), [f"t{n}" for n in range(terms)]))

    alike([known], [" ".join(f"t{n}" for n in range(start, 200_000, 997)) for start in range(9)])


SENTENCES = st.lists(
    st.sampled_from(
        [
            *("Goal", "Rain", "rain", "Gen", "no", "i.e", "A", "É", "a", "7", "x7", "\u0130", "…"),
            *(".", ".", ". ", "! ", "?", " ", " ", "\n", "\u2028", "\u00a0", "\x1f"),
            *('"', "'", "”", "’", ")", "]", "“", "‘", "(", "["),
        ]
    ),
    max_size=16,
).map("".join)


@given(text=SENTENCES)
def test_a_sentence_ends_where_the_lexicon_ends_it(text):
    """The link of two groups tells whether they stand in one sentence."""
    lexicon = Lexicon((("a", ("goal",)), ("b", ("rain", "rain gen", "x7"))))
    linked = feature_weights(
        LexiconNgrams(1, 2, lexicon=lexicon), ["<a>", "<b>", "<a> & <b>", "gen <b>"]
    )

    alike([linear_weights(linked)], [text, f"Goal {text} Rain", f"Goal Gen. {text} Rain"])


@pytest.mark.parametrize(
    ("between", "known"),
    [
        (" ", True),
        (". ", False),
        (" Gen. ", True),
        (" (Gen. ", True),
        (" A. ", True),
        (" É. ", True),
        (" 7. ", False),
        (" gen.. ", False),
        (" gen! ", False),
        (' gen." ', False),
        (" said. “", False),
        (".\n", False),
    ],
)
def test_an_abbreviation_ends_no_sentence(between, known):
    lexicon = Lexicon((("a", ("goal",)), ("b", ("rain",))))
    linked = linear_weights(feature_weights(LexiconNgrams(1, 1, lexicon=lexicon), ["<a> & <b>"]))

    for make in PASSES:
        found = make([linked]).score([f"Goal{between}Rain fell"])[0]
        assert (found.in_vocabulary[0] > 0) == known


def test_feature_groups_of_many_ranges_and_weightings_score_side_by_side():
    words = sorted({word.lower().strip(",.") for text in SPORT for word in text.split()})
    pairs = [f"{one} {other}" for one in words[:40] for other in words[:40]]
    threes = [f"{pair} the" for pair in pairs[:400]] + ["over and over and over and over again"]
    lexicon = Lexicon((("b", ("cup", "the cup")), ("a", ("club", "the club won the cup after"))))
    marked = ["<a>", "<b>", "<a> & <b>", "and <a>", "<a> after", "<b> after extra"]
    groups = [
        feature_weights(WordNgrams(1, 2), words + pairs),
        feature_weights(WordNgrams(1, 2, "binary"), words + pairs, seed=1),
        feature_weights(WordNgrams(2, 3), pairs + threes),
        feature_weights(WordNgrams(3, 8), threes),
        feature_weights(CharNgrams(3, 5), {word[:4] for word in words if len(word) > 3}),
        feature_weights(CharNgrams(6, 8), {f" {word} "[:7] for word in words}),
        feature_weights(LexiconNgrams(1, 3, lexicon=lexicon), marked),
    ]
    weight_sets = [
        linear_weights(*groups),
        linear_weights(groups[0]),
        linear_weights(groups[4]),
        linear_weights(groups[6], groups[4]),
    ]

    alike(
        weight_sets, [*SPORT, "The club won the cup after extra time. CUP (club)! Club.", *WEATHER]
    )


@pytest.mark.slow
def test_a_token_of_five_megabytes_is_scored():
    known = linear_weights(feature_weights(CharNgrams(3, 5), ["ggg", "gggg", " ggg", "ab "]))
    text = "g" * 5_000_000 + "ab goal"
    counts = np.array([1, 1, 4_999_998, 4_999_997])  # " ggg", "ab ", "ggg", "gggg"
    weight = (1 + np.log(counts)) / np.linalg.norm((1 + np.log(counts)) * known.groups[0].idf)

    for make in PASSES:
        found = make([known]).score([text])[0].scores[0]
        assert np.allclose(found, weight @ known.groups[0].weights, rtol=0, atol=1e-6)


def test_threads_give_what_one_gives():
    known = linear_weights(
        feature_weights(WordNgrams(1, 1), [f"t{n}" for n in range(5000)]),
        feature_weights(CharNgrams(1, 3), [f"{n}" for n in range(999)]),
    )
    scorer = NativeScorer([known])
    texts = [" ".join(f"t{n * k % 7000}" for n in range(200)) for k in range(400)]
    parts = [texts[start : start + 10] for start in range(0, 400, 10)]
    spans = [[(0, 300), (300, 600)]] * 10

    alone = [scorer.score(part)[0].scores for part in parts]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda part: scorer.score(part)[0].scores, parts))
        passages = list(threads.map(lambda part: scorer.score(part, spans, {0})[0].scores, parts))

    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))
    assert np.allclose([rows[::3] for rows in passages], alone, rtol=0, atol=1e-12)


@given(noise=st.integers(0, 2**32), share=st.floats(0, 1))
def test_a_damaged_table_leads_nowhere_else(noise, share):
    sound = feature_weights(WordNgrams(1, 2), [f"t{n}" for n in range(500)])
    random = np.random.default_rng(noise)
    slots = sound.terms.slots.copy()
    hit = random.random(len(slots)) < share
    slots[hit] = random.integers(0, 2**64, hit.sum(), np.uint64)
    slots[-1] = 0
    terms = Vocabulary.stored(sound.terms.blob, sound.terms.hashes, slots)
    damaged = linear_weights(FeatureWeights(sound.group, terms, sound.rows))

    for make in PASSES:
        found = make([damaged, damaged]).score([" ".join(f"t{n}" for n in range(600))])
        assert all(np.isfinite(one.scores).all() for one in found)


@pytest.mark.parametrize(
    "change",
    [
        lambda slots: slots[:16],
        lambda slots: slots[:-1],
        lambda slots: slots[:0],
        lambda slots: np.append(slots[:-1], slots[slots > 0][:1]),
    ],
    ids=["a bucket short", "a slot short", "no slots", "no end"],
)
def test_a_table_that_has_no_end_is_refused(change):
    sound = feature_weights(WordNgrams(1, 1), [f"t{n}" for n in range(9)])
    terms = Vocabulary.stored(sound.terms.blob, sound.terms.hashes, change(sound.terms.slots))

    with pytest.raises(InputError, match="an invalid table or setting"):
        NativeScorer([linear_weights(FeatureWeights(sound.group, terms, sound.rows))])


def test_weights_that_it_cannot_score_are_refused():
    category = feature_weights(
        LexiconNgrams(1, 1, lexicon=Lexicon((("a", (f"{SIGMA}igma",)),))), ["<a>"]
    )
    many = feature_weights(WordNgrams(1, 1), ["goal"])

    with pytest.raises(InputError, match="cannot take these weights"):
        NativeScorer([linear_weights(category)])
    with pytest.raises(InputError, match="there are 33 models; the limit is 32"):
        NativeScorer([linear_weights(many)] * 33)
    NativeScorer([linear_weights(many)] * 32)


def test_what_is_no_text_is_a_type_error():
    scorer = NativeScorer([linear_weights(feature_weights(WordNgrams(1, 1), ["goal"]))])

    with pytest.raises(TypeError):
        scorer.score(["goal", None])
    with pytest.raises(IndexError):
        scorer.contributions("goal", 0, 3, (0, 4))
    assert scorer.score(["goal"])[0].in_vocabulary[0] == 1


def test_an_engine_that_was_never_made_is_an_error():
    unmade = native_scorer.native.Engine.__new__(native_scorer.native.Engine)

    for call in [
        lambda: unmade.score(["goal"], (), 0, ()),
        lambda: unmade.contributions("goal", 0, 0, 0, 4, 9),
        lambda: unmade.instruction_set,
    ]:
        with pytest.raises(ValueError, match="not initialized"):
            call()


def test_buffers_and_spans_that_do_not_fit_are_errors():
    made = NativeScorer([linear_weights(feature_weights(WordNgrams(1, 1), ["goal"]))])
    native, row, short = made._native, np.zeros(3), np.zeros(2)

    for call in [
        lambda: native.score(["goal"], (), 0, ((short, row),)),
        lambda: native.score(["goal"], (), 0, ((row.astype("f4"), row),)),
        lambda: native.score(["goal"], (), 0, ()),
        lambda: native.score(["goal"], ([], []), 0, ((row, row),)),
        lambda: native.score(["goal"], ([(0, 1)],), 1, ((row, row),)),
        lambda: native.score(["goal", "goal"], (), 0, ((row, row),)),
        lambda: native.score(["goal"], (), 0, ((row.tobytes(), row),)),
    ]:
        with pytest.raises((ValueError, BufferError)):
            call()
    assert native.score(["goal"], ([(0, 1)],), 0, ((row, short),)) == []
    odd = [(-5, 2), (2, 10**12), (6, 1)]
    assert made.score(["a goal"], [odd], {0})[0].in_vocabulary.tolist() == [1, 0, 1, 0]


def test_an_engine_of_another_unicode_is_not_used(monkeypatch):
    monkeypatch.setattr(unicodedata, "unidata_version", "99.0.0")

    assert "and this Python has 99.0.0" in native_scorer.why_unavailable()


SAID = Lexicon((("people", ("shia", "hindus")), ("said", ("said", "told reporters"))))
SENTENCE_PIECES = st.lists(
    st.sampled_from(
        [
            *("Shia", "hindus", "said", "told reporters", "killed", "A", "I", "Gen", "7", "*", "—"),
            *(". ", ".", "! ", "?", " ", " ", "\n", ".\n", '"', "“", "”", "É", ","),
        ]
    ),
    max_size=16,
).map("".join)
CHOICES = [
    {"within": ("people",)},
    {"without": ("said", "quotation")},
    {"within": ("people", "quotation"), "without": ("said",)},
]


@given(text=SENTENCE_PIECES)
def test_characters_are_counted_in_the_sentences_that_the_filter_includes(text):
    texts = [text, f"Shia {text} killed. He said {text}", f"He killed. {text}\n“Shia” hindus"]
    grams = {gram for one in texts for gram in CharNgrams(1, 3).terms(one)}
    grams |= {" h", "h "}
    weight_sets = [
        linear_weights(
            feature_weights(CharNgrams(1, 3, sentences=SentenceFilter(SAID, **chosen)), grams),
            feature_weights(WordNgrams(1, 1), ["shia"]),
        )
        for chosen in CHOICES
    ]

    alike(weight_sets, texts)


def test_a_sentence_without_a_word_goes_with_the_one_behind_it():
    looks = CharNgrams(1, 1, sentences=SentenceFilter(SAID, ("people",)))

    assert looks.terms("A.\nShia ran.\nHe ran.") == CharNgrams(1, 1).terms("A. Shia ran.")


@given(text=SENTENCE_PIECES)
def test_words_are_counted_in_the_sentences_that_the_filter_includes(text):
    texts = [text, f"Shia {text} killed. He said {text}", f"He killed. {text}\n“Shia” hindus"]
    grams = {gram for one in texts for gram in WordNgrams(1, 3).terms(one)} | {"shia"}
    weight_sets = [
        linear_weights(
            feature_weights(WordNgrams(1, 3, sentences=SentenceFilter(SAID, **chosen)), grams),
            feature_weights(
                WordNgrams(1, 2, first_words=3, sentences=SentenceFilter(SAID, **chosen)), grams
            ),
            feature_weights(CharNgrams(1, 1, sentences=SentenceFilter(SAID, **chosen)), ["a", "s"]),
        )
        for chosen in CHOICES
    ]

    alike(weight_sets, texts)


def test_an_ngram_counts_where_each_of_its_words_stands_in_a_sentence_that_is_looked_at():
    looks = WordNgrams(1, 2, sentences=SentenceFilter(SAID, ("people",)))
    text = "Shia men ran. Hindus ran. He hid."

    assert looks.terms(text) == [
        *("shia", "men", "ran", "hindus", "ran"),
        *("shia men", "men ran", "ran hindus", "hindus ran"),
    ]


def test_a_word_is_known_wherever_it_stands():
    looks = WordNgrams(1, 1, sentences=SentenceFilter(SAID, ("people",)))

    weight_sets, text = (
        [linear_weights(feature_weights(looks, ["rain", "fell"]))],
        "Rain fell. Hindus ran.",
    )

    alike(weight_sets, [text])

    assert NumpyScorer(weight_sets).score([text])[0].in_vocabulary.tolist() == [0.5]
