"""Row IDs never change: databases hold them."""

from uuid import UUID

from baton.store.ids import build_key, event_key, handoff_key, lock_number


def test_ids_are_what_they_have_always_been() -> None:
    build = build_key("b-1")

    assert build == UUID("fad73be9-736a-5474-bdb0-77058378c32a")
    assert event_key(build, "a" * 64) == UUID("d20d38d4-9980-5ce9-b5de-ea1a1029d38b")
    assert handoff_key(build, "a" * 64) == UUID("71d30f8d-de78-5053-82a6-6aabc8e2bcf3")


def test_a_lock_number_fits_into_64_bits_with_sign() -> None:
    assert lock_number(UUID(int=2**128 - 1)) == -1
    assert lock_number(UUID(int=2**64 - 1)) == 0
