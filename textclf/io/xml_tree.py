"""Parse XML of files that nobody vouches for: no entities, no document types, no network."""

from xml.etree.ElementTree import Element as XmlElement
from xml.etree.ElementTree import ParseError, fromstring

from textclf.errors import InputError

__all__ = ["XmlElement", "local_name", "parse_xml"]


def parse_xml(data: bytes | str) -> XmlElement:
    """Return the root of an XML document.

    Raises InputError if it is not well-formed, or declares entities of its own.
    """
    raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
    if b"<!ENTITY" in raw.replace(b"\x00", b""):
        raise InputError("is XML that declares entities, which textclf does not read")
    try:
        return fromstring(data)  # noqa: S314 - entities are refused above
    except (ParseError, ValueError, LookupError) as reason:
        raise InputError(f"is not well-formed XML: {reason}") from None


def local_name(element: XmlElement) -> str:
    """Return the name of an element without its namespace.

    >>> local_name(parse_xml("<a:p xmlns:a='urn:x'/>"))
    'p'
    """
    return element.tag.rpartition("}")[2]
