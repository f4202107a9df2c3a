"""The signature: every way to break it is told by its name."""

import base64
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from baton.workshop.keys import KeyRing
from tests.integration.releases.home import HOLDS, Verifier, reseal


def test_a_statement_that_was_changed_is_noticed(verify: Verifier) -> None:
    provenance = verify.released.files.provenance
    envelope = json.loads(provenance.read_bytes())
    payload = base64.b64decode(envelope["payload"]).replace(b"local", b"other")
    provenance.write_text(json.dumps(envelope | {"payload": base64.b64encode(payload).decode()}))
    assert verify.links() == HOLDS | {"signature": "broken"}
    assert "does not fit" in verify.broken()["signature"]


def test_a_signature_by_a_key_that_nobody_trusts_is_noticed(verify: Verifier, tmp_path: Path) -> None:
    other = KeyRing(tmp_path / "others")
    reseal(verify.released, other, {})
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
    reseal(verify.released, KeyRing(verify.released.home / "keys"), change)
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
    reseal(verify.released, KeyRing(verify.released.home / "keys"), {"predicate": predicate})
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
