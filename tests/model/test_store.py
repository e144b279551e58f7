"""The model file: data alone, checked to the last byte, found where it should be."""

import hashlib
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load as load_safetensors
from small_models import BOTH, SPORT, WEATHER

import textclf
from textclf.classifier.classifier import Classifier
from textclf.codebook.aggregation_rule import AnyPassage, Mean
from textclf.errors import ModelError
from textclf.model.file import from_bytes, to_bytes
from textclf.model.safetensors import pack, unpack
from textclf.model.store import find_model, list_models, read_model, verify_models, write_model
from textclf.scoring.numpy_scorer import NumpyScorer
from textclf.scoring.weights import LinearWeights

SHIPPED = ["sectarian_violence", "stance", "topic"]


@pytest.fixture(scope="module")
def data(beat):
    return to_bytes(beat)


def changed(data: bytes, change) -> bytes:
    """Return a model file with a changed header and all digests right: the hostile kind."""
    metadata, tensors = unpack(data, "here")
    tensors = {name: np.asarray(tensor) for name, tensor in tensors.items()}
    header = json.loads(metadata["textclf"])
    change(header, tensors)
    header["sha256"] = {
        name: hashlib.sha256(np.ascontiguousarray(tensor).tobytes()).hexdigest()
        for name, tensor in tensors.items()
    }
    text = json.dumps(header, sort_keys=True, ensure_ascii=True)
    return pack({"sha256": hashlib.sha256(text.encode()).hexdigest(), "textclf": text}, tensors)


ODD_FIRST_WORDS = [-1, 60.0, "60", True, None, [60], 10**7, 10**400]


def set_first_words(first_words, header, _tensors):
    header["feature_groups"][0].update(first_words=first_words)


def again(slots):
    """Return slots that hold each row, the first two found in each other's place."""
    first, second = np.flatnonzero(slots)[:2]
    slots = slots.copy()
    slots[[first, second]] = slots[[second, first]]
    return slots


def test_a_model_reads_back_as_it_was(beat, data):
    back = from_bytes(data, "here")

    assert to_bytes(back) == data
    assert back.scheme == beat.scheme
    assert back.card == beat.card
    texts = SPORT + WEATHER
    before, after = (Classifier(model, NumpyScorer).predict_proba(texts) for model in (beat, back))
    assert np.array_equal(before, after)


def as_format_4(header, _tensors):
    """Give the parts of a header the names that they had in the format before."""
    header["format"] = 4
    header["views"] = header.pop("feature_groups")
    for group in header["views"]:
        if "first_words" in group:
            group["lead"] = group.pop("first_words")
    decision, scheme = header["decision"], header["scheme"]
    decision["doubt"], decision["empty"] = (
        decision.pop(name) for name in ("epsilon", "empty_set_utility")
    )
    scheme["ties"], scheme["rulings"] = (scheme.pop(n) for n in ("tie_breaks", "edge_cases"))
    for label in scheme["labels"]:
        label["takes"], label["leaves"] = label.pop("includes"), label.pop("excludes")


def with_old_rule(header, _tensors):
    """State the aggregation rule of a header by the keys that schemes had before."""
    rule = header["scheme"].pop("aggregation") or {"rule": ""}
    header["scheme"] |= {
        "any_passage": rule["label"] if rule["rule"] == "any" else "",
        "mean_over": rule["default"] if rule["rule"] == "mean" else "",
        "mean_least": rule.get("min_mean", 0.5),
    }


def as_format_4_with_old_rule(header, tensors):
    with_old_rule(header, tensors)
    as_format_4(header, tensors)


