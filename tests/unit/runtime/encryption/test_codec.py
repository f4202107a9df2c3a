import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.exceptions import ApplicationError

from baton.runtime.encryption.codec import EncryptionCodec
from baton.runtime.encryption.conversion import PLAIN, data_converter
from baton.runtime.encryption.errors import KeyUnknown, PayloadDamaged, PayloadUnreadable
from baton.runtime.encryption.key_ring import Key, KeyRing

_OLD, _NEW = Key("old", b"o" * 32), Key("new", b"n" * 32)
_PAYLOADS = st.builds(
    lambda metadata, data: Payload(metadata=metadata, data=data),
    st.dictionaries(st.text(max_size=9), st.binary(max_size=9), max_size=3),
    st.binary(max_size=300),
)


def _ring(*keys: Key) -> EncryptionCodec:
    return EncryptionCodec(KeyRing(keys))


async def _sealed(data: bytes = b"plain text", codec: EncryptionCodec | None = None) -> Payload:
    plain = Payload(metadata={"encoding": b"binary/plain"}, data=data)
    [sealed] = await (codec or _ring(_NEW)).encode([plain])
    return sealed


@settings(max_examples=50, derandomize=True, deadline=None)
@given(st.lists(_PAYLOADS, max_size=4))
def test_what_is_encrypted_comes_back_as_it_was(payloads: list[Payload]) -> None:
    async def there_and_back() -> list[Payload]:
        return await _ring(_NEW, _OLD).decode(await _ring(_NEW).encode(payloads))

    assert asyncio.run(there_and_back()) == payloads


async def test_an_encrypted_payload_tells_its_key_and_nothing_else() -> None:
    sealed = await _sealed()
    assert dict(sealed.metadata) == {
        "encoding": b"binary/encrypted",
        "encryption-cipher": b"AES-256-GCM",
        "encryption-key-id": b"new",
    }
    assert b"plain" not in sealed.SerializeToString()
    assert (await _sealed()).data != sealed.data


async def test_the_first_key_encrypts_and_every_key_decrypts() -> None:
    before, between, after = _ring(_OLD), _ring(_OLD, _NEW), _ring(_NEW, _OLD)
    for writer in (before, between, after):
        sealed = await _sealed(codec=writer)
        assert sealed.metadata["encryption-key-id"] == (b"new" if writer is after else b"old")
        for reader in (between, after):
            assert (await reader.decode([sealed]))[0].data == b"plain text"


async def test_plain_payloads_pass_with_keys_and_without() -> None:
    plain = Payload(metadata={"encoding": b"json/plain"}, data=b"{}")
    assert await _ring(_NEW).decode([plain]) == [plain]
    assert await _ring().encode([plain]) == await _ring().decode([plain]) == [plain]


async def test_a_payload_of_a_key_that_is_not_here_says_which() -> None:
    with pytest.raises(KeyUnknown, match=r"'new', which this process does not have \(it has 'old'\)"):
        await _ring(_OLD).decode([await _sealed()])
    with pytest.raises(KeyUnknown, match=r"'new', which this process does not have \(it has no keys"):
        await PLAIN.decode([await _sealed()])


@pytest.mark.parametrize("place", [0, 11, 12, 20, -1])
async def test_a_changed_payload_is_not_read(place: int) -> None:
    sealed = await _sealed()
    data = bytearray(sealed.data)
    data[place] ^= 1
    sealed.data = bytes(data)
    with pytest.raises(PayloadDamaged, match="'new' cannot be decrypted"):
        await _ring(_NEW).decode([sealed])


async def test_a_payload_is_not_read_under_the_name_of_another_key_or_cut_or_of_another_cipher() -> None:
    renamed, cut, other = await _sealed(), await _sealed(), await _sealed()
    renamed.metadata["encryption-key-id"] = b"old"
    cut.data = cut.data[:8]
    other.metadata["encryption-cipher"] = b"ROT13"
    same_secret = EncryptionCodec(KeyRing((_NEW, Key("old", _NEW.secret))))
    for payload in (renamed, cut):
        with pytest.raises(PayloadDamaged):
            await same_secret.decode([payload])
    with pytest.raises(PayloadUnreadable, match="'ROT13'"):
        await _ring(_NEW).decode([other])


async def test_the_message_the_trace_and_the_details_of_a_failure_are_encrypted() -> None:
    converter, failure = data_converter(KeyRing((_NEW,))), Failure()
    try:
        raise ApplicationError("the canary sings", {"canary": 1}, type="runner_failed") from ValueError(
            "a canary inside"
        )
    except ApplicationError as error:
        await converter.encode_failure(error, failure)
    assert b"canary" not in failure.SerializeToString()
    assert failure.application_failure_info.type == "runner_failed"
    read = await converter.decode_failure(failure)
    assert isinstance(read, ApplicationError)
    assert (read.message, read.details) == ("the canary sings", ({"canary": 1},))


async def test_a_failure_from_before_there_were_keys_is_read() -> None:
    failure = Failure()
    await PLAIN.encode_failure(ApplicationError("plain"), failure)
    assert failure.message == "plain"
    assert str(await data_converter(KeyRing((_NEW,))).decode_failure(failure)) == "plain"
