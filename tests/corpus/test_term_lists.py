"""Seed terms are data: what a file of them becomes, and how a mistake in it is answered."""

import pytest

from textclf.codebook.scheme import Label, Scheme
from textclf.codebook.scheme_file import bundled_schemes, find_scheme
from textclf.corpus.term_lists import TermGroup, TermList, bundled_terms
from textclf.errors import CorpusError

SKY = Scheme("sky", (Label("rain"), Label("dry")))

GOOD = """
format = 1
scheme = "sky"

[[groups]]
name = "showers"
label = "rain"
terms = ["drizzle", "heavy shower"]

[[groups]]
name = "floods"
label = "rain"
terms = ["burst banks"]

[[groups]]
name = "places"
role = "identity"
terms = ["drizzle", "valley"]
"""


def read(folder, text):
    path = folder / "sky.toml"
    path.write_text(text, "utf-8")
    return TermList.read(path, SKY)


def test_a_file_gives_its_groups_in_order(tmp_path):
    assert read(tmp_path, GOOD).groups == (
        TermGroup("showers", ("drizzle", "heavy shower"), "rain"),
        TermGroup("floods", ("burst banks",), "rain"),
        TermGroup("places", ("drizzle", "valley"), role="identity"),
    )


def test_the_terms_of_a_label_are_those_of_its_groups(tmp_path):
    assert read(tmp_path, GOOD).by_label() == {"rain": ("drizzle", "heavy shower", "burst banks")}


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("format = 1", "format = 2", "format must be 1: this textclf reads no other"),
        ("format = 1", "format = 1\nrole = 'a'", "there is no key 'role'"),
        ('"sky"', '"sea"', "scheme must be 'sky': these terms are another scheme's"),
        ('label = "rain"', 'label = "rian"', "groups[1]: label cannot be 'rian'; did you mean"),
        ("role =", "roll =", "groups[3]: there is no key 'roll'; did you mean 'role'?"),
        (
            '"burst banks"',
            '"Heavy Shower"',
            "'Heavy Shower' is in group 'floods' and in 'showers'; keep one of them",
        ),
        (
            '"valley"',
            '"DRIZZLE"',
            "'DRIZZLE' is in group 'places' and in 'places'; keep one of them",
        ),
    ],
)
def test_a_mistake_in_a_file_is_named_with_its_place(tmp_path, right, wrong, message):
    with pytest.raises(CorpusError) as caught:
        read(tmp_path, GOOD.replace(right, wrong, 1))

    assert str(caught.value).startswith(f"{tmp_path}/sky.toml: {message}")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CorpusError, match=r"gone\.toml: cannot be read: No such file"):
        TermList.read(tmp_path / "gone.toml", SKY)


def test_a_scheme_of_somebodys_own_has_no_shipped_terms():
    assert bundled_terms(SKY) is None


@pytest.mark.parametrize("name", bundled_schemes())
def test_the_shipped_terms_of_a_scheme_point_to_its_labels(name):
    scheme = find_scheme(name)

    found = bundled_terms(scheme).by_label()

    assert found
    assert set(found) <= set(scheme.label_names)


def test_roles_tell_in_which_sentences_words_and_characters_are_learned(tmp_path):
    lines = [
        'characters_within = ["identity"]\ncharacters_without = ["quotation"]',
        'words_within = ["quotation"]\nwords_without = ["identity"]',
    ]
    text = GOOD.replace('scheme = "sky"\n', "\n".join(['scheme = "sky"', *lines, ""]))

    found = read(tmp_path, text)

    assert (found.characters_within, found.characters_without) == (("identity",), ("quotation",))
    assert (found.words_within, found.words_without) == (("quotation",), ("identity",))


def test_a_role_that_no_group_has_is_refused(tmp_path):
    text = GOOD.replace('scheme = "sky"\n', 'scheme = "sky"\ncharacters_within = ["identty"]\n')

    with pytest.raises(CorpusError, match="there is no role 'identty'; did you mean"):
        read(tmp_path, text)
