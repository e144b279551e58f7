"""Read the files of a zip archive as inputs."""

from collections.abc import Iterator
from typing import IO

from textclf.errors import InputError
from textclf.io.archive import Member, members, skipped_members
from textclf.io.input_documents import InputDocument, Pending, ReadOptions
from textclf.io.read_stream import DAMAGED, read_stream, readable_suffixes, unread


def read(path: str, stream: IO[bytes], reading: ReadOptions) -> Iterator[Pending]:
    """Yield the documents of the files in a zip archive; a file that cannot be read is one too.

    Raises InputError if the archive is damaged, beyond the limits, or has no file to read.
    """
    if reading.format == "zip":
        reading = reading._replace(format=None)
    others = skipped_members(path, stream, readable_suffixes())
    kinds = ", ".join(f"{count} {kind}" for kind, count in others.most_common())
    warnings = (f"{path}: files in it that were not read: {kinds}",) if others else ()
    found = False
    for member in members(path, stream, readable_suffixes()):
        found = True
        for document in _documents_of_member(member, reading):
            if warnings and isinstance(document, InputDocument):
                yield document._replace(warnings=(*warnings, *document.warnings))
                warnings = ()
            else:
                yield document
    if not found:
        raise InputError(f"{path}: the archive holds no file to read; it has {kinds or 'none'}")


def _documents_of_member(member: Member, reading: ReadOptions) -> Iterator[Pending]:
    path, stream, error = member
    if stream is None:
        yield InputDocument(path, path, error=error, place=path)
        return
    try:
        yield from read_stream(path, stream, reading, in_archive=True)
    except (*DAMAGED, InputError) as reason:
        yield unread(path, reason)
