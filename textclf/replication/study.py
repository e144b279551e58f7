"""The commands of a study, one a line, and the files that each reads and writes.

```sh
# study.sh: from the articles to the number in the paper
textclf predict articles.csv -m topic -o coded.csv
textclf count coded.csv --label topic --by month -o counts.csv
```
"""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath

from textclf.errors import InputError

_OUTPUTS = frozenset(
    (
        "-o",
        "--output",
        "--disagreements",
        "--figure",
        "--figures",
        "--passages",
        "--rejects",
        "--report",
        "--show-text",
    )
)
"""Options whose value is a file or a folder that the command writes."""
_MODELS = frozenset(("-m", "--model"))
"""Options whose value is a model."""
_SCORED = frozenset(("evaluate", "compare", "curve"))
"""Commands whose first arguments may be models."""
_TEXT_COLUMNS = frozenset(("--text-field", "--title-field"))
"""Options whose value is columns with texts of articles."""
_REFUSED = frozenset(("bundle", "review"))
"""Commands that are no step of a study."""
RUN_RECORD = ".run.json"
"""What `textclf predict` adds to the name of its output for the record of its run."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a study; its paths are relative to the folder of the study."""

    place: str
    """File and line, for messages."""
    arguments: tuple[str, ...]
    """Without `textclf` itself."""
    outputs: tuple[str, ...]
    """Files and folders that the command writes."""
    others: tuple[str, ...]
    """Values that may be files that the command reads."""
    models: tuple[str, ...]
    """Values that may be models, by name or file."""

    @property
    def line(self) -> str:
        """The command as a shell reads it."""
        return shlex.join(["textclf", *self.arguments])


@dataclass(frozen=True, slots=True)
class Study:
    """The commands of a study, in their order."""

    path: Path
    commands: tuple[Command, ...]

    @property
    def folder(self) -> Path:
        """The folder in which the commands run."""
        return self.path.parent

    def outputs(self) -> list[str]:
        """Return the files that the commands have written, without repeats."""
        return list(
            dict.fromkeys(
                name
                for command in self.commands
                for output in command.outputs
                for name in self.files_of(output)
            )
        )

    def inputs(self) -> list[str]:
        """Return the files that commands read and no command writes, without repeats."""
        written = set(self.outputs())
        named = [name for command in self.commands for name in command.others]
        found = [file for name in named for file in self.files_of(name, record=False)]
        return [file for file in dict.fromkeys(found) if file not in written]

    def text_columns(self) -> frozenset[str]:
        """Return the columns that commands name as those of texts or titles."""
        columns = set()
        for command in self.commands:
            words = [part for word in command.arguments for part in word.split("=", 1)]
            columns |= {
                name
                for option, value in pairwise(words)
                if option in _TEXT_COLUMNS
                for name in value.split(",")
            }
        return frozenset(columns)

    def files_of(self, name: str, *, record: bool = True) -> list[str]:
        """Return a file, or the files of a folder, and with `record` that of the run's record."""
        path = self.folder / name
        if path.is_dir():
            files = sorted(one for one in path.rglob("*") if one.is_file())
            return [one.relative_to(self.folder).as_posix() for one in files]
        names = [name, f"{name}{RUN_RECORD}"] if record else [name]
        return [one for one in names if (self.folder / one).is_file()]


def read_study(path: Path) -> Study:
    """Return the study of a file of commands.

    Raises InputError with file and line for what is not a `textclf` command, and for a path
    outside the folder of the study.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as reason:
        raise InputError(f"{path}: cannot be read as a file of commands: {reason}") from None
    commands = tuple(_command(f"{path}:{number}", line) for number, line in _lines(text))
    if not commands:
        raise InputError(f"{path}: has no commands; give one textclf command a line")
    return Study(path, commands)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the commands with the numbers of their first lines; a backslash continues a line."""
    begun, first = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        first = first if begun else number
        begun += line.removesuffix("\\")
        if line.endswith("\\"):
            continue
        if begun.strip() and not begun.lstrip().startswith("#"):
            yield first, begun.strip().removeprefix("$ ")
        begun = ""
    if begun.strip():
        yield first, begun.strip()


def _command(place: str, line: str) -> Command:
    try:
        name, *arguments = shlex.split(line, comments=True)
    except ValueError as reason:
        raise InputError(f"{place}: is not a command: {reason}") from None
    if name != "textclf" or not arguments or {"|", ">", "<", "&&", ";", "&"} & set(arguments):
        raise InputError(
            f"{place}: is not a single textclf command; write results with -o, one command a line"
        )
    if arguments[0] in _REFUSED:
        raise InputError(f"{place}: textclf {arguments[0]} is no step of a study; leave it out")
    outputs, others, models = [], [], []
    option, positional = "", 0
    for argument in arguments[1:]:
        is_option = argument.startswith("-") and len(argument) > 1
        key, equals, value = argument.partition("=") if is_option else (option, "", argument)
        if is_option and not equals:
            option = argument
            continue
        positional += not is_option and not option
        if key in _OUTPUTS:
            outputs.append(value)
        else:
            others.append(value)
            if key in _MODELS or (arguments[0] in _SCORED and not key and positional <= 2):  # noqa: PLR2004 - compare has two
                models.append(value)
        option = ""
    for value in (*outputs, *others):
        _refuse_outside(place, value)
    return Command(place, tuple(arguments), tuple(outputs), tuple(others), tuple(models))


def _refuse_outside(place: str, value: str) -> None:
    """Raise InputError for a path that leads out of the folder of the study."""
    path = PurePosixPath(value)
    if path.is_absolute() or ".." in path.parts or value.startswith("~"):
        raise InputError(
            f"{place}: {value} is outside the folder of the study; "
            "use paths relative to it, so that others can run the commands"
        )
