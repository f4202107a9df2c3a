"""The page on the mirror says every outcome and field that its commands and exports have."""

from enum import StrEnum

import pytest
from pydantic import BaseModel

from baton.store.proof.differing import DifferenceKind, RowDifference
from gateway.cli.proof_screens import verification_json
from gateway.exporting.document import Artifact, Artifacts, Export, ExportedRun
from gateway.histories.standing import Standing
from gateway.mirroring.judging import BuildCheck, Outcome
from gateway.mirroring.verifying import Verification
from tests.pages import page

MIRROR = page("docs/mirror.md")


@pytest.mark.parametrize("words", [Outcome, Standing, DifferenceKind])
def test_every_word_is_in_the_docs(words: type[StrEnum]) -> None:
    assert {word.value for word in words} - MIRROR.words == set()


@pytest.mark.parametrize("model", [Export, ExportedRun, Artifacts, Artifact])
def test_every_field_of_an_export_is_in_the_docs(model: type[BaseModel]) -> None:
    assert set(model.model_fields) - MIRROR.words == set()


def test_every_field_of_a_verification_is_in_the_docs() -> None:
    found = Verification()
    extra = RowDifference(DifferenceKind.EXTRA, "workflow_events", None, "entry 3")
    found.add(BuildCheck("b-1", Outcome.DRIFT, None, differences=(extra,)))
    document = verification_json(found)
    (check,) = document["builds"]
    (difference,) = check["differences"]
    assert (document.keys() | check.keys() | difference.keys()) - MIRROR.words == set()
