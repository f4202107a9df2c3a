"""Archive, manifest and commit: every way to break them is told by its name."""

import gzip
import hashlib
import json
import shutil
import subprocess
import tarfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest

from tests.integration.releases.home import HOLDS, Released, Verifier


def test_a_flipped_byte_in_the_archive_is_noticed(verify: Verifier) -> None:
    archive = verify.released.files.archive
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    archive.write_bytes(data)
    links = verify.links()
    assert links == {"archive": "broken", "manifest": "broken", "signature": "broken"} | dict.fromkeys(
        ("commit", "journal"), "unchecked"
    )


@pytest.mark.parametrize(("file", "link"), [("checksum", "archive"), ("manifest", "manifest")])
@pytest.mark.parametrize("data", [None, b"{}", b""])
def test_what_lies_beside_the_archive_has_to_fit(verify: Verifier, file: str, link: str, data: bytes | None) -> None:
    path: Path = getattr(verify.released.files, file)
    if data is None:
        path.unlink()
    else:
        path.write_bytes(data)
    assert next(iter(verify.broken())) == link
    assert f"'{path.name}'" in verify.broken()[link]


def test_a_manifest_beside_that_tells_another_story_is_noticed(verify: Verifier) -> None:
    manifest = verify.released.files.manifest
    manifest.write_text(manifest.read_text().replace("1.2.0", "1.2.1"))
    assert "is not the manifest in it" in verify.broken()["manifest"]


def _forged(released: Released, change: bytes) -> None:
    """Another archive with files beside it that all fit: by somebody who knows how it is done."""
    files = released.files
    with tarfile.open(files.archive) as tar:
        members = [(entry, tar.extractfile(entry).read()) for entry in tar]  # type: ignore[union-attr]
    manifest = json.loads(files.manifest.read_bytes())
    told = manifest["files"]["src/adder.py"]
    told["sha256"], told["size"] = hashlib.sha256(change).hexdigest(), len(change)
    inside = (json.dumps(manifest, indent=2, sort_keys=True) + "\n").encode()
    swapped = {"adder-1.2.0/src/adder.py": change, "adder-1.2.0/MANIFEST.json": inside}
    raw = BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for entry, content in members:
            data = swapped.get(entry.name, content)
            entry.size = len(data)
            tar.addfile(entry, BytesIO(data))
    files.archive.write_bytes(gzip.compress(raw.getvalue(), mtime=0))
    files.manifest.write_bytes(inside)
    digest = hashlib.sha256(files.archive.read_bytes()).hexdigest()
    files.checksum.write_text(f"{digest}  {files.archive.name}\n")


def test_another_archive_that_fits_its_own_files_fits_nothing_else(verify: Verifier) -> None:
    _forged(verify.released, b"def add(a, b):\n    return 42\n")
    assert verify.links() == HOLDS | dict.fromkeys(("commit", "journal", "signature"), "broken")
    broken = verify.broken()
    assert "the file 'src/adder.py' is another one in commit" in broken["commit"]
    assert "not this one" in broken["journal"]
    assert "what is signed is another archive" in broken["signature"]


def _blob(released: Released, path: str) -> Path:
    """The file in which git keeps the content of ``path``."""
    commit = json.loads(released.files.manifest.read_bytes())["commit"]
    command = ["git", f"--git-dir={released.repo}", "rev-parse", f"{commit}:{path}"]
    name = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return released.repo / "objects" / name[:2] / name[2:]


def test_a_git_object_that_was_altered_where_it_lies_is_noticed(verify: Verifier) -> None:
    blob = _blob(verify.released, "src/adder.py")
    other = b"def add(a, b):\n    return 42\n"
    blob.chmod(0o644)
    blob.write_bytes(zlib.compress(b"blob %d\0" % len(other) + other))
    assert verify.links() == HOLDS | {"commit": "broken"}


def test_a_git_object_that_is_gone_is_noticed(verify: Verifier) -> None:
    _blob(verify.released, "src/adder.py").unlink()
    assert "cannot be read" in verify.broken()["commit"]


def test_a_repository_without_the_commit_proves_nothing(verify: Verifier, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "other")], check=True)
    assert verify.links("--repo", tmp_path / "other") == HOLDS | {"commit": "broken"}
    assert "has no commit" in verify.broken("--repo", tmp_path / "other")["commit"]


def test_a_commit_of_other_files_in_the_manifest_is_noticed(verify: Verifier, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--branch=build", str(verify.released.repo), str(clone)], check=True)
    (clone / "src" / "adder.py").write_text("x = 1\n")
    git = ["git", "-C", str(clone), "-c", "user.name=ada", "-c", "user.email=ada@localhost"]
    subprocess.run([*git, "commit", "--quiet", "--all", "--message=more"], check=True)
    assert verify.links("--repo", clone) == HOLDS  # the commit is there still, under the other one
    subprocess.run([*git, "commit", "--quiet", "--amend", "--reset-author", "--message=moved"], check=True)
    subprocess.run([*git, "branch", json.loads(verify.released.files.manifest.read_bytes())["commit"]], check=True)
    assert verify.links("--repo", clone) == HOLDS | {"commit": "broken"}  # a branch that is only called like it


def test_without_the_workspace_a_repository_has_to_be_given(verify: Verifier, tmp_path: Path) -> None:
    moved = tmp_path / "moved.git"
    shutil.move(verify.released.repo, moved)
    assert "is not here → give a repository that has the commit: --repo" in verify.broken()["commit"]
    assert verify.links("--repo", moved) == HOLDS
