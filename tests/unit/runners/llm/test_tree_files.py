"""A model's files lie below one folder: whatever it asks for, nothing else is read or written."""

import os
import threading
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from baton.runners.llm.tree_files import READ_BYTES, WRITE_BYTES, FileRefused, OutOfBounds, TreeFiles


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "outside.txt").write_text("outside")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file.txt").write_text("elsewhere")
    tree = tmp_path / "tree"
    (tree / "src").mkdir(parents=True)
    (tree / "src" / "main.py").write_text("print(1)\n")
    (tree / ".git").mkdir()
    (tree / ".git" / "config").write_text("[core]")
    (tree / "out.txt").symlink_to("../outside.txt")
    (tree / "way-out").symlink_to(tmp_path / "elsewhere")
    (tree / "src" / "up").symlink_to("../../elsewhere")
    (tree / "within").symlink_to("src")
    (tree / "main.py").symlink_to("src/main.py")
    return tree


OUTSIDE = [
    "/etc/passwd",
    "~/.ssh/id_rsa",
    "..",
    "../outside.txt",
    "src/../../outside.txt",
    "src/../src/main.py",
    "..\\outside.txt",
    "C:/outside.txt",
    ".git/config",
    ".GIT/config",
    "src/.git",
    "out.txt",
    "way-out/file.txt",
    "way-out/new/deep.txt",
    "src/up/file.txt",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_is_read_or_written(tree: Path, path: str) -> None:
    files = TreeFiles(tree)
    with pytest.raises(OutOfBounds):
        files.read(path)
    with pytest.raises(OutOfBounds):
        files.write(path, "changed")
    if path != "out.txt":  # a link itself lies in the tree, and can be removed
        with pytest.raises(OutOfBounds):
            files.delete(path)
        with pytest.raises(FileRefused):
            list(files.walk(path))
    assert (tree.parent / "outside.txt").read_text() == "outside"
    assert [file.name for file in (tree.parent / "elsewhere").iterdir()] == ["file.txt"]
    assert (tree / ".git" / "config").read_text() == "[core]"


@pytest.mark.parametrize(("path", "named"), [("within/main.py", "'src'"), ("main.py", "'src/main.py'")])
def test_links_within_are_not_followed_and_their_target_is_named(tree: Path, path: str, named: str) -> None:
    with pytest.raises(FileRefused, match=f"is a link to {named}") as error:
        TreeFiles(tree).read(path)
    assert not isinstance(error.value, OutOfBounds)


def test_a_link_is_removed_and_not_what_it_points_at(tree: Path) -> None:
    TreeFiles(tree).delete("out.txt")
    assert not (tree / "out.txt").is_symlink()
    assert (tree.parent / "outside.txt").read_text() == "outside"


def test_files_are_written_with_their_folders_and_removed_with_them(tree: Path) -> None:
    files = TreeFiles(tree)
    assert files.write("a/b/c.txt", "é\n")
    assert not files.write("./a//b/c.txt", "shorter")
    assert files.read("a/b/c.txt") == "shorter"
    files.delete("a/b/c.txt")
    assert not (tree / "a").exists()
    assert tree.exists()


def test_the_walk_is_sorted_and_leaves_out_gits_own(tree: Path) -> None:
    files = TreeFiles(tree)
    assert [path for path, _ in files.walk()] == ["main.py", "out.txt", "src/main.py", "src/up", "way-out", "within"]
    assert [path for path, _ in files.walk("src")] == ["src/main.py", "src/up"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("src", "is a folder|is not a file"),
        ("none.txt", "there is no 'none.txt'"),
        ("src/main.py/x", "there is no"),
        ("", "a path is a text"),
        (".", "the workspace itself"),
        ("a\0b", "a path is a text"),
        ("x" * 2_000, "a path is a text"),
        ("pipe", "is not a file"),
        ("binary", "not a text file"),
        ("nul", "NUL"),
        ("large", "has more than"),
    ],
)
def test_what_cannot_be_read_is_told(tree: Path, path: str, told: str) -> None:
    os.mkfifo(tree / "pipe")
    (tree / "binary").write_bytes(b"\xff\xfe")
    (tree / "nul").write_bytes(b"a\0b")
    (tree / "large").write_bytes(b"x" * (READ_BYTES + 1))
    with pytest.raises(FileRefused, match=told):
        TreeFiles(tree).read(path)


def test_a_file_that_is_too_large_is_not_written(tree: Path) -> None:
    with pytest.raises(FileRefused, match="too many for one file"):
        TreeFiles(tree).write("large", "x" * (WRITE_BYTES + 1))
    assert not (tree / "large").exists()


def test_a_folder_that_becomes_a_link_meanwhile_leads_nowhere(tree: Path) -> None:
    """Somebody swaps a folder for a link to the outside, again and again; not one write goes through it."""
    files, stop = TreeFiles(tree), threading.Event()
    swapped = tree / "swap"

    def swap() -> None:
        for number in count():
            if stop.is_set():
                return
            with suppress(OSError):  # the writer makes folders that are missing
                swapped.rename(tree / f"aside-{number}")
            with suppress(OSError):
                swapped.symlink_to(tree.parent / "elsewhere")
            with suppress(OSError):
                swapped.unlink()

    swapping = threading.Thread(target=swap)
    swapping.start()
    refused = 0
    try:
        for number in range(100_000):
            try:
                files.write(f"swap/{number}.txt", "x")
            except FileRefused:
                refused += 1
            if refused == 20:
                break
    finally:
        stop.set()
        swapping.join()
    assert refused == 20
    assert [file.name for file in (tree.parent / "elsewhere").iterdir()] == ["file.txt"]
