"""Each mistake in a TOML file is one line that names file, key and remedy."""

import pytest

from textclf.codebook.toml_table import TomlTable
from textclf.errors import SchemeError

GOOD = """
name = "sky"
kind = "multi"
format = 1
lead_words = [15, 30]
at_least_one = true
includes = ["drizzle"]
implies = { hail = ["rain"] }
prior = { rain = 0.3 }

[least]
passages = 3

[[labels]]
name = "rain"
"""


def read_all(path):
    """Read each key of GOOD by the method for its type."""
    table = TomlTable.read(path, SchemeError)
    least, labels = table.table("least"), table.tables("labels")
    found = (
        table.text("name"),
        table.text("title", ""),
        table.one_of("kind", ("single", "multi")),
        table.number("format"),
        table.numbers("lead_words"),
        table.flag("at_least_one"),
        table.texts("includes"),
        table.mapping("implies"),
        table.shares("prior"),
        least.number("passages"),
        [label.text("name") for label in labels],
    )
    for part in (least, *labels, table):
        part.close()
    return found


def test_a_good_file_gives_the_value_of_each_key(tmp_path):
    path = tmp_path / "sky.toml"
    path.write_text(GOOD, "utf-8")

    assert read_all(path) == (
        *("sky", "", "multi", 1, (15, 30), True, ("drizzle",)),
        *({"hail": ("rain",)}, {"rain": 0.3}, 3, ["rain"]),
    )


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ('name = "sky"', "", "name is missing"),
        ('name = "sky"', 'nam = "sky"', "name is missing; is 'nam' meant to be it?"),
        ('name = "sky"', "name = 1", "name must be a non-empty string in quotes"),
        ('name = "sky"', 'name = " "', "name must be a non-empty string in quotes"),
        ('name = "sky"', "name = ", "is not valid TOML: Invalid value (at line 2, column 8)"),
        ('"multi"', '"mutli"', "kind cannot be 'mutli'; did you mean 'multi'? There are: "),
        ("format = 1", 'format = "1"', "format must be a whole number, without quotes"),
        ("format = 1", "format = true", "format must be a whole number, without quotes"),
        ("[15, 30]", "[15, 0.5]", "lead_words must be a list of whole numbers, such as [15, 30]"),
        ("= true", '= "yes"', "at_least_one must be true or false, without quotes"),
        ("at_least_one", "at_least_on", "there is no key 'at_least_on'; did you mean"),
        ('["drizzle"]', '"drizzle"', "includes must be a list of non-empty strings, such as ["),
        ('["drizzle"]', "[7]", "includes must be a list of non-empty strings, such as ["),
        ('["drizzle"]', '[" "]', "includes must be a list of non-empty strings, such as ["),
        ('{ hail = ["rain"] }', '"hail"', 'implies must be a table, such as { one = ["other"] }'),
        ('["rain"]', '"rain"', "implies: hail must be a list of non-empty strings, such as ["),
        ("0.3", "3", "prior: rain must be a number from 0 to 1, without quotes"),
        ("0.3", '"most"', "prior: rain must be a number from 0 to 1, without quotes"),
        ("[least]\npassages", "least", "least must be a table, under [least]"),
        ("passages = 3", "pasages = 3", "least: passages is missing; is 'pasages' meant to be it?"),
        ("passages = 3", 'passages = "3"', "least: passages must be a whole number, without"),
        ("[[labels]]", "[labels]", "labels must be a list of tables, each under [[labels]]"),
        (
            'name = "rain"',
            'name = "rain"\ncode = 1',
            "labels[1]: there is no key 'code'; there are: name",
        ),
    ],
)
def test_a_mistake_is_one_line_that_names_file_key_and_remedy(tmp_path, right, wrong, message):
    path = tmp_path / "sky.toml"
    path.write_text(GOOD.replace(right, wrong, 1), "utf-8")

    with pytest.raises(SchemeError) as error:
        read_all(path)

    assert str(error.value).startswith(f"{path}: {message}")
    assert "\n" not in str(error.value)
