"""The model file: turns a model into bytes and back.

A model file is a safetensors container: eight bytes with the length of the header, a JSON header,
then the tensors. It holds data and no code, so nothing in it is ever run. Nothing is built on
opening, because the tensors are used where they are in memory. A file that fails a check raises
ModelError, and no other reader is tried.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from math import isclose, isfinite
from mmap import mmap
from typing import Any

from textclf._lazy_numpy import Buffer
from textclf.codebook.scheme import Scheme
from textclf.errors import InputError, ModelError, SchemeError
from textclf.model.card import ModelCard
from textclf.model.model import Model
from textclf.model.safetensors import header as container_header
from textclf.model.safetensors import pack, unpack
from textclf.scoring.decision_rule import DecisionRule
from textclf.scoring.scorer import make_scorer
from textclf.scoring.vocabulary import Vocabulary
from textclf.scoring.weights import FeatureWeights, LinearWeights, least_of_first
from textclf.text.features import feature_group
from textclf.text.lexicon import Lexicon

_FORMAT = 5
_BEFORE = 4
"""The older format that is read too: it has the same parts under other names."""
_PROBES = 8
"""Texts in a file with their scores, which show that the weights still mean the same."""
_TOLERANCE = 1e-4
"""The largest difference of a probe's score: processors round differently."""


def to_bytes(model: Model) -> bytes:
    """Return the model file of a model: the same model gives the same bytes."""
    tensors: dict[str, Buffer] = {"bias": model.linear_weights.intercepts}
    groups = []
    lexicons: dict[Lexicon, int] = {}
    for number, part in enumerate(model.linear_weights.groups):
        tensors[f"view{number}.terms"] = part.terms.blob
        tensors[f"view{number}.hashes"], tensors[f"view{number}.slots"] = part.terms.table
        tensors[f"view{number}.rows"] = part.numbers
        entry, lexicon = part.group.as_dict(), part.group.lexicon
        if lexicon in lexicons:
            entry["groups_of"] = lexicons[lexicon]
        elif lexicon:
            lexicons[lexicon] = number
            entry["groups"] = [[name, len(phrases)] for name, phrases in lexicon.categories]
            phrases = [phrase for _, of_category in lexicon.categories for phrase in of_category]
            tensors[f"view{number}.phrases"] = _lines(phrases)
        groups.append(entry)
    decision = model.decision
    header = {
        "format": _FORMAT,
        "scheme": model.scheme.as_dict(),
        "feature_groups": groups,
        "decision": {
            "slope": list(map(float, decision.slope)),
            "intercept": list(map(float, decision.intercept)),
            "threshold": list(map(float, decision.threshold)),
            "epsilon": decision.epsilon,
            "empty_set_utility": decision.empty_set_utility,
            "prior": None if decision.prior is None else list(map(float, decision.prior)),
        },
        "card": model.card.as_dict(),
        "probes": _probes(model),
        "sha256": {name: _sha256(tensor) for name, tensor in tensors.items()},
    }
    text = json.dumps(header, sort_keys=True, ensure_ascii=True)
    return pack({"sha256": hashlib.sha256(text.encode()).hexdigest(), "textclf": text}, tensors)


