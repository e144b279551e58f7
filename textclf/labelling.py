"""Labels all that the sources give, one record for each thing that was asked about."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from textclf.classifier import Annotator, Options
from textclf.prediction import Annotation, Labelled, Status
from textclf.sources import Item, Reading, read_items


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
