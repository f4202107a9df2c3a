import contextlib
import json
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from baton.domain.jsonvalue import MAX_DEPTH, NotJson, canonical, clean

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**299), 10**299)
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(st.characters(exclude_categories=()), max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(ANYTHING)
@example(1e305)
@example(9.999999999999999e299)
@example([-0.0, 5e-324, 1e22, 0.1])
def test_what_is_clean_stays_as_it_is(value: Any) -> None:
    try:
        once = clean(value)
    except NotJson:
        return
    assert clean(once) == once
    text = canonical(once)
    assert json.loads(text) == once
    assert canonical(json.loads(text)) == text
    assert canonical(clean(json.loads(text))) == text


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        (1.0, 1),
        (-0.0, 0),
        (1e22, 10**22),
        (0.1, 0.1),
        (True, True),
        ((1, 2), [1, 2]),
        ("a\x00b", "a\ufffdb"),
        ("\ud83d", "\ufffd"),
        ("🚀", "🚀"),
        ({"\x00": "\udc00"}, {"\ufffd": "\ufffd"}),
    ],
)
def test_a_value_becomes_what_every_store_gives_back(value: Any, cleaned: Any) -> None:
    result = clean(value)
    assert result == cleaned
    assert type(result) is type(cleaned)


def test_an_enum_of_text_is_its_text() -> None:
    class Colour(StrEnum):
        RED = "red"

    assert canonical(clean({"colour": Colour.RED})) == b'{"colour":"red"}'


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("nan"), "x is nan, which JSON cannot carry"),
        ([1, float("-inf")], "x[1] is -inf, which JSON cannot carry"),
        ({"a": {"b": 10**300}}, "x.a.b is an integer of more than 300 digits"),
        (-(10**300), "x is an integer of more than 300 digits"),
        (1e300, "x is an integer of more than 300 digits"),
        (b"bytes", "x is a bytes, not a JSON value"),
        ({1: "a"}, "x has the key 1, which is not text"),
        ({"a": {1, 2}}, "x.a is a set, not a JSON value"),
    ],
)
def test_what_is_not_json_is_refused_and_told_where(value: Any, message: str) -> None:
    with pytest.raises(NotJson) as caught:
        clean(value, where="x")
    assert str(caught.value) == message


def test_huge_integers_up_to_the_bound_are_kept() -> None:
    assert clean(10**300 - 1) == 10**300 - 1


def nested(levels: int) -> Any:
    value: Any = "core"
    for level in range(levels):
        value = [value] if level % 2 else {"in": value}
    return value


def test_nesting_is_bounded_long_before_python_is() -> None:
    clean(nested(MAX_DEPTH))
    for levels in (MAX_DEPTH + 1, 10_000):
        with pytest.raises(NotJson, match="is nested too deep; at most 64 levels are taken"):
            clean(nested(levels))


def test_canonical_bytes_do_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1}) == '{"a":"é","b":1}'.encode()


@given(ANYTHING)
def test_the_value_that_was_given_is_left_alone(value: Any) -> None:
    before = repr(value)
    with contextlib.suppress(NotJson):
        clean(value)
    assert repr(value) == before
