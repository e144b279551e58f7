"""An export of a press archive is divided into its articles, with title, date and source."""

from pathlib import Path

import pytest

from textclf.errors import InputError
from textclf.io.input_documents import ReadOptions
from textclf.io.read_inputs import read_items

LEXIS = (Path(__file__).parents[1] / "cases" / "lexis.txt").read_text()
NEXIS_UNI = """
User Name: A Reader
Job Number: 1234567
Documents (2)
1. Attack on imambargah
2. Bank holds rate

Attack on imambargah
The Daily Example
May 3, 2025 Saturday

Copyright 2025 The Daily Example All Rights Reserved

Section: NEWS; Pg. 1
Length: 24 words
Byline: A Reporter

Body

Gunmen opened fire on worshippers.

Police said four were killed.

Classification

Language: ENGLISH
Publication-Type: Newspaper

Load-Date: May 3, 2025

End of Document

Bank holds rate and says that
prices have eased

The Weekly Example (Lahore)

4 June 2025

Length: 18 words

Body

The central bank kept its rate.

Load-Date: June 4, 2025

End of Document
"""
FACTIVA_CODES = """SE   News
HD   Attack on imambargah
BY   By A Reporter
WC   24 words
PD   3 May 2025
SN   The Daily Example
SC   DAILEX
LA   English
CY   Copyright 2025. The Daily Example.

LP
Gunmen opened fire on worshippers.

TD
IN the old city, police said four were killed.

CO   exmpl : Example Corporation
NS   gcat : Political/General News
RE   pakis : Pakistan
AN   Document DAILEX0020250503el5300001

HD   Bank holds rate
WC   18 words
PD   4 June 2025
SN   The Weekly Example
LP   The central bank kept its rate.
TD
AN   Document WEEKEX0020250604el6400002
"""
FACTIVA_PLAIN = """News
Attack on imambargah

By A Reporter
24 words
3 May 2025
08:00 GMT
The Daily Example
DAILEX
English
Copyright 2025. The Daily Example. All Rights Reserved.

Gunmen opened fire on worshippers.

Police said four were killed.

Document DAILEX0020250503el5300001

Bank holds rate
18 words
4 June 2025
The Weekly Example
WEEKEX
English
(c) 2025 The Weekly Example

The central bank kept its rate.

Document WEEKEX0020250604el6400002

Search Summary
Text: bank or imambargah
"""
RULE = "_" * 60
PROQUEST = f"""{RULE}

Table of contents

1. Attack on imambargah
{RULE}

Document 1 of 2

Attack on imambargah

Author: A Reporter

Publication info: The Daily Example; Lahore. 03 May 2025: A.1.

ProQuest document link

Abstract: A short one.

Full text: Gunmen opened fire on worshippers.

Police said four were killed.

Subject: Attacks

Title: Attack on imambargah

Publication title: The Daily Example

Publication date: May 3, 2025

Copyright: Copyright The Daily Example May 3, 2025

Database: News
{RULE}

Document 2 of 2

Bank holds rate

Publication info: The Weekly Example [Lahore]04 June 2025.

Abstract: The central bank kept its rate.

Title: Bank holds rate

Database: News
{RULE}

Contact ProQuest
"""
EXPORTS = {
    "nexis uni": NEXIS_UNI,
    "factiva codes": FACTIVA_CODES,
    "factiva codes, one blank": FACTIVA_CODES.replace("   ", " "),
    "factiva codes, tabs": FACTIVA_CODES.replace("   ", "\t"),
    "factiva codes, no document line": "".join(
        line for line in FACTIVA_CODES.splitlines(keepends=True) if "Document" not in line
    ),
    "factiva plain": FACTIVA_PLAIN,
    "proquest": PROQUEST,
}


def read(folder, data, name="a.txt", **reading):
    path = folder / name
    path.write_bytes(data.encode())
    return list(read_items([str(path)], ReadOptions(**reading)))


@pytest.mark.parametrize("kind", EXPORTS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_articles_come_out_with_title_date_source_and_text(tmp_path, kind, end):
    attack, bank = read(tmp_path, EXPORTS[kind].replace("\n", end))

    assert (attack.title, attack.row["source"]) == ("Attack on imambargah", "The Daily Example")
    assert {"May 3, 2025", "3 May 2025", "May 3, 2025 Saturday"} >= {attack.row["date"]}
    assert attack.text.startswith("Gunmen opened fire on worshippers.\n")
    assert attack.text.endswith("olice said four were killed.")
    assert bank.title.startswith("Bank holds rate")
    assert bank.row["source"].startswith("The Weekly Example")
    assert bank.row["date"].lower().removeprefix("0") == "4 june 2025"
    assert bank.text == "The central bank kept its rate."
    assert list(attack.row) == ["title", "date", "source", "text"]
    assert attack.error == bank.error == ""


def test_the_old_layout_of_lexisnexis_is_read(tmp_path):
    items = read(tmp_path, LEXIS)

    assert [(one.title, one.row["date"], one.row["source"]) for one in items] == [
        ("Attack on imambargah", "May 3, 2025 Saturday", "The Daily Example"),
        ("Bank holds rate", "June 4, 2025 Wednesday", "The Daily Example"),
        ("Snow forecast", "June 5, 2025 Thursday", "The Daily Example"),
    ]
    assert [one.text.split()[-1] for one in items] == ["said.", "recovering.", "said."]
    assert items[1].place == f"{tmp_path}/a.txt:33"


def test_a_title_of_two_lines_is_one(tmp_path):
    assert read(tmp_path, NEXIS_UNI)[1].title == "Bank holds rate and says that prices have eased"


@pytest.mark.parametrize(
    "text",
    [
        "The commission had read 3 of 9 documents.\n\nEnd of Document, it said.\n",
        f"Rain fell.\n{RULE}\nSnow fell.\n",
        "HD screens\nwere sold in SN stores.\n",
        "Document CONTRACT0000000001\nwas lost.\n",
    ],
)
def test_an_article_that_only_looks_like_an_export_stays_one_text(tmp_path, text):
    (item,) = read(tmp_path, text)

    assert (item.text, item.row) == (text, None)


def test_a_given_format_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"a\.txt: is no export of LexisNexis, Factiva or ProQ"):
        read(tmp_path, "Rain fell.", format="press")
