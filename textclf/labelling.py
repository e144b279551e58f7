"""Labels all that the sources give, one record for each thing that was asked about."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from textclf.classifier import Annotator, Options
from textclf.prediction import Annotation, Status
from textclf.sources import Item, Reading, read_items

Labelled = tuple[Annotation, Mapping[str, Any] | None]
"""A record, and the user's own fields where the text came from a table."""


def label_inputs(
    inputs: Iterable[str],
    annotator: Annotator,
    reading: Reading = Reading(),
    options: Options = Options(),
) -> Iterator[Labelled]:
    """Yield the record of each text in the inputs, in order, reading on as they are asked for.

    What could not be read is a record too, with status `error` and the reason.
    """
    for item in read_items(inputs, reading):
        yield label_item(item, annotator, options), item.row


def label_item(item: Item, annotator: Annotator, options: Options = Options()) -> Annotation:
    """Return the record of one item."""
    if item.error:
        found = Annotation(annotator.unanswered(Status.ERROR), error=item.error)
    else:
        found = annotator.annotate(item.text, options)
    return replace(found, id=item.id, path=item.path, warnings=item.warnings)
