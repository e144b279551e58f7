"""Recognize the format of a file by its first bytes; refuse what is not text, with the remedy."""

import codecs
from collections.abc import Collection
from io import BufferedReader, RawIOBase
from typing import IO, Any

from textclf.errors import InputError
from textclf.io.fields import (
    DATE_FIELDS,
    ID_FIELDS,
    SOURCE_FIELDS,
    TEXT_FIELDS,
    TITLE_FIELDS,
)
from textclf.io.read_stream import HEAD, PRESS_MARKS

_SAMPLE = 4096
"""Bytes in which control characters are counted."""
_CONTROL_SHARE, _FEWEST_CONTROLS = 0.05, 3
"""Where more of the bytes, and more than so many, are control characters, a file is not text."""
_NARROW_SHARE = 0.2
"""Where fewer of the bytes are NUL, and the others are UTF-8, the NULs stand there by mistake."""
_WIDE_SHARE = 0.05
"""Of the characters of UTF-16 text, at least so many have a NUL: spaces and line ends."""
_LONGEST_NAME = 60
"""Characters of a column name; a longer cell is text."""

_TEXT_BYTES = bytes(set(range(256)) - set(range(32)) | set(b"\t\n\v\f\r\x1b"))
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_READ = {_ZIP: "zip", _EMPTY_ZIP: "zip", b"PAR1": "parquet"}
_UNPACK = "unpack it, and give its files"
_AS_TEXT = "save it as .docx or as plain text"
_AS_TABLE = "export it as .csv or .parquet"
_WRITE_DOWN = "give a text of what it shows, such as that of an OCR program"
_REFUSED = {
    b"%PDF-": ("a PDF file", "convert it to text first, for example with `pdftotext FILE`"),
    b"%!PS": ("a PostScript file", "convert it to text first, for example with `ps2ascii FILE`"),
    b"{\\rtf": ("an RTF file", _AS_TEXT),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": (
        "an old Office file (.doc, .xls or .ppt)",
        "save it as .docx or .xlsx",
    ),
    b"\x89PNG\r\n": ("an image", _WRITE_DOWN),
    b"\xff\xd8\xff": ("an image", _WRITE_DOWN),
    b"GIF87a": ("an image", _WRITE_DOWN),
    b"GIF89a": ("an image", _WRITE_DOWN),
    b"II*\x00": ("an image", _WRITE_DOWN),
    b"MM\x00*": ("an image", _WRITE_DOWN),
    b"SQLite format 3\x00": ("an SQLite database", _AS_TABLE),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", _UNPACK),
    b"Rar!\x1a\x07": ("a RAR archive", _UNPACK),
    b"ARROW1": ("an Arrow (Feather) file", _AS_TABLE),
    b"Obj\x01": ("an Avro file", _AS_TABLE),
    b"\x89HDF\r\n": ("an HDF5 file", _AS_TABLE),
    b"<stata_dta>": ("a Stata file", _AS_TABLE),
    b"$FL2": ("an SPSS file", _AS_TABLE),
    b"RDX2\n": ("an R data file", _AS_TABLE),
    b"RDX3\n": ("an R data file", _AS_TABLE),
    b"X\n\x00\x00": ("an R data file", _AS_TABLE),
    b"\x93NUMPY": ("a NumPy file", _AS_TABLE),
}
_SIGNATURES = (*_READ, *_REFUSED)
_TAR = b"ustar"
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_OTHER_FIELDS = (*DATE_FIELDS, *SOURCE_FIELDS, "author", "label")
_BINARY_FORMATS = ("zip", "docx", "xlsx", "parquet")


def recognize(
    head: bytes, path: str, named: str, *, given: bool = False, fields: Collection[str] = ()
) -> str:
    """Return the format of a file from its first bytes and from the format that its name says.

    With `given`, the user has named the format, and only what is not text is held against it.
    `fields` are columns that a table may have besides the usual ones. Every zip archive is "zip":
    `archive.zip_format` looks inside. Raises InputError for what cannot be read, with the remedy.
    """
    found = _binary_format(head, path)
    if found:
        if not given or named in _BINARY_FORMATS:
            return found
        raise InputError(
            f"{path}: is a {'Parquet file' if found == 'parquet' else 'zip archive'}, not "
            f"{named}; leave --input-format out"
        )
    if given:
        return named
    text = _utf8(head)
    if named in {"json", "jsonl"}:
        return _json_format(text, named) or named
    if named in {"csv", "tsv"}:
        if _is_markup(text, (b"<!doctype html", b"<html")):
            raise InputError(f"{path}: is a web page, not a table; name it .html to read it as one")
        return named
    if named in {"html", "feed"}:
        return _markup_format(text, path) or named
    found = _text_format(text, path, fields)
    return found or named


