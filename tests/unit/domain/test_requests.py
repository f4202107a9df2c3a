from typing import Any

import pytest
from pydantic import ValidationError

from baton.domain.model import describe
from baton.domain.requests import MAX_REQUEST_BYTES
from tests.unit.domain.driver import make_request


def told(**changes: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        make_request(**changes)
    return describe(caught.value)


@pytest.mark.parametrize("build_id", ["a", "b-1", "2026.01", "A_b", "a" * 100])
def test_a_plain_build_id_is_taken(build_id: str) -> None:
    assert make_request(build_id=build_id).build_id == build_id


@pytest.mark.parametrize(
    "build_id",
    [
        "",
        "../x",
        "a/b",
        "a\\b",
        "'; DROP TABLE build_workflows; --",
        "a" * 101,
        "a" * 300,
        "🚀",
        "é",
        "a\n",
        "\na",
        "a\x00",
        ".hidden",
        "-rf",
        "_a",
        "a b",
        "a:b",
    ],
)
def test_a_hostile_build_id_is_refused(build_id: str) -> None:
    assert told(build_id=build_id).startswith("build_id: String should match pattern '^[A-Za-z0-9]")


@pytest.mark.parametrize("field", ["project_id", "user_id", "title", "profile"])
@pytest.mark.parametrize("value", ["", "a\nb", "a\n", "\x00", "\x7f", "n" * 201, "\ud800"])
def test_a_name_is_one_line_of_text(field: str, value: str) -> None:
    assert told(**{field: value}).startswith(f"{field}: ")


@pytest.mark.parametrize("repo", ["", "a\x00b", "a\nb", "r" * 2001])
def test_a_repository_is_one_line_of_text(repo: str) -> None:
    assert told(repo=repo).startswith("repo: String should")


@pytest.mark.parametrize("requirements", ["", "  \n\t ", {}])
def test_an_empty_request_is_refused(requirements: Any) -> None:
    assert told(requirements=requirements).startswith(
        "requirements: the request is empty: say what is to be built (got "
    )


@pytest.mark.parametrize("requirements", [None, 5, [], b"\xff\xfe", ["a"]])
def test_a_request_is_text_or_an_object(requirements: Any) -> None:
    assert "requirements.str: Input should be a valid string" in told(requirements=requirements)


def test_binary_in_a_request_is_made_storable() -> None:
    assert make_request(requirements="\x7fELF\x00\ud800").requirements == "\x7fELF\ufffd\ufffd"


@pytest.mark.parametrize("field", ["requirements", "metadata"])
def test_a_request_of_five_megabytes_is_refused(field: str) -> None:
    message = told(**{field: {"text": "x" * 5_000_000}})
    assert message.startswith(f"{field}: 5,000,011 bytes; at most 262,144 are taken. Put large material into the")


def test_a_request_up_to_the_limit_is_taken() -> None:
    make_request(requirements="x" * (MAX_REQUEST_BYTES - 2))
    assert "262,145 bytes" in told(requirements="x" * (MAX_REQUEST_BYTES - 1))


def test_metadata_that_json_cannot_carry_is_refused() -> None:
    assert told(metadata={"share": float("nan")}).startswith("metadata: metadata.share is nan")


def test_an_unknown_field_is_refused() -> None:
    assert told(priority=1) == "priority: Extra inputs are not permitted (got 1)"


def test_the_differences_of_two_requests_are_the_names_of_their_fields() -> None:
    request = make_request(metadata={"x": 1.0})
    assert request.differences(make_request(metadata={"x": 1})) == []
    other = make_request(title="Another till", metadata={"x": 2}, repo="file:///till")
    assert request.differences(other) == ["title", "repo", "metadata"]


def test_a_request_reads_back_as_it_was() -> None:
    request = make_request(requirements={"goal": "x", "n": 1e22}, metadata={"a": [0.1, None]}, repo="/srv/till")
    assert type(request).model_validate_json(request.model_dump_json()).differences(request) == []
