import base64
from datetime import UTC, datetime

import pytest

from baton.runtime.encryption.errors import KeysUnusable, KeyUnknown
from baton.runtime.encryption.key_ring import Key, KeyRing

_SECRET = base64.b64encode(bytes(range(32))).decode()
_NOW = datetime(2026, 4, 1, tzinfo=UTC)


def test_a_new_key_can_be_written_down_and_read_again() -> None:
    key = Key.new(_NOW)
    assert key.id.startswith("20260401-")
    assert Key.parse(key.text(), "here") == key
    assert Key.new(_NOW) != key


def test_keys_stand_between_spaces_lines_and_commas_in_their_order() -> None:
    text = f"# ours\nb:{_SECRET}, c:{_SECRET}  # old\n\n a:{_SECRET}"
    assert KeyRing.parse(text, "here").ids == ("b", "c", "a")
    assert not KeyRing.parse(" # nothing\n", "here")


def test_no_key_is_shown() -> None:
    ring = KeyRing.parse(f"a:{_SECRET}", "here")
    assert _SECRET not in repr(ring)
    assert repr(bytes(range(32))) not in repr(ring)
    assert ring.secrets == (_SECRET,)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (_SECRET, "here, line 1 is no key with an ID"),
        (f"sp ace:{_SECRET}", "is no key with an ID"),
        (f"\n-a:{_SECRET}", "here, line 2 is no key with an ID"),
        ("a:not base64!", "key 'a', is not base64"),
        ("a:" + _SECRET[:-4], "key 'a', is not base64|key 'a', has 3\\d bytes"),
        ("a:c2hvcnQ=", "key 'a', has 5 bytes, and AES-256 takes 32"),
        (f"a:{_SECRET} a:{_SECRET}", "Two encryption keys have the ID 'a'"),
    ],
)
def test_what_is_no_key_is_refused_and_not_quoted(text: str, told: str) -> None:
    with pytest.raises(KeysUnusable, match=told) as refusal:
        KeyRing.parse(text, "here")
    assert _SECRET not in str(refusal.value)
    assert "encryption new" in str(refusal.value) or "give each its own" in str(refusal.value)


def test_a_key_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(KeyUnknown, match=r"the key 'old'.*\(it has 'a'\).*BATON_ENCRYPTION_KEYS"):
        KeyRing.parse(f"a:{_SECRET}", "here").cipher("old")
    with pytest.raises(KeyUnknown, match="it has no keys"):
        KeyRing().cipher("old")
