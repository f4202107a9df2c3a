"""The release manager of the toolchain: archives that are packed, proven, signed for and tagged."""

import hashlib
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from baton.domain.reports import PhaseReport
from baton.domain.vocabulary import Phase
from baton.workshop import archive
from baton.workshop.errors import CommitNotFound
from tests.activities.conftest import Bench
from tests.activities.projects import BROKEN, GOOD, QUICK, TOOLCHAIN
from tests.orders import an_order


async def _deployed(bench: Bench, files: dict[str, str], number: int = 6, *, profile: str = TOOLCHAIN) -> PhaseReport:
    bench.profile(release_manager=profile)
    return await bench.perform(an_order(Phase.DEPLOYMENT, commit=await bench.committed(files), number=number))


async def _tagged(bench: Bench) -> str:
    return (await (await bench.workspace())._commit("refs/tags/baton/adder-1")).sha


def _released(bench: Bench) -> list[str]:
    return sorted(path.name for path in (bench.releases / "adder-1").iterdir())


async def test_a_release_is_an_archive_that_can_be_checked(bench: Bench) -> None:
    report = await _deployed(bench, GOOD)
    assert report.deployment_successful is True
    path = bench.releases / "adder-1" / "adder-1.2.0.tar.gz"
    assert report.output["archive"] == str(path)
    assert report.output["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    manifest = archive.verify(path)
    assert (manifest.name, manifest.version, manifest.commit) == ("adder", "1.2.0", report.commit)
    assert manifest.journal_head == "ab" * 32
    assert sorted(manifest.files) == sorted(GOOD)
    (evidence,) = report.evidence
    assert (evidence.name, evidence.counts["passed"]) == ("tests of the release", 2)


async def test_the_commit_is_tagged_and_again_the_same_bytes(bench: Bench) -> None:
    first = await _deployed(bench, GOOD)
    again = await bench.perform(an_order(Phase.DEPLOYMENT, commit=first.commit, number=8))
    assert again.output == first.output
    assert await _tagged(bench) == first.commit


async def test_without_a_project_file_the_build_gives_the_name(bench: Bench) -> None:
    report = await _deployed(bench, {"adder.py": "x = 1\n", "test_adder.py": "def test_x():\n    import adder\n"})
    assert Path(report.output["archive"]).name == f"adder-1-0.0.0+{(report.commit or '')[:7]}.tar.gz"


async def test_a_name_that_is_a_path_is_not_taken(bench: Bench) -> None:
    hostile = {"pyproject.toml": '[project]\nname = "../../evil"\nversion = "1/../2"\n'}
    report = await _deployed(bench, GOOD | hostile)
    assert Path(report.output["archive"]).parent == bench.releases / "adder-1"
    assert Path(report.output["archive"]).name.startswith("adder-1-0.0.0+")


async def test_a_release_whose_tests_fail_is_withdrawn(bench: Bench) -> None:
    report = await _deployed(bench, BROKEN)
    assert report.deployment_successful is False
    assert [finding.evidence for finding in report.findings] == [
        "tests.test_adder::test_one",
        "tests.test_adder::test_two",
    ]
    assert _released(bench) == []


async def test_what_must_not_be_packed_is_a_finding(bench: Bench) -> None:
    report = await _deployed(bench, GOOD | {"MANIFEST.json": "{}"})
    assert (report.deployment_successful, [finding.id for finding in report.findings]) == (False, ["archive"])


async def test_four_files_are_left_and_nothing_else(bench: Bench) -> None:
    report = await _deployed(bench, GOOD, profile=QUICK)
    stem = "adder-1.2.0"
    assert _released(bench) == [
        *(f"{stem}.manifest.json", f"{stem}.provenance.json", f"{stem}.tar.gz", f"{stem}.tar.gz.sha256")
    ]
    assert report.output["provenance"] == str(bench.releases / "adder-1" / f"{stem}.provenance.json")
    assert [path.stem for path in bench.keys.glob("*.pem")] == [report.output["key"]]


async def test_after_rework_the_tag_and_the_folder_are_the_new_releases(bench: Bench) -> None:
    first = await _deployed(bench, GOOD, profile=QUICK)
    newer = GOOD | {"pyproject.toml": '[project]\nname = "adder"\nversion = "1.3.0"\n'}
    second = await _deployed(bench, newer, number=9, profile=QUICK)
    assert (first.deployment_successful, second.deployment_successful) == (True, True)
    assert first.commit != second.commit == await _tagged(bench)
    assert {name.partition("-")[2][:5] for name in _released(bench)} == {"1.3.0"}


async def test_a_release_that_fails_leaves_none_of_an_earlier_one_behind(bench: Bench) -> None:
    await _deployed(bench, GOOD, profile=QUICK)
    assert (await _deployed(bench, BROKEN, number=9)).deployment_successful is False
    assert _released(bench) == []
    with pytest.raises(CommitNotFound):
        await _tagged(bench)


async def test_without_a_key_that_can_sign_nothing_is_released(bench: Bench) -> None:
    await _deployed(bench, GOOD, profile=QUICK)
    (private,) = bench.keys.glob("*.pem")
    private.chmod(0o644)
    with pytest.raises(ApplicationError, match=r"a release cannot be signed: .* chmod 600") as error:
        await _deployed(bench, GOOD, number=9, profile=QUICK)
    assert (error.value.type, error.value.non_retryable) == ("runner_misconfigured", True)


async def test_the_worker_may_have_a_password_for_its_key(bench: Bench) -> None:
    bench.environment = {**bench.environment, "BATON_KEY_PASSWORD": "open sesame"}
    report = await _deployed(bench, GOOD, profile=QUICK)
    (private,) = bench.keys.glob("*.pem")
    assert b"ENCRYPTED" in private.read_bytes()
    assert "sesame" not in report.model_dump_json()


@pytest.mark.parametrize("place", ["keys", "."])
async def test_a_profile_that_shows_the_keys_to_the_sandbox_is_refused(bench: Bench, place: str) -> None:
    bench.keys.mkdir()
    folder = Path(bench.folder, place)
    bench.profile(release_manager=TOOLCHAIN + f'readable = ["{folder}"]\n')
    with pytest.raises(ApplicationError, match="where the keys are that sign releases") as error:
        await bench.perform(an_order(Phase.DEPLOYMENT, commit=await bench.committed(GOOD)))
    assert error.value.type == "runner_misconfigured"


async def test_tests_of_the_release_cannot_see_the_key(bench: Bench) -> None:
    spy = f"import pathlib\n\ndef test_spy():\n    assert not pathlib.Path('{bench.keys}').exists()\n"
    report = await _deployed(bench, GOOD | {"tests/test_spy.py": spy})
    if report.evidence[0].sandbox != "bubblewrap":
        pytest.skip("this machine has no sandbox")
    assert report.deployment_successful is True
