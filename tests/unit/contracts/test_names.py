import pytest
from pydantic import ValidationError

from baton.contracts import errors
from baton.contracts.messages import MirrorBatch, PageRequest
from baton.contracts.names import fairness_key, role_queue, workflow_id
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
