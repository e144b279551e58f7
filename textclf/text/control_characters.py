"""Shows control characters as signs, so that no text moves the cursor of a terminal."""

_SIGNS = {
    **{number: chr(0x2400 + number) for number in range(32) if chr(number) not in "\t\n"},
    0x7F: "\u2421",
    **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),
}


def with_signs(text: str) -> str:
    r"""Return a text as people may see it, with signs for its control characters.

    >>> with_signs("a \x1b[31mred\x1b[0m word")
    'a ␛[31mred␛[0m word'
    """
    return text if text.isprintable() else text.translate(_SIGNS)
