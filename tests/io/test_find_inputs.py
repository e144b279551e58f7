"""Files are found in folders, globs and lists; each is read once, and nothing is lost unsaid."""

import os

import pytest

from textclf.errors import InputError
from textclf.io.find_inputs import find_inputs
from textclf.io.read_inputs import read_items


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "news"
    (folder / "in").mkdir(parents=True)
    for name in ("a.txt", "b.html", "in/c.docx", "d.csv.xz"):
        (folder / name).touch()
    return folder


def names(found, folder):
    return [os.path.relpath(one, folder) for one in found.paths]


def test_files_that_are_skipped_are_counted_by_kind_in_one_line(folder):
    for name in ("a.jpg", "in/B.JPG", "c.pdf", "README", ".hidden.txt"):
        (folder / name).touch()

    found = find_inputs([str(folder)])

    assert names(found, folder) == ["a.txt", "b.html", "d.csv.xz", "in/c.docx"]
    (message,) = found.messages
    head, _, kinds = message.partition(": ")
    assert head == "5 files of folders skipped"
    assert sorted(kinds.split(", ")) == ["1 .pdf", "1 hidden", "1 without a suffix", "2 .jpg"]


def test_a_file_met_twice_is_read_once_and_said(folder):
    (folder / "e.txt").symlink_to("a.txt")
    (folder.parent / "link").symlink_to("news")
    given = [
        str(folder / "a.txt"),
        str(folder),
        f"{folder.parent}/link/*.txt",
        str(folder / "b.html"),
    ]

    found = find_inputs(given)

    assert names(found, folder) == ["a.txt", "b.html", "d.csv.xz", "in/c.docx"]
    assert found.messages == (f"5 files met twice and read once, the first: {folder}/a.txt",)


def test_an_output_and_its_side_files_are_never_taken_for_inputs(folder):
    for name in ("o.csv", "o.csv.run.json", "o.csv.rejects.csv", "old.csv", "old.csv.run.json"):
        (folder / name).touch()

    for given in (str(folder), f"{folder}/**"):
        found = find_inputs([given], outputs=[folder / "o.csv"])
        assert names(found, folder) == ["a.txt", "b.html", "d.csv.xz", "in/c.docx"]
        assert found.messages == ("5 files of folders skipped: 5 written by textclf",)
    assert find_inputs([str(folder / "old.csv")]).paths == (str(folder / "old.csv"),)


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\0"])
def test_a_list_of_files_is_read_line_by_line_or_by_nul(folder, separator):
    listed = [str(folder / "b.html"), "", str(folder / "gone.txt"), str(folder / "in")]
    (folder / "list").write_bytes(separator.join(listed).encode())

    found = find_inputs([str(folder / "a.txt")], files_from=str(folder / "list"))

    assert names(found, folder) == ["a.txt", "b.html", "gone.txt", "in/c.docx"]
    assert [one.error for one in found.paths] == [
        "",
        "",
        f"{folder}/gone.txt: there is no such file or folder",
        "",
    ]


def test_a_list_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"gone: cannot be read: No such file"):
        find_inputs([], files_from=str(tmp_path / "gone"))


def test_a_pipe_is_refused_with_what_would_help(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(InputError, match="is no regular file; pipe it into textclf, and give -"):
        find_inputs([str(tmp_path / "pipe")])


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_folder_or_file_is_an_item_and_the_rest_is_read(folder):
    (folder / "in").chmod(0)
    (folder / "d.csv.xz").chmod(0)
    (folder / "a.txt").write_text("Rain.")

    items = list(read_items([str(folder)]))
    (folder / "in").chmod(0o700)

    assert [bool(one.error) for one in items] == [False, False, True, True]
    assert items[2].error == f"{folder}/d.csv.xz: cannot be read: Permission denied"
    assert items[3].error == f"{folder}/in: cannot be read: Permission denied"


def test_a_folder_that_cannot_be_listed_is_an_item(folder, monkeypatch):
    listed = os.scandir

    def scandir(path):
        if str(path).endswith("/in"):
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)

    assert find_inputs([str(folder)]).paths[-1].error == (
        f"{folder}/in: cannot be read: Permission denied"
    )
