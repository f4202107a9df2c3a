"""A release is proven link by link, and every way to break one is told by its name."""

import base64
import gzip
import hashlib
import json
import shutil
import subprocess
import tarfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from baton.domain.journal import Entry, Head, chained
from baton.store.engine import open_engine
from baton.store.reading import journal
from baton.workshop.envelope import seal
from baton.workshop.keys import KeyRing
from tests.command_line import CommandLine
from tests.integration.releases.conftest import Released, Verifier

HOLDS = dict.fromkeys(("archive", "manifest", "commit", "journal", "signature"), "holds")


def _entries(released: Released) -> list[Entry]:
    engine = open_engine(released.database_url)
    try:
        return journal(engine, "adder-1")
    finally:
        engine.dispose()


def _journal_file(released: Released, into: Path, entries: list[Entry] | None = None) -> Path:
    """A file as ``starter.py journal adder-1 --json`` prints it."""
    told = [entry.model_dump(mode="json") for entry in (entries or _entries(released))]
    into.write_text(json.dumps({"build_id": "adder-1", "entries": told, "verified": True}))
    return into


def _in_sql(released: Released, statement: str, **values: object) -> None:
    engine = open_engine(released.database_url)
    with engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount == 1
    engine.dispose()


def _resealed(released: Released, keys: KeyRing, change: dict[str, Any]) -> None:
    """Sign another statement, which differs by ``change`` at its top."""
    envelope = json.loads(released.files.provenance.read_bytes())
    statement = json.loads(base64.b64decode(envelope["payload"])) | change
    released.files.provenance.write_bytes(seal(json.dumps(statement).encode(), keys).data)


def test_a_release_that_nobody_touched_is_proven(verify: Verifier) -> None:
    said = verify()
    assert (said.code, said.json["proven"], said.json["first_broken"]) == (0, True, None)
    assert verify.links() == HOLDS
    found = {link["name"]: link["found"] for link in said.json["links"]}
    assert "2 tests passed on this commit" in found["journal"]
    assert "signed with the current key" in found["signature"]
    assert (said.json["build_id"], said.json["commit"][:12]) == ("adder-1", found["commit"][:12])


def test_people_see_a_mark_for_each_link_and_a_verdict(cli: CommandLine, released: Released) -> None:
    proven = cli.now("verify-release", str(released.files.archive))
    assert (proven.code, proven.out.count("✓"), "Proven: every link holds." in proven.out) == (0, 5, True)
    released.files.provenance.unlink()
    said = cli.now("verify-release", str(released.files.archive))
    assert (said.code, said.out.count("✓"), said.out.count("✗")) == (1, 4, 1)
    assert "there is no 'adder-1.2.0.provenance.json' beside the archive" in said.told
    assert "the first link that does not hold is signature" in said.told


def test_nothing_is_made_where_there_is_nothing(cli: CommandLine, tmp_path: Path) -> None:
    said = cli.now("verify-release", str(tmp_path / "none.tar.gz"), "--json")
    assert (said.code, said.json["first_broken"]) == (1, "archive")
    assert {link["outcome"] for link in said.json["links"][1:]} == {"unchecked"}
    assert not (tmp_path / "home").exists()


# The archive and its manifest


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


# The commit


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


# The journal


def test_an_entry_that_was_edited_in_sql_is_noticed(verify: Verifier) -> None:
    edit = "UPDATE workflow_events SET event_data = replace(event_data, :old, :new) WHERE sequence = :sequence"
    tested = next(one for one in _entries(verify.released) if "tests_run" in str(one.data))
    _in_sql(verify.released, edit, old='"tests_run":2', new='"tests_run":9', sequence=tested.sequence)
    assert verify.links() == HOLDS | {"journal": "broken"}
    assert f"entry {tested.sequence} was changed" in verify.broken()["journal"]


def test_an_entry_that_was_removed_from_sql_is_noticed(verify: Verifier) -> None:
    _in_sql(verify.released, "DELETE FROM workflow_events WHERE sequence = 5")
    assert "entry 5 is missing" in verify.broken()["journal"]


def test_a_row_that_is_no_entry_is_told(verify: Verifier) -> None:
    _in_sql(verify.released, "UPDATE workflow_events SET timestamp = :when WHERE sequence = 5", when="yesterday")
    assert "journal" in verify.broken()


def test_a_journal_that_was_written_anew_does_not_fit_the_manifest(verify: Verifier, tmp_path: Path) -> None:
    head, forged = Head(), []
    for entry in _entries(verify.released):
        data = json.loads(json.dumps(entry.data).replace('"Adder"', '"Subtracter"'))
        forged.append(chained(head, entry.kind, entry.actor, entry.at, data, entry.command_id))
        head = forged[-1].head
    file = _journal_file(verify.released, tmp_path / "forged.json", forged)
    assert verify.links("--journal", file) == HOLDS | {"journal": "broken"}
    assert "does not have before its release" in verify.broken("--journal", file)["journal"]


def test_a_build_that_is_not_complete_has_released_nothing(verify: Verifier, tmp_path: Path) -> None:
    file = _journal_file(verify.released, tmp_path / "cut.json", _entries(verify.released)[:-2])
    assert "is not complete: it is in 'deployment'" in verify.broken("--journal", file)["journal"]


def test_a_journal_without_its_beginning_is_not_enough(verify: Verifier, tmp_path: Path) -> None:
    file = _journal_file(verify.released, tmp_path / "cut.json", _entries(verify.released)[3:])
    assert "entry 1 is missing" in verify.broken("--journal", file)["journal"]