@pytest.mark.parametrize("older", [with_old_rule, as_format_4_with_old_rule])
@pytest.mark.parametrize("rule", [AnyPassage("rain"), Mean("dry", 0.3), None])
def test_a_model_with_the_older_keys_of_a_rule_gives_the_same_predictions(rain, rule, older):
    model = replace(rain, scheme=replace(rain.scheme, aggregation=rule))
    data = to_bytes(model)
    texts = [*BOTH, "\n".join((f"{text} " * 5).strip() for text in SPORT + WEATHER)]

    back = from_bytes(changed(data, older), "here", thorough=True)

    assert back.scheme == model.scheme
    assert to_bytes(back) == data
    for text in texts:
        old, new = (Classifier(one, NumpyScorer).classify(text) for one in (back, model))
        new = replace(new, model=old.model)  # the digest is that of the file
        assert old == new


@pytest.mark.parametrize("name", ["beat", "subjects", "long"])
def test_a_model_of_the_format_before_reads_as_it_was(name, request):
    data = to_bytes(request.getfixturevalue(name))

    before = changed(data, as_format_4)

    groups = json.loads(unpack(before, "here")[0]["textclf"])["views"]
    assert any("lead" in group for group in groups) == (name == "long")
    assert to_bytes(from_bytes(before, "here", thorough=True)) == data


def test_a_damaged_header_of_the_format_before_is_refused(data):
    for part in ("scheme", "views", "decision"):

        def without(header, tensors, part=part):
            as_format_4(header, tensors)
            del header[part]

        with pytest.raises(ModelError, match="its header is not one of format 4"):
            from_bytes(changed(data, without), "here")


def test_a_multi_label_model_reads_back_as_it_was(subjects):
    assert to_bytes(from_bytes(to_bytes(subjects), "here")) == to_bytes(subjects)


def test_only_a_model_with_a_first_words_limit_states_one_in_its_file(long, data):
    back = from_bytes(to_bytes(long), "here", thorough=True)

    def limits(held):
        groups = json.loads(unpack(held, "here")[0]["textclf"])["feature_groups"]
        return {group.get("first_words", "none") for group in groups}

    assert [part.group for part in back.linear_weights.groups] == [
        part.group for part in long.linear_weights.groups
    ]
    assert limits(to_bytes(long)) == {30, 100, "none"}
    assert limits(data) == {"none"}


def test_any_safetensors_reader_opens_the_tensors(beat, data):
    tensors = load_safetensors(data)

    assert np.array_equal(tensors["bias"], beat.linear_weights.bias)
    assert np.array_equal(tensors["view0.rows"][:, 1:], beat.linear_weights.groups[0].weights)


def test_a_fortran_ordered_array_is_written_as_it_reads(beat):
    groups = [
        replace(group, numbers=np.asfortranarray(group.rows))
        for group in beat.linear_weights.groups
    ]

    fortran = replace(beat, linear_weights=LinearWeights(tuple(groups), beat.linear_weights.bias))

    assert to_bytes(fortran) == to_bytes(beat)


def test_no_text_of_the_corpus_is_in_the_file(data):
    assert not any(text.lower()[:30].encode() in data.lower() for text in SPORT + WEATHER)


@given(share=st.floats(0, 1, exclude_max=True))
def test_a_truncated_file_is_refused(data, share):
    with pytest.raises(ModelError, match="the file is damaged or no textclf model"):
        from_bytes(data[: int(len(data) * share)], "cut.textclf")


