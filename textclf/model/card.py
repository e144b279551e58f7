"""The model card: training data, settings, cross-validated metrics and intended use of a model.

The JSON of a card has the key `views` for the feature groups and `out_of_fold` for the metrics.
A card that lacks a key is read with the default of the field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

_Part = TypeVar("_Part", "TrainedOn", "LabelMetrics")
_AnyPart = TypeVar("_AnyPart", bound=NamedTuple)


class TrainedOn(NamedTuple):
    """The training data, and which texts the metrics are measured on."""

    texts: int = 0
    groups: int = 0
    """Groups of texts that cross-validation keeps together, such as those of one article."""
    labels: Mapping[str, int] = {}
    """How many texts have each label."""
    measured_on: str = "texts"
    """`texts`, `seed terms`, or `own texts`: the user's texts beside a bundled corpus."""
    terms: int = 0
    """The number of seed terms."""
    corpus_sha256: str = ""
    terms_sha256: str = ""
    scheme_sha256: str = ""
    own_texts: int | None = None
    """This field and those below are given if the metrics are measured on own texts."""
    own_groups: int | None = None
    own_labels: Mapping[str, int] | None = None
    own_measured: int | None = None
    """How many of the own texts the metrics are measured on, if not on all: a random sample."""
    own_weight: int | None = None
    """The weight of an own text, where a text of the bundled corpus has the weight 1."""
    random_sample: bool | None = None
    """Whether the own texts are a random sample of the texts that will be classified."""
    text_hashes: str | None = None
    """Short hashes of the texts, in base64.

    None for the bundled corpus, which is at hand, and in older models.
    """


class FeatureGroupWorth(NamedTuple):
    """What a feature group adds to a model."""

    name: str
    alone: float
    """The score that the feature group reaches without the others."""
    share: float
    """Its share of the weight of all feature groups."""


class Estimate(NamedTuple):
    """A cross-validated figure, and the ends of its 95% interval."""

    value: float = 0.0
    low: float = 0.0
    high: float = 0.0


class LabelMetrics(NamedTuple):
    """How well one label is found."""

    precision: float
    recall: float
    f1: float
    support: int
    """The number of texts that truly have the label."""


