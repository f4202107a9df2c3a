import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from baton.runtime.encryption.errors import KeysUnusable
from baton.runtime.encryption.key_file import add_key, promote_key, read_key_file

_NOW = datetime(2026, 4, 1, tzinfo=UTC)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="files have no modes here")


def test_keys_are_added_behind_and_promoted_to_the_front(tmp_path: Path) -> None:
    file = tmp_path / "below" / "keys"
    first, second = add_key(file, _NOW), add_key(file, _NOW)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_key_file(file).keys == (first, second)
    assert promote_key(file, second.id) == second
    assert read_key_file(file).keys == (second, first)
    assert [path.name for path in file.parent.iterdir()] == ["keys"]


def test_a_file_keeps_its_mode_and_a_link_leads_to_it_still(tmp_path: Path) -> None:
    file, link = tmp_path / "keys", tmp_path / "link"
    add_key(file, _NOW)
    file.chmod(0o640)
    link.symlink_to(file)
    add_key(link, _NOW)
    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert len(read_key_file(link).keys) == 2


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o660, 0o602, 0o777])
def test_a_file_that_others_can_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "keys"
    add_key(file, _NOW)
    file.chmod(mode)
    with pytest.raises(KeysUnusable, match=rf"open to others \(mode 0{mode:o}\).*chmod 600"):
        read_key_file(file)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "holds no key"),
        (b"\xff\xfe", "is no text"),
        (b"#" * 70_000, "more than"),
        (b"nonsense", "line 1 is no key"),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "keys"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(KeysUnusable, match=told):
        read_key_file(file)


def test_what_is_not_there_is_refused_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(KeysUnusable, match=r"No such file.*encryption new"):
        read_key_file(tmp_path / "none")
    with pytest.raises(KeysUnusable, match=r"is no file|Is a directory"):
        read_key_file(tmp_path)
    file = tmp_path / "keys"
    key = add_key(file, _NOW)
    with pytest.raises(KeysUnusable, match=f"no key 'other'.*'{key.id}'"):
        promote_key(file, "other")