@given(share=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_one_wrong_byte_anywhere_is_refused(data, share, flip):
    broken = bytearray(data)
    broken[int(len(data) * share)] ^= flip

    with pytest.raises(ModelError, match=r"^broken\.textclf: "):
        from_bytes(bytes(broken), "broken.textclf")


@given(noise=st.binary(max_size=200))
def test_noise_is_refused(noise):
    with pytest.raises(ModelError):
        from_bytes(noise, "noise.textclf")


def test_bytes_after_the_end_are_refused(data):
    with pytest.raises(ModelError, match="belong to no tensor"):
        from_bytes(data + b"x", "long.textclf")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda h, t: h.update(format=3), "model format 3 is not 5"),
        (lambda h, t: h["scheme"].update(kind="both"), "its scheme does not hold"),
        (lambda h, t: h["scheme"].update(surprise=1), "its scheme does not hold"),
        (lambda h, t: h["scheme"]["labels"].pop(), "its scheme does not hold"),
        (lambda h, t: h.update(feature_groups=[]), "its feature_groups are not a list"),
        (
            lambda h, t: h["feature_groups"].append(h["feature_groups"][0]),
            "is missing or not expected",
        ),
        (
            lambda h, t: h["feature_groups"][0].update(analyzer="regex"),
            "feature group 0 is not sound",
        ),
        (lambda h, t: h["feature_groups"][0].update(low="1"), "feature group 0 is not sound"),
        (lambda h, t: h["feature_groups"][0].update(pattern=".*"), "feature group 0 is not sound"),
        *(
            (partial(set_first_words, odd), "first_words is .*; give 1 to")
            for odd in ODD_FIRST_WORDS
        ),
        (partial(set_first_words, float("nan")), "its textclf header is not JSON"),
        (
            lambda h, t: h["feature_groups"][1].update(first_words=60),
            "feature group 1 is not sound .*first_words",
        ),
        (lambda h, t: h["feature_groups"][0].update(first_words=1), "does not get its scores"),
        (lambda h, t: h["decision"].update(slope=[1.0]), "three lists of 2 finite numbers"),
        (lambda h, t: h["decision"].update(slope=[10**400, 1]), "three lists of 2 finite numbers"),
        (lambda h, t: h["probes"][0].update(scores=[10**400, 1]), "does not get its scores"),
        (
            lambda h, t: h["decision"].update(slope=[1.0, float("nan")]),
            "its textclf header is not JSON",
        ),
        (
            lambda h, t: h["decision"].update(slope=[1.0, -1.0]),
            "a slope, a threshold or an epsilon",
        ),
        (lambda h, t: h["decision"].update(slope="high"), "three lists of 2 finite numbers"),
        (lambda h, t: h["decision"].update(epsilon=2.0), "a slope, a threshold or an epsilon"),
        (lambda h, t: h.update(card=None), "its card is empty, or not a table"),
        (lambda h, t: h["card"].update(views=[{}]), "its card does not hold .*'view'"),
        (
            lambda h, t: h["card"]["out_of_fold"]["model"].update(accuracy=["high"]),
            "its card does not hold .*'high'",
        ),
        (
            lambda h, t: h["scheme"].update(aggregation={"rule": "most"}),
            "its scheme does not hold .*rule cannot be 'most'",
        ),
        (lambda h, t: h["probes"][0].update(text="goal"), "does not get its scores"),
        (lambda h, t: h["probes"][0].update(scores=["high"]), "does not get its scores"),
        (lambda h, t: h.update(probes=[]), "its probes are not a list"),
        (lambda h, t: t.update(bias=t["bias"][:1]), "tensor 'bias' is not float32"),
        (lambda h, t: t.update(bias=t["bias"].view(np.uint8)), "tensor 'bias' is not float32"),
        (lambda h, t: t.update(bias=t["bias"] * np.float32("inf")), "not finite"),
        (lambda h, t: t.update({"view0.rows": -t["view0.rows"]}), "not above zero"),
        (
            lambda h, t: t.update({"view0.rows": t["view0.rows"][:, 1:]}),
            "'view0.rows' is not float32",
        ),
        (
            lambda h, t: t.update({"view0.terms": t["view0.terms"][::-1].copy()}),
            "hashes are not those",
        ),
        (lambda h, t: t.update({"view0.terms": t["view0.terms"] | 128}), "is not UTF-8"),
        (lambda h, t: t.update({"view0.slots": t["view0.slots"][:9]}), "has too few slots"),
        (lambda h, t: t.update({"view0.slots": t["view0.slots"] * 0}), "not hold each term once"),
        (
            lambda h, t: t.update({"view0.slots": t["view0.slots"] << np.uint64(1)}),
            "not hold each term once",
        ),
        (lambda h, t: t.update({"view0.slots": again(t["view0.slots"])}), "not that of its terms"),
        (
            lambda h, t: t.update({"view0.hashes": t["view0.hashes"][:9]}),
            "has too few|not hold each",
        ),
        (lambda h, t: t.update({"view0.hashes": t["view0.hashes"] + 1}), "hashes are not those"),
        (lambda h, t: t.update({"view0.hashes": t["bias"]}), "not bytes, hashes and slots"),
        (lambda h, t: t.update(extra=t["bias"]), "'extra' is missing or not expected"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_file_is_refused_with_what_is_wrong(data, change, message):
    with pytest.raises(ModelError, match=message):
        from_bytes(changed(data, change), "evil.textclf", thorough=True)


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"{",
        b'{"a": 1, "a": 2}',
        b'{"a": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]}}',
        b'{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}',
        b'{"a": {"dtype": "F32", "shape": [99999999999], "data_offsets": [0, 4]}}',
        b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}',
        b'{"a": {"dtype": "F32", "shape": [true], "data_offsets": [0, 4]}}',
        b'{"a": {"dtype": "F32", "shape": [1,1,1], "data_offsets": [0, 4]}}',
        b'{"a": {"dtype": ["F32"], "shape": [1], "data_offsets": [0, 4]}}',
        b'{"a": 7}',
        b'{"__metadata__": {"textclf": 7}}',
        b"[" * 100_000,
        b"9" * 10_000,
        b"\xff\xfe",
    ],
    ids=lambda header: header[:40].decode("latin-1"),
)
def test_a_header_that_lies_is_refused(header):
    data = len(header).to_bytes(8, "little") + header + b"\x00" * 4

    with pytest.raises(ModelError):
        from_bytes(data, "liar.textclf")


