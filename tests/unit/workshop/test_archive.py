"""Releases: the same bytes each time, and every change is noticed."""

import gzip
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from baton.workshop.archive import Release, UnpackLimits, pack, unpack, verify
from baton.workshop.errors import ArchiveBroken, ArchiveRefused

_RELEASE = Release("todo", "1.2.0", commit="a" * 40, tree="b" * 40, journal_head="c" * 64)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.py").write_text("print('hi')\n")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "grüße.txt").write_text("ß")
    (folder / "deep" / ("x" * 120)).mkdir(parents=True)
    (folder / "deep" / ("x" * 120) / "long").write_text("long names too")
    return folder


def test_the_same_files_give_the_same_bytes(project: Path, tmp_path: Path) -> None:
    first = pack(project, tmp_path / "one", _RELEASE)
    for path in project.rglob("*"):
        os.utime(path, (1, 1))
    (project / "src" / "main.py").chmod(0o664)
    second = pack(project, tmp_path / "two", _RELEASE)
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.sha256 == second.sha256 == hashlib.sha256(first.path.read_bytes()).hexdigest()
    assert first.path.name == "todo-1.2.0.tar.gz"


def test_the_manifest_lies_in_the_archive_and_beside_it(project: Path, tmp_path: Path) -> None:
    archive = pack(project, tmp_path / "out", _RELEASE)
    beside = json.loads(archive.files.manifest.read_bytes())
    with tarfile.open(archive.path) as tar:
        inside = tar.extractfile("todo-1.2.0/MANIFEST.json")
        assert inside is not None
        assert json.load(inside) == beside
    assert beside["files"]["run.sh"]["mode"] == "0755"
    assert beside["commit"] == "a" * 40
    assert beside["journal_head"] == "c" * 64
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "todo-1.2.0.manifest.json", "todo-1.2.0.tar.gz", "todo-1.2.0.tar.gz.sha256",
    ]  # fmt: skip


def test_what_is_unpacked_is_what_was_packed(project: Path, tmp_path: Path) -> None:
    archive = pack(project, tmp_path / "out", _RELEASE)
    assert verify(archive.path) == archive.manifest
    top = unpack(archive.path, tmp_path / "again")
    assert top == tmp_path / "again" / "todo-1.2.0"
    for path in filter(Path.is_file, project.rglob("*")):
        copy = top / path.relative_to(project)
        assert copy.read_bytes() == path.read_bytes()
        assert os.access(copy, os.X_OK) == os.access(path, os.X_OK)


def test_a_link_to_a_file_of_the_folder_becomes_a_copy(project: Path, tmp_path: Path) -> None:
    (project / "alias.py").symlink_to("src/main.py")
    top = unpack(pack(project, tmp_path / "out", _RELEASE).path, tmp_path / "again")
    assert not (top / "alias.py").is_symlink()
    assert (top / "alias.py").read_text() == "print('hi')\n"


@pytest.mark.parametrize("target", ["/etc/passwd", "../outside", "src", "nowhere"])
def test_any_other_link_is_refused(project: Path, tmp_path: Path, target: str) -> None:
    (tmp_path / "outside").write_text("secret")
    (project / "link").symlink_to(target)
    with pytest.raises(ArchiveRefused, match="'link' is a link"):
        pack(project, tmp_path / "out", _RELEASE)
    assert not list((tmp_path / "out").glob("*"))


@pytest.mark.parametrize("name", ["MANIFEST.json", "back\\slash"])
def test_a_name_that_cannot_be_packed_is_refused(project: Path, tmp_path: Path, name: str) -> None:
    (project / name).write_text("x")
    with pytest.raises(ArchiveRefused, match="name"):
        pack(project, tmp_path / "out", _RELEASE)


def test_a_pipe_is_refused(project: Path, tmp_path: Path) -> None:
    os.mkfifo(project / "pipe")
    with pytest.raises(ArchiveRefused, match="'pipe' is neither a file nor a folder"):
        pack(project, tmp_path / "out", _RELEASE)


@pytest.mark.parametrize("field", ["name", "version"])
@pytest.mark.parametrize("value", ["../x", "", "a/b", "-x"])
def test_a_release_name_that_is_a_path_is_refused(field: str, value: str) -> None:
    facts = {"name": "n", "version": "1", "commit": "c", "tree": "t", "journal_head": "j", field: value}
    with pytest.raises(ValueError, match=field):
        Release(**facts)


