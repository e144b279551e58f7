"""How a model lies on disk, where models are found, and which engine opens them.

A model file is a safetensors container: eight bytes of header length, a JSON header, then
tensors end to end. It holds data and no code: nothing in it is ever run. Every part is
checked on opening; what does not hold is a ModelError, and no other reader is tried.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textclf.classifier import Annotator, Classifier
from textclf.container import pack, unpack
from textclf.engine import NumpyEngine
from textclf.errors import InputError, ModelError, SchemeError
from textclf.features import View
from textclf.lexicon import Lexicon
from textclf.linear import Decision, LinearForm, LinearView
from textclf.model import Model
from textclf.prediction import Annotation
from textclf.scheme import Scheme
from textclf.shipped import shipped
from textclf.suggest import choices

SUFFIX = ".textclf"
_FORMAT = 3
_PROBES = 8
_TOLERANCE = 1e-4


def load(name: str | os.PathLike[str]) -> Classifier:
    """Return the classifier of a model: a file, or the name of a model that can be found.

    A name is looked for in the folders of $TEXTCLF_MODELS, in ./models, and among the models
    that travel with textclf, in this order. Raises ModelError.
    """
    return Classifier(read_model(find_model(name)), NumpyEngine)


def load_annotator(names: Sequence[str | os.PathLike[str]] = ()) -> Annotator:
    """Return an annotator for several models; without names, for all that travel with textclf."""
    chosen = [find_model(name) for name in names] or list(_models_in(shipped("models")))
    return Annotator([read_model(path) for path in chosen], NumpyEngine)


def annotate(text: str, schemes: Sequence[str] = ()) -> Annotation:
    """Return a text's record under several schemes at once; without names, under all shipped.

    >>> annotate("Rain and wind will lash Murree.", ["topic", "stance"])["topic"].label
    'weather'
    """
    return _annotator(tuple(schemes)).annotate(text)


def find_model(name: str | os.PathLike[str]) -> Path:
    """Return the file of a model; raises ModelError with the names that there are."""
    path = Path(name)
    if path.suffix == SUFFIX or len(path.parts) > 1:
        if path.is_file():
            return path
        raise ModelError(f"{path}: there is no such model file")
    for folder in model_folders():
        found = folder / f"{path.name}{SUFFIX}"
        if found.is_file():
            return found
    names = sorted({found.stem for found in list_models()})
    raise ModelError(f"there is no model {str(name)!r}; {choices(str(name), names)}")


def list_models() -> list[Path]:
    """Return the model files that a name can find, the nearest of each name first."""
    nearest: dict[str, Path] = {}
    for folder in model_folders():
        for path in _models_in(folder):
            nearest.setdefault(path.stem, path)
    return [nearest[name] for name in sorted(nearest)]


def model_folders() -> list[Path]:
    """Return the folders in which a model is looked for by name, in their order."""
    given = os.environ.get("TEXTCLF_MODELS", "")
    return [
        *(Path(part) for part in given.split(os.pathsep) if part),
        Path("models"),
        shipped("models"),
    ]


def verify_models(names: Sequence[str]) -> list[tuple[Path, str]]:
    """Return the file of each model, and what is wrong with it; an empty text where nothing is."""
    found = []
    for path in map(find_model, names):
        try:
            read_model(path)
            found.append((path, ""))
        except ModelError as reason:
            found.append((path, str(reason).removeprefix(f"{path}: ")))
    return found


def write_model(model: Model, path: Path) -> None:
    """Write a model to a file, whole or not at all; reads back what it wrote."""
    data = to_bytes(model)
    from_bytes(data, str(path))
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as reason:
        beside.unlink(missing_ok=True)
        raise ModelError(f"{path}: cannot be written: {reason.strerror}") from None


def read_model(path: Path) -> Model:
    """Return the model of a file; raises ModelError unless every part of it holds."""
    try:
        data = path.read_bytes()
    except OSError as reason:
        raise ModelError(f"{path}: cannot be read: {reason.strerror}") from None
    return from_bytes(data, str(path))


def to_bytes(model: Model) -> bytes:
    """Return the model file of a model: the same model gives the same bytes."""
    tensors: dict[str, NDArray[Any]] = {"bias": model.form.bias}
    views = []
    for number, part in enumerate(model.form.views):
        tensors[f"view{number}.terms"] = _lines(part.terms)
        tensors[f"view{number}.scale"] = part.scale
        tensors[f"view{number}.weights"] = part.weights
        view = part.view
        entry: dict[str, Any] = {
            "analyzer": view.analyzer,
            "low": view.low,
            "high": view.high,
            "weighting": view.weighting,
        }
        if view.lexicon:
            entry["groups"] = [[name, len(phrases)] for name, phrases in view.lexicon.groups]
            phrases = [phrase for _, group in view.lexicon.groups for phrase in group]
            tensors[f"view{number}.phrases"] = _lines(phrases)
        views.append(entry)
    decision = model.decision
    header = {
        "format": _FORMAT,
        "scheme": model.scheme.as_dict(),
        "views": views,
        "decision": {
            "slope": decision.slope.tolist(),
            "intercept": decision.intercept.tolist(),
            "threshold": decision.threshold.tolist(),
            "doubt": decision.doubt,
            "empty": decision.empty,
        },
        "card": dict(model.card),
        "probes": _probes(model),
        "sha256": {name: _sha256(tensor) for name, tensor in tensors.items()},
    }
    text = json.dumps(header, sort_keys=True, ensure_ascii=True)
    return pack({"sha256": hashlib.sha256(text.encode()).hexdigest(), "textclf": text}, tensors)


def from_bytes(data: bytes, place: str) -> Model:
    """Return the model of a model file's bytes; `place` names it in the ModelError."""
    metadata, tensors = unpack(data, place)
    reader = _Reader(place)
    if pack(metadata, tensors) != data:
        raise reader.wrong("it is not laid out as textclf lays models out")
    header = reader.header(metadata)
    scheme = reader.scheme(header)
    count = len(scheme.labels)
    views = reader.list_of_dicts(header, "views")
    expected = {"bias", *(f"view{n}.{part}" for n in range(len(views)) for part in _PARTS)}
    expected |= {f"view{n}.phrases" for n, view in enumerate(views) if "groups" in view}
    if set(tensors) != expected:
        odd = min(set(tensors) ^ expected)
        raise reader.wrong(f"tensor {odd!r} is missing or not expected")
    reader.digests(header, tensors)
    form = LinearForm(
        tuple(reader.view(number, view, tensors, count) for number, view in enumerate(views)),
        reader.floats(tensors, "bias", (count,)),
    )
    decision = reader.decision(header, scheme)
    card = header.get("card")
    if not isinstance(card, dict):
        raise reader.wrong("the card is not a table")
    model = Model(scheme, form, decision, card)
    reader.probes(header, model)
    return model