class SystemMetrics(NamedTuple):
    """The metrics of the model, or of a baseline."""

    texts: int = 0
    answered: float = 0.0
    """The share of the texts that get a label."""
    accuracy: Estimate = Estimate()
    macro_f1: Estimate = Estimate()
    example_f1: Estimate = Estimate()
    labels: Mapping[str, LabelMetrics] = {}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "SystemMetrics":
        """Return the metrics of their JSON, which is that of `evaluation.metrics.Metrics`."""
        return cls(
            _whole(data.get("texts", 0)),
            float(data.get("answered", 0)),
            _estimate(data.get("accuracy")),
            _estimate(data.get("macro_f1")),
            _estimate(data.get("example_f1")),
            {name: _part(LabelMetrics, one) for name, one in data.get("labels", {}).items()},
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON of the metrics."""
        return {
            "texts": self.texts,
            "answered": self.answered,
            "accuracy": list(self.accuracy),
            "macro_f1": list(self.macro_f1),
            "example_f1": list(self.example_f1),
            "labels": {name: one._asdict() for name, one in self.labels.items()},
        }


class CoverageLevel(NamedTuple):
    """How often labels are right if only the most certain texts get one."""

    answered: float
    """The share of the texts that get a label."""
    abstain: float
    """The probability that these texts reach."""
    right: Estimate
    """The share of them with all labels right."""


class CrossValidation(NamedTuple):
    """Metrics on texts that the model had not seen: each fold by a model of the other folds."""

    model: SystemMetrics = SystemMetrics()
    keywords: SystemMetrics = SystemMetrics()
    """The baseline that looks for seed terms."""
    majority: SystemMetrics = SystemMetrics()
    """The baseline that always gives the commonest label."""
    calibration_error: Estimate = Estimate()
    coverage: tuple[CoverageLevel, ...] = ()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "CrossValidation":
        """Return the metrics of their JSON."""
        return cls(
            SystemMetrics.from_dict(data.get("model", {})),
            SystemMetrics.from_dict(data.get("keywords", {})),
            SystemMetrics.from_dict(data.get("majority", {})),
            _estimate(data.get("calibration_error")),
            tuple(
                _checked(
                    CoverageLevel(row["answered"], row["abstain"], _estimate(row.get("right")))
                )
                for row in data.get("coverage", ())
            ),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON of the metrics."""
        return {
            "model": self.model.as_dict(),
            "keywords": self.keywords.as_dict(),
            "majority": self.majority.as_dict(),
            "calibration_error": list(self.calibration_error),
            "coverage": [{**row._asdict(), "right": list(row.right)} for row in self.coverage],
        }


@dataclass(frozen=True)
class ModelCard:
    """What a model was trained on, how good it is, and what it may be used for."""

    trained_on: TrainedOn = field(default_factory=TrainedOn)
    config: Mapping[str, Any] = field(default_factory=dict)
    """The settings of training by their names, as JSON has them."""
    feature_groups: tuple[FeatureGroupWorth, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    """The releases of the libraries that the model was trained with."""
    cross_validation: CrossValidation = field(default_factory=CrossValidation)
    use: str = ""
    """The intended use, and known limits."""
    prior_source: str = ""
    """Where the prior of the model is from; empty if it is that of its scheme."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "ModelCard":
        """Return the card of its JSON; raises ValueError if the JSON is no card."""
        try:
            return cls(
                _part(TrainedOn, data.get("trained_on", {})),
                dict(data.get("config", {})),
                tuple(
                    _checked(FeatureGroupWorth(one["view"], one["alone"], one["share"]))
                    for one in data.get("views", ())
                ),
                dict(data.get("versions", {})),
                CrossValidation.from_dict(data.get("out_of_fold", {})),
                str(data.get("use", "")),
                str(data.get("prior_source", "")),
            )
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as reason:
            raise ValueError(f"this is no model card: {reason}") from None

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON of the card, which `from_dict` reads."""
        trained_on = self.trained_on._asdict().items()
        return {
            "trained_on": {name: value for name, value in trained_on if value is not None},
            "config": dict(self.config),
            "views": [
                {"view": one.name, "alone": one.alone, "share": one.share}
                for one in self.feature_groups
            ],
            "versions": dict(self.versions),
            "out_of_fold": self.cross_validation.as_dict(),
            "use": self.use,
            **({"prior_source": self.prior_source} if self.prior_source else {}),
        }


def _whole(value: object) -> int:
    if type(value) is not int:
        raise ValueError(f"texts is {str(value)[:40]!r}")
    return value


def _part(kind: type[_Part], data: Mapping[str, Any]) -> _Part:
    """Return a part of the card; a key that it does not know is left out."""
    return _checked(kind(**{name: data[name] for name in kind._fields if name in data}))


def _checked(part: _AnyPart) -> _AnyPart:
    """Return a part of the card; raises ValueError if a field is of another type than it states."""
    for name, wanted in type(part).__annotations__.items():
        value = getattr(part, name)
        if wanted in (int, int | None):
            right = type(value) is int or (value is None and wanted is not int)
        elif wanted is float:
            right = isinstance(value, int | float) and not isinstance(value, bool)
        elif wanted == bool | None:
            right = value is None or type(value) is bool
        else:
            right = _is_text_or_part(value, wanted)
        if not right:
            raise ValueError(f"{name} is {str(value)[:40]!r}")
    return part


def _is_text_or_part(value: object, wanted: object) -> bool:
    return value is None or isinstance(
        value, str if wanted in (str, str | None) else Mapping | tuple
    )


def _estimate(data: Sequence[float] | None) -> Estimate:
    return Estimate() if data is None else _checked(Estimate(*data))