def _repacked(archive: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    with tarfile.open(archive) as tar:
        files = {entry.name: tar.extractfile(entry).read() for entry in tar}  # type: ignore[union-attr]
    change(files)
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.mode = 0o755 if name.endswith(".sh") else 0o644
            tar.addfile(entry, io.BytesIO(content))
    return archive


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda files: files.pop("todo-1.2.0/src/main.py"), "'src/main.py' is missing"),
        (lambda files: files.update({"todo-1.2.0/new": b""}), "'new' is in the archive but not in"),
        (lambda files: files.update({"todo-1.2.0/run.sh": b"x"}), "'run.sh' is not what the manifest says"),
        (lambda files: files.pop("todo-1.2.0/MANIFEST.json"), "has no MANIFEST.json"),
        (lambda files: files.update({"todo-1.2.0/MANIFEST.json": b"{}"}), "is not a manifest"),
        (lambda files: files.update({"other/file": b""}), "second top folder 'other'"),
    ],
)
def test_each_change_to_an_archive_is_named(
    project: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], object], says: str
) -> None:
    archive = _repacked(pack(project, tmp_path / "out", _RELEASE).path, change)
    with pytest.raises(ArchiveBroken, match=says):
        verify(archive)


def test_a_damaged_or_missing_archive_is_broken(project: Path, tmp_path: Path) -> None:
    archive = pack(project, tmp_path / "out", _RELEASE).path
    whole = archive.read_bytes()
    for damaged in (
        whole[:-60],
        whole[: len(whole) // 2],
        b"not gzip",
        b"",
        whole[:40] + b"\0\0\0" + whole[43:],
    ):
        archive.write_bytes(damaged)
        with pytest.raises(ArchiveBroken):
            verify(archive)
    archive.unlink()
    with pytest.raises(ArchiveBroken, match="cannot be read"):
        verify(archive)


def _hostile(path: Path, *entries: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for entry in entries:
            tar.addfile(entry, io.BytesIO(b"\0" * entry.size))
    return path


def _entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", size: int = 0) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname, entry.size = kind, target, size
    return entry


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ([_entry("top/link", tarfile.SYMTYPE, "/etc/passwd")], "no plain file"),
        ([_entry("top/link", tarfile.LNKTYPE, "top/other")], "no plain file"),
        ([_entry("top/null", tarfile.CHRTYPE)], "no plain file"),
        ([_entry("top/pipe", tarfile.FIFOTYPE)], "no plain file"),
        ([_entry("/etc/cron.d/x")], "outside of its folder"),
        ([_entry("top/../../x")], "outside of its folder"),
        ([_entry("top\\..\\x")], "outside of its folder"),
        ([_entry("x")], "outside of the top folder"),
        ([_entry("top/a"), _entry("top/./a")], "comes twice"),
        ([_entry("top/a"), _entry("top/a/b")], "comes twice"),
    ],
)
def test_a_hostile_archive_is_refused(tmp_path: Path, entries: list[tarfile.TarInfo], says: str) -> None:
    archive = _hostile(tmp_path / "x.tar.gz", *entries)
    with pytest.raises(ArchiveRefused, match=says):
        unpack(archive, tmp_path / "into")
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("limits", [UnpackLimits(total_bytes=2_000_000), UnpackLimits(free_bytes=1, ratio=50)])
def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, limits: UnpackLimits) -> None:
    archive = _hostile(tmp_path / "x.tar.gz", _entry("top/a", size=1_500_000), _entry("top/b", size=1_500_000))
    with pytest.raises(ArchiveRefused, match="unpacks to more than"):
        unpack(archive, tmp_path / "into", limits=limits)
    assert not (tmp_path / "into" / "top" / "b").exists()


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    archive = _hostile(tmp_path / "x.tar.gz", *(_entry(f"top/{number}") for number in range(11)))
    with pytest.raises(ArchiveRefused, match="over 10 members"):
        unpack(archive, tmp_path / "into", limits=UnpackLimits(members=10))


def test_a_bomb_in_an_extended_header_is_refused_unread(tmp_path: Path) -> None:
    header = _entry("pax", tarfile.XHDTYPE, size=64 * 1024 * 1024)
    bomb = tmp_path / "x.tar.gz"
    with gzip.open(bomb, "wb", compresslevel=1) as packed:
        packed.write(header.tobuf())
        packed.write(b"\0" * header.size)
    with pytest.raises(ArchiveRefused, match="headers of a size"):
        unpack(bomb, tmp_path / "into")


def test_unpacking_needs_an_empty_folder(project: Path, tmp_path: Path) -> None:
    archive = pack(project, tmp_path / "out", _RELEASE).path
    with pytest.raises(ValueError, match="not empty"):
        unpack(archive, project)