def from_bytes(data: bytes | mmap, place: str, *, thorough: bool = False) -> Model:
    """Return the model of a model file's bytes; `place` names it in the ModelError.

    The checks that no damaged file passes always run: the layout, every digest, every number,
    and the scores of one probe. `thorough` adds the checks that no hostile file passes: it reads
    the vocabulary, builds its hash table again, and scores all probes.
    """
    metadata, tensors = unpack(data, place)
    reader = _Reader(place, thorough=thorough)
    layout = container_header(metadata, tensors)
    if data[: len(layout)] != layout:
        raise reader.wrong("it is not laid out as textclf lays models out")
    header = reader.header(metadata)
    scheme = reader.scheme(header)
    count = len(scheme.labels)
    groups = reader.list_of_dicts(header, "feature_groups")
    expected = {"bias", *(f"view{n}.{part}" for n in range(len(groups)) for part in _PARTS)}
    expected |= {f"view{n}.phrases" for n, entry in enumerate(groups) if "groups" in entry}
    if set(tensors) != expected:
        odd = min(set(tensors) ^ expected)
        raise reader.wrong(f"tensor {odd!r} is missing or not expected")
    reader.digests(header, tensors)
    linear_weights = LinearWeights(
        tuple(reader.group(number, entry, tensors, count) for number, entry in enumerate(groups)),
        reader.floats(tensors, "bias", (count,))[0],
    )
    decision = reader.decision(header, scheme)
    model = Model(scheme, linear_weights, decision, reader.card(header), metadata["sha256"])
    reader.probes(header, model)
    return model


_PARTS = ("terms", "hashes", "slots", "rows")


