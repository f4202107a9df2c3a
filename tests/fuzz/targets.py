"""The parsers of what comes from outside, each as a function that takes any bytes.

A target returns when the parser takes the bytes or refuses them as its docstring says, and raises otherwise: also when
what was parsed does not hold what everybody relies on.
"""

import json
from collections.abc import Callable

from baton.domain.jsonvalue import canonical
from baton.domain.refusals import Refusal
from baton.domain.reports import parse_report
from baton.runners.failures import RequestUnusable
from baton.runners.profile import read_profile
from baton.runners.profile_errors import InvalidProfile
from baton.runners.toolchain.brief import read_brief
from baton.workshop.coverage_report import read_coverage
from baton.workshop.errors import EvidenceUnreadable
from baton.workshop.junit import read_junit
from baton.workshop.sarif import read_sarif
from gateway import errors
from gateway.asking.asked import asked_in_object, asked_in_text
from tests.installed import declared_runners

_RUNNERS = declared_runners()


def request(data: bytes) -> None:
    """A request in Markdown."""
    text = data.decode(errors="replace")
    asked = asked_in_text(text)
    try:
        brief = read_brief(asked.title or "A title", asked.requirements)
    except RequestUnusable:
        return
    names = [criterion.id for criterion in brief.acceptance_criteria]
    assert len(set(names)) == len(names)
    canonical(brief.model_dump(mode="json"))


def issue(data: bytes) -> None:
    """A request that is an object, or a GitHub issue."""
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        return
    if isinstance(given, dict):
        try:
            asked = asked_in_object(given)
            read_brief(asked.title or "A title", asked.requirements)
        except (RequestUnusable, errors.RequestUnusable):
            return


def profile(data: bytes) -> None:
    """A profile."""
    try:
        read = read_profile("fuzzed", "fuzzed.toml", data, _RUNNERS)
    except InvalidProfile:
        return
    terms = read.terms()
    assert type(terms).model_validate_json(terms.model_dump_json()) == terms


def report(data: bytes) -> None:
    """A role's report, as JSON."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return
    try:
        parsed = parse_report(value)
    except Refusal:
        return
    told = parsed.to_json()
    canonical(told)
    assert parse_report(told) == parsed


def junit(data: bytes) -> None:
    """JUnit XML."""
    try:
        run = read_junit(data)
    except EvidenceUnreadable:
        return
    assert run.failed <= run.tests


def coverage(data: bytes) -> None:
    """Coverage in any of its formats."""
    try:
        measured = read_coverage(data)
    except EvidenceUnreadable:
        return
    assert 0 <= measured.percent <= 100


def sarif(data: bytes) -> None:
    """A scanner's findings, in SARIF."""
    try:
        read_sarif(data)
    except EvidenceUnreadable:
        return


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (request, issue, profile, report, junit, coverage, sarif)
}
"""By name; each has a folder of that name in the corpus."""