def test_a_pickle_is_refused_and_not_run(tmp_path):
    marker = tmp_path / "was_run"
    path = tmp_path / "evil.textclf"
    path.write_bytes(f"cos\nsystem\n(S'touch {marker}'\ntR.".encode())

    with pytest.raises(ModelError):
        textclf.load(path)

    assert not marker.exists()


def test_writing_leaves_the_old_file_where_the_new_cannot_be(beat, tmp_path):
    with pytest.raises(ModelError, match="cannot be written"):
        write_model(beat, tmp_path)


def test_a_written_file_stands_alone(beat, tmp_path):
    write_model(beat, tmp_path / "new" / "beat.textclf")

    assert [path.name for path in (tmp_path / "new").iterdir()] == ["beat.textclf"]


def test_a_name_is_looked_for_in_the_environment_then_here_then_among_the_shipped(
    beat, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TEXTCLF_MODELS", raising=False)
    bundled_path = find_model("stance")
    write_model(beat, Path("models/stance.textclf"))
    here = find_model("stance")
    write_model(beat, tmp_path / "mine" / "stance.textclf")
    monkeypatch.setenv("TEXTCLF_MODELS", f"{tmp_path / 'none'}:{tmp_path / 'mine'}")
    named = find_model("stance")

    assert bundled_path.is_absolute()
    assert here == Path("models/stance.textclf")
    assert named == tmp_path / "mine" / "stance.textclf"
    assert named in list_models()
    assert bundled_path not in list_models()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("stanse", "did you mean 'stance'"),
        ("nowhere/stance.textclf", "there is no such model file"),
        ("stance.textclf", "there is no such model file"),
    ],
)
def test_a_model_that_is_not_there_is_named(name, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ModelError, match=message):
        textclf.load(name)


def test_verify_tells_the_sound_from_the_damaged(beat, data, tmp_path):
    write_model(beat, tmp_path / "good.textclf")
    (tmp_path / "bad.textclf").write_bytes(data[:-1])

    found = verify_models([str(tmp_path / "good.textclf"), str(tmp_path / "bad.textclf")])

    assert found[0][1] == ""
    assert "does not lie where its header says" in found[1][1]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_models_are_sound_and_carry_a_card(name):
    model = read_model(find_model(name))

    assert model.scheme.name == name
    assert model.card.cross_validation.model.macro_f1.value > 0.5
    assert model.card.trained_on.scheme_sha256 == model.scheme.digest