class _Reader:
    """Reads and checks the parts of an opened container; each error names the file."""

    def __init__(self, place: str, *, thorough: bool) -> None:
        self.place = place
        self.thorough = thorough
        self.lexicons: dict[object, Lexicon] = {}
        """Those of the feature groups read so far, by the number of the group."""

    def wrong(self, what: str) -> ModelError:
        return ModelError(f"{self.place}: {what}; the file is damaged or no textclf model")

    def header(self, metadata: Mapping[str, str]) -> dict[str, Any]:
        text = metadata.get("textclf", "")
        if metadata.get("sha256") != hashlib.sha256(text.encode("utf-8", "replace")).hexdigest():
            raise self.wrong("its textclf header is missing or not what its sha256 says")
        try:
            header = json.loads(text, parse_constant=_no_number, parse_float=_finite)
        except (ValueError, RecursionError):
            raise self.wrong("its textclf header is not JSON") from None
        if not isinstance(header, dict):
            raise self.wrong("its textclf header is not a table")
        if header.get("format") == _BEFORE:
            try:
                return _renamed(header)
            except (KeyError, TypeError, AttributeError, ValueError):
                raise self.wrong(f"its header is not one of format {_BEFORE}") from None
        if header.get("format") != _FORMAT:
            raise ModelError(
                f"{self.place}: model format {header.get('format')!r} is not {_FORMAT}, "
                "the one that this textclf reads; train the model again or update textclf"
            )
        return header

    def scheme(self, header: Mapping[str, Any]) -> Scheme:
        try:
            return Scheme.from_dict(header["scheme"])
        except (KeyError, SchemeError, TypeError) as reason:
            raise self.wrong(f"its scheme does not hold ({reason})") from None

    def list_of_dicts(self, header: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        value = header.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(v, dict) for v in value):
            raise self.wrong(f"its {key} are not a list of tables")
        return value

    def digests(self, header: Mapping[str, Any], tensors: Mapping[str, memoryview[Any]]) -> None:
        given = header.get("sha256")
        for name, tensor in tensors.items():
            if not isinstance(given, dict) or given.get(name) != _sha256(tensor):
                raise self.wrong(f"tensor {name!r} is not what its sha256 says")

    def floats(
        self, tensors: Mapping[str, memoryview[Any]], name: str, shape: tuple[int, ...]
    ) -> tuple[memoryview[float], float]:
        """Return a tensor of finite numbers, and the least of each row's first."""
        tensor = tensors[name]
        if tensor.format != "f" or tensor.shape != shape:
            raise self.wrong(f"tensor {name!r} is not float32 of shape {shape}")
        first = least_of_first(tensor, shape[-1])
        if not isfinite(first):
            raise self.wrong(f"tensor {name!r} holds numbers that are not finite")
        return tensor, first

    def group(
        self,
        number: int,
        data: Mapping[str, Any],
        tensors: Mapping[str, memoryview[Any]],
        labels: int,
    ) -> FeatureWeights:
        lexicon = None
        if "groups" in data:
            lexicon = self.lexicon(data["groups"], self.lines(f"view{number}.phrases", tensors))
            self.lexicons[number] = lexicon
        elif "groups_of" in data:
            lexicon = self.lexicons.get(data["groups_of"])
        entry = {k: v for k, v in data.items() if k not in {"groups", "groups_of"}}
        try:
            group = feature_group(entry, lexicon)
        except (TypeError, InputError) as reason:
            raise self.wrong(f"feature group {number} is not sound ({reason})") from None
        terms = self.vocabulary(f"view{number}", tensors)
        rows, idf = self.floats(tensors, f"view{number}.rows", (len(terms), 1 + labels))
        if idf <= 0:
            raise self.wrong(f"tensor 'view{number}.rows' has an idf that is not above zero")
        return FeatureWeights(group, terms, rows)

    def lexicon(self, groups: object, phrases: Sequence[str]) -> Lexicon:
        """Return a lexicon; each of its groups is a category and its number of phrases."""
        try:
            sizes = [int(size) for _, size in groups]  # type: ignore[attr-defined]
            names = [str(name) for name, _ in groups]  # type: ignore[attr-defined]
        except (TypeError, ValueError):
            raise self.wrong(
                "the categories of its lexicon are not a list of names and sizes"
            ) from None
        if min(sizes, default=0) < 0 or sum(sizes) != len(phrases):
            raise self.wrong(
                f"the categories of its lexicon do not have its {len(phrases)} phrases"
            )
        rest = iter(phrases)
        return Lexicon(
            tuple(
                (name, tuple(islice(rest, size))) for name, size in zip(names, sizes, strict=True)
            )
        )

    def lines(self, name: str, tensors: Mapping[str, memoryview[Any]]) -> list[str]:
        blob = tensors[name]
        if blob.format != "B" or blob.ndim != 1:
            raise self.wrong(f"tensor {name!r} is no string of bytes")
        try:
            return str(blob, "utf-8", "surrogatepass").split("\n")
        except UnicodeDecodeError:
            raise self.wrong(f"tensor {name!r} is not UTF-8") from None

    def vocabulary(self, view: str, tensors: Mapping[str, memoryview[Any]]) -> Vocabulary:
        parts = [tensors[f"{view}.{part}"] for part in ("terms", "hashes", "slots")]
        if any(p.format != kind or p.ndim != 1 for p, kind in zip(parts, "BQQ", strict=True)):
            raise self.wrong(f"the vocabulary of {view!r} is not bytes, hashes and slots")
        found = Vocabulary.stored(*parts)
        wrong = found.check() or (self.thorough and found.check_terms())
        if wrong:
            raise self.wrong(f"the vocabulary of {view!r} does not hold: {wrong}")
        return found

    def decision(self, header: Mapping[str, Any], scheme: Scheme) -> DecisionRule:
        given, count = header.get("decision"), len(scheme.labels)
        try:
            slope, intercept, threshold = (
                tuple(_number(number) for _, number in zip(range(count), given[name], strict=True))  # type: ignore[index]
                for name in ("slope", "intercept", "threshold")
            )
            epsilon = _number(given["epsilon"])  # type: ignore[index]
        except (KeyError, TypeError, ValueError):
            raise self.wrong(
                f"its decision is not three lists of {count} finite numbers, and an epsilon"
            ) from None
        if min(*slope, *threshold) <= 0 or not 0 <= epsilon < 1:
            raise self.wrong("its decision has a slope, a threshold or an epsilon that cannot be")
        empty = given.get("empty_set_utility", "")  # type: ignore[union-attr]
        if empty is not None and (type(empty) is not float or not 0 <= empty < float("inf")):
            raise self.wrong("its decision does not state the utility of no label")
        return DecisionRule(
            scheme.kind, slope, intercept, threshold, epsilon, empty, self.prior(given, count)
        )

    def prior(self, decision: Any, count: int) -> tuple[float, ...] | None:  # noqa: ANN401 - JSON
        """Return the shares of labels that a decision rule assumes; None if it has no prior."""
        if decision.get("prior") is None:
            return None
        try:
            shares = tuple(_number(number) for number in decision["prior"])
        except (TypeError, ValueError):
            shares = ()
        if len(shares) != count or min(shares) <= 0 or not isclose(sum(shares), 1, abs_tol=1e-6):
            raise self.wrong(f"its prior is not {count} shares above 0 that add up to 1")
        return shares

    def card(self, header: Mapping[str, Any]) -> ModelCard:
        card = header.get("card")
        if not isinstance(card, dict) or not card:
            raise self.wrong("its card is empty, or not a table")
        try:
            return ModelCard.from_dict(card)
        except ValueError as reason:
            raise self.wrong(f"its card does not hold ({reason})") from None

    def probes(self, header: Mapping[str, Any], model: Model) -> None:
        """Score the probes again: they must get the scores that are in the file."""
        probes = self.list_of_dicts(header, "probes")
        scorer = make_scorer([model.linear_weights])
        for probe in probes if self.thorough else probes[:1]:
            text, scores = probe.get("text"), probe.get("scores")
            if not isinstance(text, str) or not isinstance(scores, list):
                raise self.wrong("a golden probe is not a text with its scores")
            found = list(scorer.score([text])[0].numbers)
            try:
                same = all(
                    isclose(one, _number(other), rel_tol=0, abs_tol=_TOLERANCE)
                    for one, other in zip(found, scores, strict=True)
                )
            except (TypeError, ValueError):
                same = False
            if not same:
                raise self.wrong(f"the golden probe {text[:40]!r} does not get its scores")


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _finite(written: str) -> float:
    number = float(written)
    if not isfinite(number):
        raise ValueError(f"{written} is no finite number")
    return number


