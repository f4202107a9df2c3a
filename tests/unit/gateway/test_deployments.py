"""What the versions of a deployment mean, and what is said about it."""

import pytest

from gateway.deployments.advice import advice_on, found_of, stands_still
from gateway.deployments.versions import Deployment, Standing, Version
from tests.command_line import CommandLine


def _version(name: str, standing: Standing, builds: int = 0, *unserved: str, percent: float = 0.0) -> Version:
    return Version(name, standing, percent, builds, unserved)


def test_a_deployment_whose_versions_are_all_served_and_drained_needs_nothing() -> None:
    versions = (_version("2.0", Standing.CURRENT, 3), _version("1.0", Standing.DRAINED, 0, "baton-builds"))
    assert advice_on(Deployment("baton", versions)) == []


@pytest.mark.parametrize(
    ("version", "said"),
    [
        (
            _version("1.0", Standing.DRAINING, 2),
            "2 of the builds that run end on 1.0. Those that wait for somebody can move: starter.py deployment move",
        ),
        (_version("1.0", Standing.DRAINED), "Nothing runs on 1.0 any more: its workers may be stopped"),
        (
            _version("1.0", Standing.RAMPING, 0, "baton-builds", percent=10),
            "What 1.0 has stands still: start its workers, BATON_DEPLOYMENT_VERSION=1.0 python worker.py --all",
        ),
    ],
)
def test_what_is_to_be_done_about_a_version_is_said(version: Version, said: str) -> None:
    (told,) = advice_on(Deployment("baton", (_version("2.0", Standing.CURRENT), version)))
    assert told.replace("python starter.py", "starter.py").replace("BATON_DEPLOYMENT=baton ", "") == said


def test_a_deployment_without_a_current_version_says_which_to_promote() -> None:
    (said,) = advice_on(Deployment("baton", (_version("1.0", Standing.INACTIVE),)))
    assert said.endswith("python starter.py deployment promote 1.0")


@pytest.mark.parametrize(
    ("version", "still"),
    [
        (_version("1", Standing.CURRENT, 0, "baton-builds"), True),
        (_version("1", Standing.DRAINING, 1, "baton-code-writer"), True),
        (_version("1", Standing.DRAINING, 0, "baton-code-writer"), False),
        (_version("1", Standing.INACTIVE, 0, "baton-builds"), False),
        (_version("1", Standing.DRAINING, 5), False),
    ],
)
def test_work_stands_still_where_it_waits_for_workers_that_are_not_there(version: Version, still: bool) -> None:
    assert stands_still(version) is still


def test_a_ramping_version_tells_its_share() -> None:
    assert found_of(_version("2.0", Standing.RAMPING, percent=12.5)) == ("ramping 12.5 %", "served")


def test_which_deployment_is_meant_has_to_be_said(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BATON_DEPLOYMENT", raising=False)
    said = cli.now("deployment", "show")
    assert said.code == 2
    assert "--deployment NAME, or set BATON_DEPLOYMENT" in said.told
