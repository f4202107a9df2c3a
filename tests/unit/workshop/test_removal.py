"""Removing what somebody made hard to remove."""

import os
from pathlib import Path

from baton.workshop.removal import empty, remove, temporary_folder


def _nest(folder: Path, name: str, times: int) -> None:
    here = os.open(folder, os.O_RDONLY)
    for _ in range(times):
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


def test_folders_nested_deeper_than_python_recurses_are_removed(tmp_path: Path) -> None:
    _nest(tmp_path, "d", 1100)
    remove(tmp_path / "d")
    assert list(tmp_path.iterdir()) == []


def test_paths_longer_than_the_system_takes_are_removed(tmp_path: Path) -> None:
    _nest(tmp_path, "d" * 250, 20)
    empty(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_links_are_removed_as_links_and_locked_folders_are_opened(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("1")
    tree = tmp_path / "tree"
    (tree / "locked" / "inner").mkdir(parents=True)
    (tree / "locked" / "inner" / "file").write_text("1")
    (tree / "folder").symlink_to(kept)
    (tree / "locked" / "file").symlink_to(kept / "file")
    os.link(kept / "file", tree / "hard")
    os.mkfifo(tree / "pipe")
    (tree / "locked" / "inner").chmod(0)
    (tree / "locked").chmod(0)
    remove(tree)
    assert not tree.exists()
    assert (kept / "file").read_text() == "1"


def test_a_link_to_a_folder_goes_and_the_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    remove(tmp_path / "link")
    remove(tmp_path / "never-there")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_temporary_folder_goes_with_all_that_is_in_it() -> None:
    with temporary_folder() as folder:
        Path(folder, "locked").mkdir(mode=0)
    assert not Path(folder).exists()
