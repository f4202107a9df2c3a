"""Looking around in a workspace ends: in output, and in time."""

from pathlib import Path

import pytest

from baton.runners.llm import looking
from baton.runners.llm.looking import MOST_ENTRIES, MOST_MATCHES, Look
from baton.runners.llm.tree_files import FileRefused, TreeFiles


@pytest.fixture
def look(tmp_path: Path) -> Look:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("one = 1\ntwo = 2\n")
    (tmp_path / "b.md").write_text("one and two\n")
    (tmp_path / "binary").write_bytes(b"\xffone")
    (tmp_path / "link").symlink_to("b.md")
    return Look(TreeFiles(tmp_path))


def test_files_are_listed_with_sizes_by_folder_and_pattern(look: Look) -> None:
    assert look.listing("", "") == "b.md  12\nbinary  4\nlink  (link)\nsrc/a.py  16"
    assert look.listing("src", "") == "src/a.py  16"
    assert look.listing("", "*.md") == "b.md  12"
    assert look.listing("", "*.c") == "[no files]"


def test_lines_are_found_by_an_expression(look: Look) -> None:
    assert look.search("^one", "", "") == "b.md:1:one and two\nsrc/a.py:1:one = 1"
    assert look.search("one|two", "src", "*.py") == "src/a.py:1:one = 1\nsrc/a.py:2:two = 2"
    assert look.search("three", "", "") == "[no matches]"


def test_what_is_too_much_is_cut_and_says_so(look: Look) -> None:
    (look.files.root / "many").mkdir()
    for number in range(MOST_ENTRIES):
        (look.files.root / "many" / str(number)).write_text("")
    (look.files.root / "long.txt").write_text("match\n" * (MOST_MATCHES + 1))
    assert look.listing("", "").endswith(f"[more than {MOST_ENTRIES} files: name a folder or a pattern]")
    assert look.search("match", "", "").endswith(f"[more than {MOST_MATCHES} matches: search for less]")


def test_an_expression_that_is_none_is_told(look: Look) -> None:
    with pytest.raises(FileRefused, match="is no regular expression"):
        look.search("(", "", "")


def test_an_expression_that_never_ends_is_ended(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "SECONDS", 0.2)
    (look.files.root / "trap.txt").write_text("a" * 5_000 + "b")
    with pytest.raises(FileRefused, match=r"took more than 0\.2 s"):
        Look(look.files).search(r"(a|aa)+$", "", "")


def test_a_look_that_is_no_longer_wanted_ends(look: Look) -> None:
    look.stop.set()
    with pytest.raises(FileRefused):
        look.listing("", "")
