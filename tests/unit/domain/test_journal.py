import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from baton.domain.actors import SYSTEM
from baton.domain.journal import GENESIS, ChainBroken, Entry, Head, chained, verify
from baton.domain.vocabulary import ActorKind, EntryKind, Role, State
from tests.unit.domain import messages
from tests.unit.domain.driver import Driver


def story() -> list[Entry]:
    """A journal with commands, keys, a rework and an end."""
    driver = Driver().until(State.TESTING)
    driver.report(tests_failed=1, findings=["0.1 + 0.2"], usage={"cost_usd": 0.25})
    driver.pass_time(seconds=1)
    driver.send("pause", command_id="k-1", reason="tea")
    driver.send("resume", command_id="k-2")
    return driver.until(State.COMPLETE).entries


JOURNAL = story()


def test_the_journal_of_a_build_is_whole() -> None:
    assert verify(JOURNAL) == JOURNAL[-1].head == Head(sequence=len(JOURNAL), hash=JOURNAL[-1].hash)
    assert JOURNAL[0].prev_hash == GENESIS
    assert all(re.fullmatch("[0-9a-f]{64}", entry.hash) for entry in JOURNAL)


def test_an_empty_journal_ends_where_it_began() -> None:
    assert verify([]) == Head()
    assert verify([], after=JOURNAL[3].head) == JOURNAL[3].head


@given(st.integers(0, len(JOURNAL)))
def test_a_journal_is_verified_in_parts(cut: int) -> None:
    assert verify(JOURNAL[cut:], after=verify(JOURNAL[:cut])) == JOURNAL[-1].head


def _other(value: Any) -> st.SearchStrategy[Any]:
    """Any JSON value but this one."""
    return messages.JSON.filter(lambda other: other != value or type(other) is not type(value))


@st.composite
def edited(draw: st.DrawFn, value: Any) -> Any:
    """``value`` with one thing in it changed, added or taken away, at any depth."""
    if isinstance(value, dict):
        how = draw(st.sampled_from(["add", "take", "edit"] if value else ["add"]))
        if how == "add":
            return value | {draw(st.text(max_size=5).filter(lambda key: key not in value)): draw(messages.JSON)}
        key = draw(st.sampled_from(sorted(value)))
        if how == "take":
            return {name: item for name, item in value.items() if name != key}
        return value | {key: draw(edited(value[key]))}
    if isinstance(value, list) and value:
        index = draw(st.integers(0, len(value) - 1))
        return [*value[:index], draw(edited(value[index])), *value[index + 1 :]]
    return draw(_other(value))


@st.composite
def one_field_changed(draw: st.DrawFn) -> tuple[int, Entry]:
    """The index of an entry, and that entry with a single field changed."""
    index = draw(st.integers(0, len(JOURNAL) - 1))
    entry = JOURNAL[index]
    field = draw(st.sampled_from(sorted(Entry.model_fields)))
    value: Any = None
    match field:
        case "sequence":
            value = draw(st.integers(1, 50).filter(lambda other: other != entry.sequence))
        case "kind":
            value = draw(st.sampled_from(EntryKind).filter(lambda other: other is not entry.kind))
        case "actor":
            part = draw(st.sampled_from(["kind", "id", "role"]))
            others: dict[str, list[Any]] = {
                "kind": list(ActorKind),
                "id": [entry.actor.id + "x", "mallory"],
                "role": [None, *Role],
            }
            present = getattr(entry.actor, part)
            value = entry.actor.model_copy(
                update={part: draw(st.sampled_from([other for other in others[part] if other != present]))}
            )
        case "at":
            value = entry.at + timedelta(microseconds=draw(st.integers(-(10**12), 10**12).filter(bool)))
        case "data":
            value = draw(edited(entry.data))
        case "command_id":
            value = draw((st.none() | st.text(max_size=5)).filter(lambda other: other != entry.command_id))
        case "prev_hash" | "hash":
            value = draw(st.text("0123456789abcdef", min_size=64, max_size=64))
            if value == getattr(entry, field):
                value = GENESIS[:-1] + "1"
    return index, entry.model_copy(update={field: value})


@given(one_field_changed())
def test_any_change_to_one_field_breaks_the_chain(change: tuple[int, Entry]) -> None:
    index, entry = change
    with pytest.raises(ChainBroken) as caught:
        verify([*JOURNAL[:index], entry, *JOURNAL[index + 1 :]])
    assert caught.value.sequence == index + 1


@given(st.integers(0, len(JOURNAL) - 2))
def test_an_entry_taken_out_or_moved_is_missed(index: int) -> None:
    with pytest.raises(ChainBroken, match=f"entry {index + 1} is missing: entry {index + 2} follows {index}"):
        verify([*JOURNAL[:index], *JOURNAL[index + 1 :]])
    with pytest.raises(ChainBroken, match=f"entry {index + 1} is missing"):
        verify([*JOURNAL[:index], JOURNAL[index + 1], JOURNAL[index], *JOURNAL[index + 2 :]])


def test_an_entry_of_another_build_does_not_fit_in() -> None:
    other = Driver()
    other.pass_time(seconds=5)
    other.until(State.HANDOFF_TO_CODER)
    with pytest.raises(ChainBroken, match="entry 3 is not chained to entry 2"):
        verify([*JOURNAL[:2], *other.entries[2:]])


def test_a_forged_entry_is_told_from_a_real_one() -> None:
    forged = JOURNAL[4].model_copy(update={"at": JOURNAL[4].at + timedelta(microseconds=1)})
    with pytest.raises(ChainBroken, match="entry 5 was changed: its content does not have its hash"):
        verify([*JOURNAL[:4], forged])


def test_an_entry_reads_back_as_it_was() -> None:
    again = [Entry.model_validate_json(entry.model_dump_json()) for entry in JOURNAL]
    assert again == JOURNAL
    assert verify(again) == JOURNAL[-1].head


def test_the_same_moment_in_another_zone_has_the_same_hash() -> None:
    at = datetime(2026, 7, 1, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    here = chained(Head(), EntryKind.PAUSED, SYSTEM, at, {})
    assert here == chained(Head(), EntryKind.PAUSED, SYSTEM, at.astimezone(UTC), {})
    assert here.at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused() -> None:
    entry = JOURNAL[0].model_dump()
    with pytest.raises(ValidationError, match="a time without a zone"):
        Entry.model_validate(entry | {"at": datetime(2026, 1, 1)})  # noqa: DTZ001 - that is the point
