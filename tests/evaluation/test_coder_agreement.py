"""Agreement of coders: equal to nltk's, krippendorff's and scikit-learn's; undefined is said."""

import warnings

import numpy as np
import pytest
from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import masi_distance as masi_of_nltk
from sklearn.metrics import cohen_kappa_score

from textclf.errors import InputError
from textclf.evaluation.coder_agreement import (
    CodedTexts,
    coder_agreement,
    disagreements,
    masi_distance,
)

LABELS = ("arts", "law", "war")


def coded(*coders, groups=None):
    ids = tuple(str(n) for n in range(len(coders[0])))
    answers = {chr(97 + n): tuple(one) for n, one in enumerate(coders)}
    return CodedTexts(ids, answers, groups)


def random_coders(seed, coders=3, texts=50, missing=0.0):
    rng = np.random.default_rng(seed)
    truth = rng.choice(LABELS, texts, p=[0.6, 0.3, 0.1])
    columns = [
        np.where(rng.random(texts) < 0.75, truth, rng.choice(LABELS, texts)) for _ in range(coders)
    ]
    return [
        tuple(None if rng.random() < missing else (str(one),) for one in column)
        for column in columns
    ]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_alpha_is_that_of_the_package_krippendorff_and_of_nltk(seed, missing):
    krippendorff = pytest.importorskip("krippendorff")
    columns = random_coders(seed, missing=missing)
    numbers = [
        [np.nan if one is None else LABELS.index(one[0]) for one in column] for column in columns
    ]
    triples = [
        (coder, text, one[0])
        for coder, column in enumerate(columns)
        for text, one in enumerate(column)
        if one is not None
    ]

    for level in ("nominal", "ordinal"):
        found = coder_agreement(coded(*columns), level, LABELS)
        assert found.alpha.value == pytest.approx(
            krippendorff.alpha(numbers, level_of_measurement=level, value_domain=[0, 1, 2])
        )
    nominal = coder_agreement(coded(*columns)).alpha.value
    assert nominal == pytest.approx(AnnotationTask(data=_paired(triples)).alpha())


def _paired(triples):
    """Return the answers to texts that have two or more: nltk counts no others."""
    texts = [text for _, text, _ in triples]
    return [one for one in triples if texts.count(one[1]) > 1]


@pytest.mark.parametrize("seed", range(5))
def test_kappa_of_pairs_is_that_of_scikit_learn_and_of_fleiss_that_of_nltk(seed):
    columns = random_coders(seed)
    single = [[one[0] for one in column] for column in columns]

    found = coder_agreement(coded(*columns))

    assert found.pairs[0].kappa.value == pytest.approx(cohen_kappa_score(single[0], single[1]))
    assert [(one.first, one.second) for one in found.pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    inter_rater = pytest.importorskip("statsmodels.stats.inter_rater")
    table = inter_rater.aggregate_raters(np.array(single).T)[0]
    assert found.fleiss.value == pytest.approx(inter_rater.fleiss_kappa(table))


def test_distance_of_sets_is_that_of_nltk_and_alpha_with_it_too():
    rng = np.random.default_rng(0)
    sets = [
        [tuple(np.array(LABELS)[rng.random(3) < 0.5].tolist()) or ("arts",) for _ in range(40)]
        for _ in range(2)
    ]
    triples = [(c, t, frozenset(one)) for c, of in enumerate(sets) for t, one in enumerate(of)]

    for one, other in zip(*sets, strict=True):
        assert masi_distance(one, other) == pytest.approx(masi_of_nltk(set(one), set(other)))
    found = coder_agreement(coded(*sets), "masi").alpha.value
    assert found == pytest.approx(AnnotationTask(data=triples, distance=masi_of_nltk).alpha())


def test_agreement_on_one_value_alone_is_undefined_and_not_perfect():
    same = (("no",),) * 20

    found = coder_agreement(coded(same, same, same))

    assert (found.alpha, found.fleiss) == (None, None)
    assert [one.kappa for one in found.pairs] == [None, None, None]
    assert found.percent.value == 1
    assert found.percent.low < 1
    assert found.labels[0].alpha is None


def test_no_warning_of_numpy_reaches_the_user():
    same = (("no",),) * 20
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        coder_agreement(coded(same, same))


def test_coders_who_share_no_text_are_said_to_share_none():
    a, b, c = random_coders(1, texts=20)
    half = (None,) * 10

    found = coder_agreement(coded(a[:10] + half, half + b[10:], c))

    assert (found.pairs[0].texts, found.pairs[0].alpha, found.pairs[0].kappa) == (0, None, None)
    assert found.pairs[1].texts == 10
    assert (found.complete, found.fleiss) == (0, None)


def test_perfect_agreement_on_few_texts_does_not_claim_certainty():
    answers = (("war",), ("arts",)) * 3

    found = coder_agreement(coded(answers, answers))

    assert found.alpha.value == found.alpha.high == 1
    assert found.alpha.low < 0.7


def test_passages_of_one_article_widen_the_interval_of_alpha():
    columns = [tuple(np.repeat(np.array(one, object), 10, axis=0)) for one in random_coders(3, 2)]
    columns = [tuple((str(one[0]),) for one in column) for column in columns]
    articles = tuple(str(n // 10) for n in range(500))

    grouped = coder_agreement(coded(*columns, groups=articles)).alpha
    alone = coder_agreement(coded(*columns)).alpha

    assert grouped.value == alone.value
    assert grouped.high - grouped.low > 2 * (alone.high - alone.low)


def test_texts_whose_answers_differ_are_listed_and_missing_answers_are_no_difference():
    texts = coded((("a",), ("a",), ("a", "b")), (("b",), None, ("b", "a")))

    assert disagreements(texts) == [0]


@pytest.mark.parametrize(
    ("columns", "distance", "error"),
    [
        ([(("a",),), (None,)], "nominal", "none of the 1 texts has answers of two coders"),
        ([(("a",),)], "nominal", "there is one coder, 'a'; agreement needs two"),
        ([(("a",),), (("x",),)], "ordinal", "'x' has no rank among a, b; give all labels"),
    ],
)
def test_what_has_no_agreement_is_refused(columns, distance, error):
    with pytest.raises(InputError, match=error):
        coder_agreement(coded(*columns), distance, ("a", "b"))


def test_the_ends_of_percent_agreement_and_kappa_are_possible_values():
    one = coder_agreement(coded((("a",),), (("a",),)))
    apart = coder_agreement(coded((("a",), ("b",)), (("b",), ("a",))))

    assert 0 <= one.percent.low < one.percent.value == one.percent.high == 1
    assert apart.pairs[0].kappa.value == pytest.approx(-1)
    assert apart.pairs[0].kappa.low >= -1 - 1e-9


def test_texts_of_one_article_say_little_of_alpha():
    first = (("a",), ("b",)) * 50
    second = first[:90] + (("a",),) * 10

    grouped = coder_agreement(coded(first, second, groups=("x",) * 100))
    alone = coder_agreement(coded(first, second))

    assert grouped.alpha.value == alone.alpha.value
    assert alone.alpha.low > 0.7
    assert grouped.alpha.low < 0.4
    assert grouped.percent.low < 0.7
