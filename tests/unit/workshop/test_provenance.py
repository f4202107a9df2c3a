"""The form of a provenance: the one that its formats describe."""

import json

import pytest

from baton.workshop.errors import SignatureBroken
from baton.workshop.provenance import (
    BuildDefinition,
    Builder,
    Provenance,
    Resource,
    RunDetails,
    Statement,
    read_statement,
    repository_uri,
    without_login,
)

_STATEMENT = Statement(
    subject=(Resource(name="a.tar.gz", digest={"sha256": "ab"}),),
    predicate=Provenance(
        build_definition=BuildDefinition(build_type="urn:x", external_parameters={"n": 0, "none": []}),
        run_details=RunDetails(builder=Builder(id="urn:y")),
    ),
)


def test_fields_have_the_names_of_the_formats_and_empty_ones_are_left_out() -> None:
    assert json.loads(_STATEMENT.to_bytes()) == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "a.tar.gz", "digest": {"sha256": "ab"}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {"buildType": "urn:x", "externalParameters": {"n": 0}},
            "runDetails": {"builder": {"id": "urn:y"}},
        },
    }


def test_a_reader_passes_over_what_it_does_not_know() -> None:
    data = json.loads(_STATEMENT.to_bytes()) | {"later": True}
    data["predicate"]["runDetails"]["metadata"] = {"startedOn": "2026-01-01T00:00:00Z"}
    assert read_statement(json.dumps(data).encode()).subject == _STATEMENT.subject


@pytest.mark.parametrize("change", [{"_type": "other"}, {"predicateType": "other"}, {"subject": []}, {"predicate": {}}])
def test_what_is_no_provenance_is_told(change: dict[str, object]) -> None:
    data = json.loads(_STATEMENT.to_bytes()) | change
    with pytest.raises(SignatureBroken, match="no provenance of a release"):
        read_statement(json.dumps(data).encode())


@pytest.mark.parametrize(
    ("repo", "uri"),
    [
        ("https://example.org/a/b.git", "git+https://example.org/a/b.git"),
        ("https://ada:secret@example.org/b", "git+https://example.org/b"),
        ("ssh://git@example.org/b", "git+ssh://example.org/b"),
        ("git://example.org/b", "git://example.org/b"),
        ("git@example.org:a/b.git", "git+ssh://example.org/a/b.git"),
        ("/srv/my repos/b", "git+file:///srv/my%20repos/b"),
        ("repos/b", None),
        ("./a:b", None),
    ],
)
def test_a_repository_is_named_without_a_login(repo: str, uri: str | None) -> None:
    assert repository_uri(repo) == uri
    assert "secret" not in without_login(repo)
