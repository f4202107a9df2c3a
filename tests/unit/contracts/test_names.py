from uuid import UUID

import pytest
from pydantic import ValidationError

from baton.contracts import errors
from baton.contracts.messages import MirrorBatch, PageRequest
from baton.contracts.names import (
    build_of,
    fairness_key,
    notices_workflow_id,
    role_of,
    role_queue,
    workflow_id,
)
from baton.domain.vocabulary import RefusalCode, Role


def test_a_role_takes_its_phases_from_a_queue_of_its_own() -> None:
    assert [role_queue(role) for role in Role] == [
        "baton-q-assistant",
        "baton-code-writer",
        "baton-test-auditor",
        "baton-verification-overseer",
        "baton-release-manager",
    ]


def test_a_workflow_is_named_after_its_build() -> None:
    assert workflow_id("b-1") == "build-b-1"


def test_a_workflow_and_a_queue_say_of_which_build_and_role_they_are() -> None:
    key = UUID(int=7)
    assert build_of(workflow_id("b-1")) == build_of(notices_workflow_id(key, "b-1")) == "b-1"
    assert build_of(notices_workflow_id(key, "")) is None
    assert build_of("mirror-check-2026") is None
    assert [role_of(role_queue(role)) for role in Role] == list(Role)
    assert role_of("baton-builds") is None


@pytest.mark.parametrize(
    ("project", "key"), [("shop", "shop"), ("x" * 80, "x" * 64), ("ü" * 40, "ü" * 32), ("x" + "ü" * 40, "x" + "ü" * 31)]
)
def test_a_project_is_told_to_temporal_in_at_most_64_bytes_of_whole_letters(project: str, key: str) -> None:
    assert fairness_key(project) == key


def test_a_failure_does_not_share_its_word_with_a_refusal_of_another_meaning() -> None:
    words = {value for name, value in vars(errors).items() if name.isupper() and isinstance(value, str)}
    assert words & {code.value for code in RefusalCode} == {errors.REPORT_TOO_LARGE}
    assert set(errors.NOT_OPENED) <= words


@pytest.mark.parametrize("page", [{"after": -1}, {"limit": 0}, {"limit": 1001}])
def test_a_page_has_bounds(page: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        PageRequest.model_validate(page)


def test_a_batch_holds_at_least_one_entry() -> None:
    with pytest.raises(ValidationError, match="entries"):
        MirrorBatch(build_id="b-1", workflow_id="build-b-1", first_run_id="run-1", entries=())