@pytest.mark.parametrize("content", [None, "", "[]", '{"entries": [{}]}', '{"entries": []}'])
def test_a_file_that_holds_no_journal_is_told(verify: Verifier, tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "journal.json"
    if content is not None:
        file.write_text(content)
    assert list(verify.broken("--journal", file)) == ["journal"]


def test_without_a_database_the_journal_has_to_be_given(verify: Verifier, tmp_path: Path) -> None:
    file = _journal_file(verify.released, tmp_path / "journal.json")
    (verify.released.home / "baton.db").unlink()
    assert "is not there → give the journal by file: --journal FILE" in verify.broken()["journal"]
    assert not (verify.released.home / "baton.db").exists()
    assert verify.links("--journal", file) == HOLDS


def test_a_database_that_does_not_know_the_build_is_told(verify: Verifier, cli: CommandLine, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path / 'other.db'}"
    cli.now("db", "upgrade", "--database-url", other)
    assert "no build in" in verify.broken("--database-url", other)["journal"]


# The signature


def test_a_statement_that_was_changed_is_noticed(verify: Verifier) -> None:
    provenance = verify.released.files.provenance
    envelope = json.loads(provenance.read_bytes())
    payload = base64.b64decode(envelope["payload"]).replace(b"local", b"other")
    provenance.write_text(json.dumps(envelope | {"payload": base64.b64encode(payload).decode()}))
    assert verify.links() == HOLDS | {"signature": "broken"}
    assert "does not fit" in verify.broken()["signature"]


def test_a_signature_by_a_key_that_nobody_trusts_is_noticed(verify: Verifier, tmp_path: Path) -> None:
    other = KeyRing(tmp_path / "others")
    _resealed(verify.released, other, {})
    broken = verify.broken()["signature"]
    key, _ = other.signing_key()
    assert f"not trusted here: {key.id} → if you trust that key" in broken
    verify.cli.now("keys", "trust", str(other.folder / f"{key.id}.pub"))
    assert verify.links() == HOLDS


def test_without_any_key_the_keys_are_asked_for(verify: Verifier, tmp_path: Path) -> None:
    shutil.move(verify.released.home / "keys", tmp_path / "keys")
    assert "no key is trusted here → give the public key of the release: --key" in verify.broken()["signature"]
    (public,) = (tmp_path / "keys").glob("*.pub")
    assert verify.links("--key", public) == HOLDS


def test_after_a_rotation_it_is_proven_still_and_after_retiring_no_more(verify: Verifier) -> None:
    signer = json.loads(verify.released.files.provenance.read_bytes())["signatures"][0]["keyid"]
    verify.cli.now("keys", "rotate")
    assert "signed with the past key" in str(verify().json["links"][-1])
    assert verify.links() == HOLDS
    verify.cli.now("keys", "retire", signer[:16])
    assert verify.links() == HOLDS | {"signature": "broken"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"subject": [{"name": "a", "digest": {"sha256": "00"}}]}, "what is signed is another archive: SHA-256 00"),
        ({"predicateType": "https://example.org/other"}, "no provenance of a release"),
    ],
)
def test_a_statement_about_something_else_proves_nothing(verify: Verifier, change: dict[str, Any], told: str) -> None:
    _resealed(verify.released, KeyRing(verify.released.home / "keys"), change)
    assert told in verify.broken()["signature"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (("buildDefinition", "buildType"), "a build of another kind: 'forged'"),
        (("buildDefinition", "externalParameters", "build"), "names the build forged, and it is adder-1"),
        (("buildDefinition", "resolvedDependencies", -1, "digest", "gitCommit"), "names the commit forged"),
        (("runDetails", "byproducts", 0, "digest", "sha256"), "names the journal entry forged"),
    ],
)
def test_a_statement_that_contradicts_another_link_proves_nothing(
    verify: Verifier, path: tuple[Any, ...], told: str
) -> None:
    envelope = json.loads(verify.released.files.provenance.read_bytes())
    predicate = json.loads(base64.b64decode(envelope["payload"]))["predicate"]
    place = predicate
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = "forged"
    _resealed(verify.released, KeyRing(verify.released.home / "keys"), {"predicate": predicate})
    assert verify.links() == HOLDS | {"signature": "broken"}
    assert told in verify.broken()["signature"]


def test_a_broken_key_ring_is_told(verify: Verifier) -> None:
    (public,) = (verify.released.home / "keys").glob("*.pub")
    public.write_text("nothing")
    assert "no public key in PEM form" in verify.broken()["signature"]


@pytest.mark.parametrize("content", [None, "nothing"])
def test_a_key_that_cannot_be_used_is_an_error_of_the_command_line(
    verify: Verifier, tmp_path: Path, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "key.pub").write_text(content)
    said = verify("--key", tmp_path / "key.pub")
    assert (said.code, said.json["error"]["code"]) == (2, "key_unusable")


# Somewhere else


def test_somebody_else_can_prove_it_with_four_files_a_clone_a_journal_and_a_key(
    verify: Verifier, tmp_path: Path
) -> None:
    released, elsewhere = verify.released, tmp_path / "elsewhere"
    elsewhere.mkdir()
    for path in released.files.all:
        shutil.copy(path, elsewhere)
    subprocess.run(["git", "clone", "--quiet", str(released.repo), str(elsewhere / "clone")], check=True)
    _journal_file(released, elsewhere / "journal.json")
    shutil.copy(next((released.home / "keys").glob("*.pub")), elsewhere / "key.pub")
    shutil.rmtree(released.home)
    given = ("--journal", elsewhere / "journal.json", "--repo", elsewhere / "clone", "--key", elsewhere / "key.pub")
    assert verify.links(*given, archive=elsewhere / released.files.archive.name) == HOLDS
    assert not released.home.exists()