def wide_encoding(head: bytes) -> str:
    r"""Return the UTF-16 or UTF-32 encoding of text that the plain readers do not know, or "".

    It is UTF-32 with a byte order mark, or one of them without a mark.

    >>> wide_encoding("Rain fell.".encode("utf-16-le"))
    'utf-16-le'
    """
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    known = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, *_SIGNATURES)
    if b"\x00" not in head or head.startswith(known):
        return ""
    sample = head[:_SAMPLE]
    whole = len(head) < _SAMPLE
    if sample.count(b"\x00") < _NARROW_SHARE * len(sample) and _is_utf8(sample):
        return ""
    for encoding, width, zeros in (
        ("utf-32-le", 4, (2, 3)),
        ("utf-32-be", 4, (0, 1)),
        ("utf-16-le", 2, (1,)),
        ("utf-16-be", 2, (0,)),
    ):
        if whole and len(sample) % width:
            continue
        others = [sample[at::width] for at in range(width) if at not in zeros]
        full = width == 4  # noqa: PLR2004 - bytes of a character of UTF-32
        if full and any(any(sample[at::width]) for at in zeros):
            continue
        if not full and any(b"\x00" in one for one in others):
            continue
        text = sample[: len(sample) // width * width].decode(encoding, "replace")
        if not full and sample.count(b"\x00") < _WIDE_SHARE * len(text):
            continue
        # A pair of surrogates may be cut at the end.
        if all(
            char.isprintable() or char in "\t\r\n" for char in text[: -1 if not whole else None]
        ):
            return encoding
    return ""


def _is_utf8(sample: bytes) -> bool:
    """Return whether bytes are UTF-8, but for a character that is cut at the end."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


class _Recoded(RawIOBase):
    """A stream of text in another encoding, as UTF-8."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ready = b""

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        """Fill the buffer with the next bytes, and return how many there are."""
        while not self._ready:
            data = self._stream.read(HEAD)
            self._ready = self._decoder.decode(data, not data).encode("utf-8", "replace")
            if not data:
                break
        part, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def as_utf8(stream: IO[bytes], encoding: str) -> BufferedReader:
    """Return a stream of text in an encoding as one in UTF-8; a bad character becomes U+FFFD."""
    return BufferedReader(_Recoded(stream, encoding), HEAD)


def _binary_format(head: bytes, path: str) -> str:
    """Return "zip" or "parquet", or "" for text; raises InputError for all else."""
    if head.startswith(_SIGNATURES):
        magic = next(one for one in _SIGNATURES if head.startswith(one))
        if magic in _READ:
            return _READ[magic]
        what, remedy = _REFUSED[magic]
        raise InputError(f"{path}: is {what}; {remedy}")
    if head[257:262] == _TAR:
        raise InputError(f"{path}: is a tar archive; {_UNPACK}")
    if head.startswith(codecs.BOM_UTF8) or head[:_SAMPLE].isascii():
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        for magic in (b"%PDF-", b"{\\rtf"):
            if start.startswith(magic):
                raise InputError(f"{path}: is {_REFUSED[magic][0]}; {_REFUSED[magic][1]}")
    sample = head[:_SAMPLE]
    controls = len(sample.translate(None, _TEXT_BYTES))
    if controls > max(_FEWEST_CONTROLS, _CONTROL_SHARE * len(sample)) and not (
        head.startswith(tuple(_MARKS)) or wide_encoding(head)
    ):
        raise InputError(f"{path}: is a binary file, not text; give the text that it holds")
    return ""


def _utf8(head: bytes) -> bytes:
    """Return the first bytes of a text in UTF-8, without a byte order mark."""
    encoding = next((name for mark, name in _MARKS.items() if head.startswith(mark)), "")
    if not (encoding or b"\x00" in head):
        return head
    encoding = encoding or wide_encoding(head) or "utf-8"
    return head.decode(encoding, "ignore").encode("utf-8", "ignore")


def _text_format(text: bytes, path: str, fields: Collection[str]) -> str:
    """Return the format of a text whose name says none; "" if it is an article."""
    start = text.lstrip()[:1]
    if start == b"<":
        return _markup_format(text, path)
    if start in {b"[", b"{"} and (found := _json_format(text, "text")):
        return found
    if any(mark in text for mark in PRESS_MARKS):
        from textclf.io.press_archives import is_export  # noqa: PLC0415 - start-up time

        if is_export(text.decode("utf-8", "replace")):
            return "press"
    return _table_format(text, fields)


def _is_markup(text: bytes, starts: tuple[bytes, ...]) -> bool:
    return text.lstrip()[:20].lower().startswith(starts)


def _markup_format(text: bytes, path: str) -> str:
    """Return "html" or "feed" for markup, "" for text that is none."""
    start = text.lstrip()[:_SAMPLE].lower()
    if not start.startswith(b"<"):
        return ""
    import re  # noqa: PLC0415 - start-up time

    # The first element, behind the XML declaration, comments and the document type.
    root = re.match(
        rb"(?:<\?[^>]*>\s*|<!--(?:[^-]|-(?!->))*-->\s*|<![^>]*>\s*)*<([a-z][\w:]*)", start
    )
    name = root[1] if root else b""
    if name in {b"rss", b"feed", b"rdf:rdf"}:
        return "feed"
    if name in _HTML_ELEMENTS or b"<!doctype html" in start:
        return "html"
    if start.startswith(b"<?xml"):
        raise InputError(
            f"{path}: is XML, but neither a web page nor an RSS or Atom feed; give its texts as "
            ".txt, .csv or .jsonl"
        )
    return ""


_HTML_ELEMENTS = frozenset(
    b"html head body title meta link script style article section main header div p span table "
    b"h1 h2 h3 a b i em strong img ul ol br".split()
)


def _json_format(text: bytes, named: str) -> str:
    """Return "json" or "jsonl" for text that begins as JSON, else ""."""
    start = text.lstrip()
    strict = named not in {"json", "jsonl"}
    if not _begins_as_json(start, strict=strict):
        return ""
    line, _, rest = start.partition(b"\n")
    line, follows = line.rstrip(), rest.lstrip()[:1]
    if not follows:
        cut = len(text) >= HEAD  # the first line is longer than what is looked at
        alone = start.startswith(b"{") and (named == "jsonl" or (cut and strict))
        return "jsonl" if alone else "json"
    if line.endswith((b"}", b"]")) or (follows == line[:1] and not line.endswith(_GOES_ON)):
        return "jsonl"
    return "json"


_GOES_ON = (b"{", b"[", b",", b":")
"""Ends of a line of JSON whose value goes on in the next line."""


def _begins_as_json(start: bytes, *, strict: bool) -> bool:
    """Return whether text begins as an object or array; strictly, as a record or list of them."""
    import re  # noqa: PLC0415 - start-up time

    if strict:
        return bool(re.match(rb'(?:\[\s*)?\{\s*"[^"\n]{1,200}"\s*:', start))
    return bool(re.match(rb'\{\s*["}]|\[\s*[{"\]]', start))


def _table_format(text: bytes, fields: Collection[str]) -> str:
    """Return "csv" or "tsv" where the first line is the header of a table, else ""."""
    lines = text.lstrip().split(b"\n", 2)[:2]
    if len(lines) == 1:
        lines = text.lstrip().split(b"\r", 2)[:2]
    header = lines[0].strip()
    if header.lower().startswith(b"sep=") and len(header) == 5:  # noqa: PLR2004 - one character
        return "csv"
    if len(lines) == 1 or len(header) > _SAMPLE:
        return ""
    usual = (*TEXT_FIELDS, *ID_FIELDS, *TITLE_FIELDS, *_OTHER_FIELDS)
    texts = {name.lower() for name in (*TEXT_FIELDS, *fields)}
    known = texts | {name.lower() for name in usual}
    for delimiter in "\t,;|":
        cells = header.decode("utf-8", "replace").lower().split(delimiter)
        names = [cell.strip().strip('"').strip() for cell in cells]
        if len(names) == 1 or any(len(name) > _LONGEST_NAME for name in names):
            continue
        matches = sum(name in known for name in names)
        if matches and (matches > 1 or not texts.isdisjoint(names)):
            return "tsv" if delimiter == "\t" else "csv"
    return ""