_PARTS = ("terms", "scale", "weights")


class _Reader:
    """Takes the parts out of an opened container, each checked, each error naming the file."""

    def __init__(self, place: str) -> None:
        self.place = place

    def wrong(self, what: str) -> ModelError:
        return ModelError(f"{self.place}: {what}; the file is damaged or no textclf model")

    def header(self, metadata: Mapping[str, str]) -> dict[str, Any]:
        text = metadata.get("textclf", "")
        if metadata.get("sha256") != hashlib.sha256(text.encode("utf-8", "replace")).hexdigest():
            raise self.wrong("its textclf header is missing or not what its sha256 says")
        try:
            header = json.loads(text)
        except (ValueError, RecursionError):
            raise self.wrong("its textclf header is not JSON") from None
        if not isinstance(header, dict):
            raise self.wrong("its textclf header is not a table")
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

    def digests(self, header: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> None:
        given = header.get("sha256")
        for name, tensor in tensors.items():
            if not isinstance(given, dict) or given.get(name) != _sha256(tensor):
                raise self.wrong(f"tensor {name!r} is not what its sha256 says")

    def floats(
        self, tensors: Mapping[str, NDArray[Any]], name: str, shape: tuple[int, ...]
    ) -> NDArray[np.float32]:
        tensor = tensors[name]
        if tensor.dtype != np.float32 or tensor.shape != shape:
            raise self.wrong(
                f"tensor {name!r} is {tensor.dtype} {tensor.shape}, not float32 {shape}"
            )
        if not np.isfinite(tensor).all():
            raise self.wrong(f"tensor {name!r} holds numbers that are not finite")
        return tensor

    def view(
        self, number: int, data: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]], labels: int
    ) -> LinearView:
        lexicon = None
        if "groups" in data:
            lexicon = self.lexicon(data["groups"], self.lines(f"view{number}.phrases", tensors))
        try:
            view = View(**{k: v for k, v in data.items() if k != "groups"}, lexicon=lexicon)
        except (TypeError, InputError) as reason:
            raise self.wrong(f"view {number} does not hold ({reason})") from None
        terms = self.terms(f"view{number}.terms", tensors)
        scale = self.floats(tensors, f"view{number}.scale", (len(terms),))
        if not (scale > 0).all():
            raise self.wrong(f"tensor 'view{number}.scale' holds a number that is not above zero")
        weights = self.floats(tensors, f"view{number}.weights", (len(terms), labels))
        return LinearView(view, terms, scale, weights)

    def lexicon(self, groups: object, phrases: Sequence[str]) -> Lexicon:
        """Deal the phrases out to their groups: each is a name and how many it holds."""
        try:
            sizes = [int(size) for _, size in groups]  # type: ignore[attr-defined]
            names = [str(name) for name, _ in groups]  # type: ignore[attr-defined]
        except (TypeError, ValueError):
            raise self.wrong("its groups are not a list of names and sizes") from None
        if min(sizes, default=0) < 0 or sum(sizes) != len(phrases):
            raise self.wrong(f"its groups do not hold its {len(phrases)} phrases")
        rest = iter(phrases)
        return Lexicon(
            tuple(
                (name, tuple(islice(rest, size))) for name, size in zip(names, sizes, strict=True)
            )
        )

    def lines(self, name: str, tensors: Mapping[str, NDArray[Any]]) -> list[str]:
        blob = tensors[name]
        if blob.dtype != np.uint8 or blob.ndim != 1:
            raise self.wrong(f"tensor {name!r} is no string of bytes")
        try:
            return blob.tobytes().decode("utf-8", "surrogatepass").split("\n")
        except UnicodeDecodeError:
            raise self.wrong(f"tensor {name!r} is not UTF-8") from None

    def terms(self, name: str, tensors: Mapping[str, NDArray[Any]]) -> tuple[str, ...]:
        terms = self.lines(name, tensors)
        if not all(terms) or any(a >= b for a, b in pairwise(terms)):
            raise self.wrong(f"the vocabulary {name!r} is not in ascending order")
        return tuple(terms)

    def decision(self, header: Mapping[str, Any], scheme: Scheme) -> Decision:
        given = header.get("decision")
        try:
            slope, intercept, threshold, doubt = (
                np.array(given[name], np.float64)  # type: ignore[index]
                for name in ("slope", "intercept", "threshold", "doubt")
            )
        except (KeyError, TypeError, ValueError):
            raise self.wrong("its decision does not hold") from None
        shape = (len(scheme.labels),)
        parts = (slope, intercept, threshold)
        if any(part.shape != shape or not np.isfinite(part).all() for part in parts):
            raise self.wrong(f"its decision is not three lists of {shape[0]} finite numbers")
        if (
            not (slope > 0).all()
            or not (threshold > 0).all()
            or doubt.shape != ()
            or not 0 <= float(doubt) < 1
        ):
            raise self.wrong("its decision has a slope, a threshold or a doubt that cannot be")
        empty = given.get("empty", "")  # type: ignore[union-attr]
        if empty is not None and (type(empty) is not float or not 0 <= empty < np.inf):
            raise self.wrong("its decision does not tell what an empty answer is worth")
        return Decision(scheme.kind, slope, intercept, threshold, float(doubt), empty)

    def probes(self, header: Mapping[str, Any], model: Model) -> None:
        """Score the golden probes again: the weights must mean today what they meant then."""
        probes = self.list_of_dicts(header, "probes")
        engine = NumpyEngine([model.form])
        for probe in probes:
            text, scores = probe.get("text"), probe.get("scores")
            if not isinstance(text, str) or not isinstance(scores, list):
                raise self.wrong("a golden probe is not a text with its scores")
            found = engine.score(text)[0].scores[0]
            try:
                same = np.allclose(found, np.array(scores, float), rtol=0, atol=_TOLERANCE)
            except (TypeError, ValueError):
                same = False
            if not same:
                raise self.wrong(f"the golden probe {text[:40]!r} does not get its scores")


def _probes(model: Model) -> list[dict[str, Any]]:
    """Return texts made of the vocabulary, so that no text of the corpus goes into the file."""
    engine = NumpyEngine([model.form])
    texts = []
    for number in range(_PROBES):
        chosen: list[str] = []
        for part in model.form.views:
            chosen += part.terms[number * 7 :: max(1, len(part.terms) // 12)][:12]
        texts.append(" ".join(chosen))
    return [{"text": text, "scores": engine.score(text)[0].scores[0].tolist()} for text in texts]


@lru_cache(maxsize=4)
def _annotator(names: tuple[str, ...]) -> Annotator:
    return load_annotator(names)


def _models_in(folder: Path) -> Iterable[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"))


def _lines(texts: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(texts).encode("utf-8", "surrogatepass"), np.uint8)


def _sha256(tensor: NDArray[Any]) -> str:
    return hashlib.sha256(np.ascontiguousarray(tensor).tobytes()).hexdigest()
