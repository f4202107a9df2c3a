"""The recorded attempts are what the example says: the first is really caught, the second really passes."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import junitparser
import pytest

ATTEMPTS = Path(__file__).parents[3] / "examples" / "wordcount" / "attempts"


@dataclass(frozen=True)
class Checkout:
    """A copy of an attempt, in which tools are run as modules of this Python."""

    folder: Path

    def run(self, *module_and_arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *module_and_arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def tests(self) -> dict[str, bool]:
        """Run the attempt's tests under coverage: name of each test → whether it passed."""
        self.run("coverage", "run", "-m", "pytest", "--junit-xml=junit.xml")
        suites = junitparser.JUnitXml.fromfile(str(self.folder / "junit.xml"))
        return {case.name: case.is_passed for suite in suites for case in suite}


@pytest.fixture
def checkout(tmp_path: Path, request: pytest.FixtureRequest) -> Checkout:
    return Checkout(Path(shutil.copytree(ATTEMPTS / request.param, tmp_path / "checkout")))


@pytest.mark.parametrize("checkout", ["1"], indirect=True)
def test_the_bug_of_the_first_attempt_is_caught_by_its_own_tests(checkout: Checkout) -> None:
    tests = checkout.tests()
    assert len(tests) == 17
    assert {name for name, passed in tests.items() if not passed} == {
        "test_words_used_equally_often_come_in_alphabetical_order",
        "test_top_cuts_equally_used_words_in_alphabetical_order",
    }


@pytest.mark.parametrize("checkout", ["2"], indirect=True)
def test_the_second_attempt_passes_every_test_with_high_coverage(checkout: Checkout) -> None:
    tests = checkout.tests()
    assert len(tests) == 17
    assert all(tests.values())
    assert checkout.run("coverage", "json", "-o", "coverage.json").returncode == 0
    totals = json.loads((checkout.folder / "coverage.json").read_text())["totals"]
    assert totals["percent_covered"] >= 95


@pytest.mark.parametrize("checkout", ["2"], indirect=True)
@pytest.mark.parametrize(
    "scanner",
    [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["bandit", "--quiet", "--recursive", "."]],
    ids=" ".join,
)
def test_the_second_attempt_is_clean(checkout: Checkout, scanner: list[str]) -> None:
    finished = checkout.run(*scanner)
    assert finished.returncode == 0, finished.stdout


@pytest.mark.parametrize("checkout", ["2"], indirect=True)
def test_the_second_attempt_does_what_its_readme_shows(checkout: Checkout) -> None:
    readme = (checkout.folder / "README.md").read_text()
    shown = readme.split("--top 2\n")[1].split("```")[0]
    finished = subprocess.run(
        [sys.executable, "-m", "wordcount", "--top", "2"],
        cwd=checkout.folder / "src",
        input="the cat and the dog",
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert finished.stdout == shown


def test_the_attempts_differ_only_in_the_bug() -> None:
    first, second = (
        {path.relative_to(folder): path.read_text() for path in folder.rglob("*.py")}
        for folder in (ATTEMPTS / "1", ATTEMPTS / "2")
    )
    assert first.keys() == second.keys()
    assert [path.name for path in first if first[path] != second[path]] == ["words.py"]
