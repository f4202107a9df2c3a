"""Keys: made once, kept close, changed without losing what they signed."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from baton.workshop.errors import KeyUnusable
from baton.workshop.keys import KeyKind, KeyRing, public_key

_PEM, _INFO = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
_ASK = "import sys; from pathlib import Path; from baton.workshop.keys import KeyRing\n"
_ASK += "print(KeyRing(Path(sys.argv[1])).signing_key()[0].id)"


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _somebody_elses() -> bytes:
    return Ed25519PrivateKey.generate().public_key().public_bytes(_PEM, _INFO)


def test_looking_makes_nothing(ring: KeyRing) -> None:
    assert (ring.believed(), ring.current()) == ([], None)
    assert not ring.folder.exists()


def test_the_first_key_is_made_when_it_is_needed_and_stays(ring: KeyRing) -> None:
    key, private = ring.signing_key()
    again, _ = KeyRing(ring.folder).signing_key()
    assert again == key == ring.current()
    assert private.public_key().public_bytes(_PEM, _INFO).decode() == key.pem
    assert (ring.folder / f"{key.id}.pub").read_text() == key.pem


def test_the_private_half_is_the_owners_alone(ring: KeyRing) -> None:
    key, _ = ring.signing_key()
    assert (_mode(ring.folder), _mode(ring.folder / f"{key.id}.pem")) == (0o700, 0o600)
    (ring.folder / f"{key.id}.pem").chmod(0o640)
    with pytest.raises(KeyUnusable, match="can be read by others; run: chmod 600"):
        ring.signing_key()


def test_processes_that_ask_at_once_get_the_same_key(ring: KeyRing) -> None:
    asking = [
        subprocess.Popen([sys.executable, "-c", _ASK, str(ring.folder)], stdout=subprocess.PIPE) for _ in range(4)
    ]
    told = {process.communicate(timeout=60)[0] for process in asking}
    assert told == {f"{ring.signing_key()[0].id}\n".encode()}
    assert len(list(ring.folder.glob("*.pem"))) == 1


def test_a_key_is_called_by_the_digest_of_its_public_half(ring: KeyRing) -> None:
    key, private = ring.signing_key()
    der = private.public_key().public_bytes(serialization.Encoding.DER, _INFO)
    told = subprocess.run(["sha256sum"], input=der, capture_output=True, check=True).stdout
    assert told.split()[0].decode() == key.id


def test_after_a_rotation_the_past_key_is_believed_and_cannot_sign(ring: KeyRing) -> None:
    first, _ = ring.signing_key()
    second = ring.rotate()
    assert [(key.id, key.kind) for key in ring.believed()] == [
        (second.id, KeyKind.CURRENT),
        (first.id, KeyKind.PAST),
    ]
    assert ring.signing_key()[0] == second
    assert [path.stem for path in ring.folder.glob("*.pem")] == [second.id]


def test_somebody_elses_key_is_believed_once_it_is_trusted(ring: KeyRing) -> None:
    other = _somebody_elses()
    trusted = ring.trust(other, "'theirs.pub'")
    assert ring.trust(other, "'theirs.pub'") == trusted
    assert [(key.id, key.kind) for key in ring.believed()] == [(trusted.id, KeyKind.TRUSTED)]
    assert ring.current() is None


def test_ones_own_key_need_not_be_trusted(ring: KeyRing) -> None:
    key, _ = ring.signing_key()
    ring.trust(key.pem.encode(), "'own.pub'")
    assert ring.believed() == [key]


def test_a_retired_key_is_believed_no_more(ring: KeyRing) -> None:
    past, _ = ring.signing_key()
    current = ring.rotate()
    trusted = ring.trust(_somebody_elses(), "'theirs.pub'")
    assert [ring.retire(past.id[:20]).id, ring.retire(trusted.id).id] == [past.id, trusted.id]
    assert ring.believed() == [current]


@pytest.mark.parametrize(("named", "told"), [("", "no key has"), ("zz", "no key has")])
def test_only_a_key_that_is_there_can_be_retired(ring: KeyRing, named: str, told: str) -> None:
    key, _ = ring.signing_key()
    with pytest.raises(KeyUnusable, match=told):
        ring.retire(named)
    with pytest.raises(KeyUnusable, match="is the current one"):
        ring.retire(key.id)


def test_a_password_locks_the_private_half(tmp_path: Path) -> None:
    locked = KeyRing(tmp_path, password="open sesame")
    key, _ = locked.signing_key()
    assert b"ENCRYPTED" in (tmp_path / f"{key.id}.pem").read_bytes()
    assert locked.signing_key()[0] == key
    with pytest.raises(KeyUnusable, match="BATON_KEY_PASSWORD is not set"):
        KeyRing(tmp_path).signing_key()
    with pytest.raises(KeyUnusable, match="is not the one that it was made with") as error:
        KeyRing(tmp_path, password="close sesame").signing_key()
    assert "sesame" not in str(error.value)
    assert KeyRing(tmp_path).believed() == [key]


def test_a_password_that_came_later_is_for_the_next_key(tmp_path: Path) -> None:
    key, _ = KeyRing(tmp_path).signing_key()
    assert KeyRing(tmp_path, password="from now on").signing_key()[0] == key


def _rsa() -> bytes:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key().public_bytes(_PEM, _INFO)


def _private() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: b"", "no public key in PEM form"),
        (lambda: b"\xff\x00 -----BEGIN PUBLIC KEY-----", "no public key in PEM form"),
        (_rsa, "no Ed25519 key"),
        (_private, "holds a private key; give the public one"),
    ],
)
def test_what_is_no_public_key_for_releases_is_refused(make: object, told: str) -> None:
    assert callable(make)
    with pytest.raises(KeyUnusable, match=told):
        public_key(make(), "'key.pub'")


def test_a_ring_that_was_tampered_with_is_told(ring: KeyRing) -> None:
    key, _ = ring.signing_key()
    (ring.folder / f"{key.id}.pub").write_bytes(_somebody_elses())
    with pytest.raises(KeyUnusable, match="not the one that it is named after"):
        ring.believed()
    (ring.folder / f"{key.id}.pem").write_bytes(_private())
    with pytest.raises(KeyUnusable, match="holds another key"):
        ring.signing_key()
    (ring.folder / f"{key.id}.pem").write_text("nothing")
    with pytest.raises(KeyUnusable, match="holds no private key"):
        ring.signing_key()
    (ring.folder / f"{key.id}.pem").unlink()
    with pytest.raises(KeyUnusable, match=r"is missing from .* keys rotate"):
        ring.signing_key()
    (ring.folder / "current").write_text("../../etc/passwd")
    with pytest.raises(KeyUnusable, match="names no key"):
        ring.signing_key()