def _number(value: object) -> float:
    """Return a finite number of JSON as float; raises ValueError for any other value."""
    try:
        if type(value) in (int, float) and isfinite(value):  # type: ignore[arg-type]
            return float(value)  # type: ignore[arg-type]
    except OverflowError:  # a whole number of hundreds of digits
        pass
    raise ValueError("this is no finite number")


def _renamed(header: dict[str, Any]) -> dict[str, Any]:
    """Return the header of a file of the older format with the names of this format."""

    def with_names(table: Mapping[str, Any], **names: str) -> dict[str, Any]:
        return {names.get(name, name): value for name, value in table.items()}

    scheme = with_names(header["scheme"], ties="tie_breaks", rulings="edge_cases")
    scheme["labels"] = [
        with_names(label, takes="includes", leaves="excludes") for label in scheme["labels"]
    ]
    return {
        **with_names(header, views="feature_groups"),
        "scheme": scheme,
        "feature_groups": [with_names(group, lead="first_words") for group in header["views"]],
        "decision": with_names(header["decision"], doubt="epsilon", empty="empty_set_utility"),
    }


def _probes(model: Model) -> list[dict[str, Any]]:
    """Return probe texts with their scores.

    They are made of the vocabulary, so that no text of the corpus goes into the file.
    """
    from textclf.scoring.numpy_scorer import NumpyScorer  # noqa: PLC0415 - start-up time

    scorer = NumpyScorer([model.linear_weights])
    texts = []
    for number in range(_PROBES):
        chosen: list[str] = []
        for part in model.linear_weights.groups:
            chosen += part.terms[number * 7 :: max(1, len(part.terms) // 12)][:12]
        texts.append(" ".join(chosen))
    return [{"text": text, "scores": scorer.score([text])[0].scores[0].tolist()} for text in texts]


def _lines(texts: Iterable[str]) -> bytes:
    return "\n".join(texts).encode("utf-8", "surrogatepass")


def _sha256(tensor: Buffer) -> str:
    view = memoryview(tensor)
    return hashlib.sha256(view if view.c_contiguous else view.tobytes()).hexdigest()
