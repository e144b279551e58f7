"""What a sampling plan may say, and how a corpus is counted against it."""

import pytest
from small_models import PLAN

from textclf.codebook.scheme import EdgeCase, Label, Scheme
from textclf.codebook.scheme_file import bundled_schemes, find_scheme
from textclf.corpus.records import Record
from textclf.corpus.sampling_plan import AllowedException, Plan, bundled_plan, quotas, subjects
from textclf.errors import CorpusError

SKY = Scheme(
    "sky", (Label("rain"), Label("dry")), edge_cases=(EdgeCase("dew at dawn", "dry", "dew"),)
)


def read(folder, text=PLAN):
    path = folder / "plan.toml"
    path.write_text(text, "utf-8")
    return Plan.read(path)


def record(name, label, **more):
    return Record(name, "rain over Swat", {"sky": (label,)}, **more)


def counted(plan, *records):
    return {quota.what: (quota.count, quota.minimum) for quota in quotas(records, plan, [SKY])}


def test_a_plan_says_what_a_corpus_is_to_cover(tmp_path):
    plan = read(tmp_path)

    assert plan.metadata["region"] == ("india", "africa")
    assert plan.regions == {"india": 0.75, "africa": 0.25}
    assert plan.subjects == {"sky": ("hail", "fog")}
    assert plan.labels == {"sky": {"rain": 2}}
    assert plan.exceptions == (AllowedException("sky/rain", "over", "rain falls over a place"),)


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("format = 1", "format = 2", "format must be 1: this textclf reads no other"),
        ("india = 0.75", "india = 75", "regions: india must be a number from 0 to 1"),
        ("rain = 2", 'rain = "two"', "least: sky: rain must be a whole number"),
        ("sky = 1", 'sky = "one"', "least: pairs: sky must be a whole number"),
        ("genres", "genre", "there is no key 'genre'; did you mean 'genres'?"),
        ("why =", "because =", "exceptions[1]: why is missing"),
    ],
)
def test_a_mistake_in_a_plan_is_named_with_its_place(tmp_path, right, wrong, message):
    with pytest.raises(CorpusError) as error:
        read(tmp_path, PLAN.replace(right, wrong, 1))

    assert str(error.value).startswith(f"{tmp_path}/plan.toml: {message}")


def test_each_quota_has_its_count_and_its_minimum(tmp_path):
    found = counted(
        read(tmp_path),
        record("a", "rain", article="one"),
        record("b", "dry", article="one", edge_case="sky/dew"),
    )

    assert found == {
        "passages": (2, 3),
        "words": (6, 9),
        "distinct words": (3, 4),
        "articles": (1, 1),
        "sky/rain": (1, 2),
        "contrast pairs of sky": (0, 1),
        "cases of sky/dew": (1, 1),
    }


def test_a_pair_counts_for_a_scheme_only_where_its_halves_differ_there(tmp_path):
    plan = read(tmp_path)
    alike = [record("a", "rain", pair="p"), record("b", "rain", pair="p")]
    apart = [record("c", "rain", pair="q"), record("d", "dry", pair="q")]

    assert counted(plan, *alike)["contrast pairs of sky"] == (0, 1)
    assert counted(plan, *alike, *apart)["contrast pairs of sky"] == (1, 1)


def test_one_passage_covers_a_sub_subject(tmp_path):
    met = subjects([record("a", "rain", subject="sky/hail")] * 2, read(tmp_path))

    assert list(met) == [("sky", 1, 2)]


def test_the_bundled_plan_asks_for_labels_and_edge_cases_that_the_schemes_have():
    plan = bundled_plan()

    schemes = [find_scheme(name) for name in bundled_schemes()]
    assert all(set(plan.labels[s.name]) <= set(s.label_names) for s in schemes)
    assert set(plan.subjects) == set(find_scheme("topic").label_names)
    assert all(edge_case.key for scheme in schemes for edge_case in scheme.edge_cases)
    assert all(len(names) >= 30 for names in plan.subjects.values())
    assert sum(plan.regions.values()) == pytest.approx(1)
