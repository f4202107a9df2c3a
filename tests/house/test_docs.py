"""The docs say everything that a user can meet: states, kinds, fields, codes, keys, columns."""

import dataclasses
import re
import subprocess
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from baton.contracts import errors
from baton.contracts.names import BUILDS_QUEUE, NOTICES_QUEUE, SEARCH_ATTRIBUTES, role_queue
from baton.contracts.notices import Notice, NoticeActor, NoticeData, NoticeWaiting
from baton.domain.access import COMMANDS_OF
from baton.domain.facts import FACTS
from baton.domain.journal import Entry
from baton.domain.moves import MOVES, OWNERS, MoveKind
from baton.domain.reports import Evidence, Finding, PhaseReport, Question, Usage
from baton.domain.steps import PhaseOrder
from baton.domain.terms import Limits
from baton.domain.view import BuildView
from baton.domain.vocabulary import (
    AccessRole,
    ActorKind,
    CommandName,
    EntryKind,
    LimitName,
    Phase,
    RefusalCode,
    Role,
    State,
    Status,
)
from baton.runners.agents.options import AgentOptions
from baton.runners.catalogue import Profiles
from baton.runners.command import CommandOptions
from baton.runners.launcher import LaunchOptions
from baton.runners.llm.options import CodeWriterOptions
from baton.runners.profile_file import ApprovalSection, ProfileFile, RoleSection
from baton.runners.toolchain.checks import AuditChecks, VerificationChecks
from baton.runners.toolchain.delivery import DeliveryOptions
from baton.runners.toolchain.deployment import DeploymentOptions
from baton.runners.toolchain.testing import AuditOptions
from baton.runners.toolchain.verification import VerificationOptions
from baton.runtime.settings import Settings, variable_of
from baton.store.drift import TABLES
from baton.store.reports.figures import PhaseFigures, ProjectFigures, RoleFigures, WaitFigures
from baton.store.views import VIEWS
from baton.workshop.dilution.item import Rule
from baton.workshop.limits import SandboxPolicy
from gateway.worker.duties import Duty
from tests.installed import declared_runners
from tests.pages import ROOT, Page, page, pages

COMMANDS = page("docs/commands.md")
STATES = page("docs/states-and-journal.md")
PROFILES = page("docs/profiles.md")
RUNNERS = page("docs/runners.md")
REPORTS = page("docs/reports.md")
EVIDENCE = page("docs/evidence.md")
OPERATIONS = page("docs/operations.md")
NOTIFICATIONS = page("docs/notifications.md")


def _unsaid(wanted: Any, place: Page) -> set[str]:
    return {str(word) for word in wanted} - place.words


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (State, STATES),
        (Role, STATES),
        (Phase, STATES),
        (Status, STATES),
        (EntryKind, STATES),
        (LimitName, STATES),
        (ActorKind, COMMANDS),
        (CommandName, COMMANDS),
        (RefusalCode, COMMANDS),
        (SandboxPolicy, PROFILES),
        (Rule, EVIDENCE),
        (Duty, OPERATIONS),
    ],
)
def test_every_word_of_the_vocabulary_is_in_the_docs(words: type[StrEnum], place: Page) -> None:
    assert _unsaid(words, place) == set()


@pytest.mark.parametrize("model", [PhaseReport, Finding, Evidence, Question, Usage, BuildView, Entry])
def test_every_field_that_users_read_or_write_is_in_the_docs(model: type[BaseModel]) -> None:
    assert _unsaid(model.model_fields, STATES) == set()


@pytest.mark.parametrize("model", [Notice, NoticeData, NoticeActor, NoticeWaiting])
def test_every_field_of_a_notice_is_in_the_docs(model: type[BaseModel]) -> None:
    assert _unsaid(model.model_fields, NOTIFICATIONS) == set()


def test_every_field_of_an_order_is_in_the_docs() -> None:
    assert _unsaid(PhaseOrder.model_fields, RUNNERS) == set()


def test_the_table_of_states_names_the_role_that_acts() -> None:
    acting = {state: next(iter(STATES.row(state)[1] & set(Role)), None) for state in State}
    assert acting == {state: OWNERS.get(state) for state in State}


def test_the_table_of_moves_is_the_one_that_builds_obey() -> None:
    table = [row for row in STATES.rows if len(row) == 3 and row[0] <= set(State) and row[1] | row[2] <= {*State}]
    said = {(min(row[0]), there): kind for row in table for kind, cell in _ways(row) for there in cell}
    kinds = (MoveKind.FORWARD, MoveKind.REWORK)
    assert said == {(here.value, there.value): kind for (here, there), kind in MOVES.items() if kind in kinds}


def _ways(row: list[set[str]]) -> list[tuple[MoveKind, set[str]]]:
    return [(MoveKind.FORWARD, row[1]), (MoveKind.REWORK, row[2])]


@pytest.mark.parametrize("kind", EntryKind)
def test_every_kind_of_entry_is_told_with_its_data(kind: EntryKind) -> None:
    assert set(FACTS[kind].model_fields) <= STATES.row(kind)[2]


@pytest.mark.parametrize("name", LimitName)
def test_every_limit_is_told_with_its_default(name: LimitName) -> None:
    default = Limits().maximum(name)
    assert STATES.row(name)[2] == ({"no", "limit"} if default is None else {f"{default:g}"})


def test_every_failure_is_told() -> None:
    codes = {value for name, value in vars(errors).items() if name.isupper() and isinstance(value, str)}
    assert _unsaid(codes | {f"limit_{name}" for name in LimitName}, STATES) == set()


def test_refusals_are_told_with_the_commands_and_nothing_else_is() -> None:
    sections = {name: COMMANDS.section(name) for name in CommandName}
    said = {name: set(re.findall(r"`(\w+)`", text.partition("Refused with:")[2])) for name, text in sections.items()}
    assert all(said.values())
    assert {name: codes - set(RefusalCode) - {*State, "next_state"} for name, codes in said.items()} == {
        name: set() for name in CommandName
    }


def test_every_key_of_a_profile_is_in_the_docs() -> None:
    sections = {
        f"{section}.{key}"
        for section, field in ProfileFile.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        for key in field.annotation.model_fields
    }
    keys = {key for model in (RoleSection, ApprovalSection, CommandOptions) for key in model.model_fields}
    keys |= {key for model in (LaunchOptions, AuditOptions, VerificationOptions) for key in model.model_fields}
    keys |= {f"delivery.{key}" for key in set(DeliveryOptions.model_fields) - set(LaunchOptions.model_fields)}
    keys |= set(DeploymentOptions.model_fields) | set(CodeWriterOptions.model_fields) | set(AgentOptions.model_fields)
    assert _unsaid(sections | keys | {f"roles.{role}" for role in Role}, PROFILES) == set()


@pytest.mark.parametrize(("checks", "own"), [(AuditChecks, AuditOptions), (VerificationChecks, VerificationOptions)])
def test_what_checks_take_besides_the_toolchain_s_options_is_in_the_docs(
    checks: type[BaseModel], own: type[BaseModel]
) -> None:
    assert _unsaid(set(checks.model_fields) - set(own.model_fields), EVIDENCE) == set()


def test_every_shipped_profile_and_runner_is_in_the_docs() -> None:
    assert _unsaid(Profiles(None, declared_runners()).names(), PROFILES) == set()
    assert _unsaid(declared_runners().names(), PROFILES) == set()


def test_the_example_profile_can_be_read(tmp_path: Path) -> None:
    (text,) = [text for text in PROFILES.fenced("toml") if "[roles.q_assistant]" in text]
    (tmp_path / "example.toml").write_text(text)
    assert Profiles(tmp_path, declared_runners()).load("example").terms().minimum_coverage > 0


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_told_with_its_default(field: str) -> None:
    default = Settings.model_fields[field].get_default()
    said = OPERATIONS.row(variable_of(field))[1]
    assert not isinstance(default, str | int | float) or said == {
        f"{default:g}" if isinstance(default, float) else str(default)
    }


def test_variables_in_the_docs_are_read_somewhere() -> None:
    searched = subprocess.run(
        ["git", "grep", "-hoE", r"BATON_[A-Z_]+", "--", "*.py", "*.toml", "*.yml", ".env.example"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    known = {*searched.stdout.split(), *map(variable_of, Settings.model_fields)}
    for place in pages():
        assert set(re.findall(r"BATON_[A-Z]+(?:_[A-Z]+)*", place.text)) - known == set(), place.name


@pytest.mark.parametrize("role", AccessRole)
def test_what_each_role_of_a_token_may_do_is_in_the_docs(role: AccessRole) -> None:
    said = page("docs/gateway.md").row(role)[1] - {"--plays"}
    assert said == ({"everything"} if role is AccessRole.ADMIN else {action.value for action in COMMANDS_OF[role]})


def test_every_variable_of_compose_is_in_the_docs() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert _unsaid({line.partition("=")[0] for line in lines if line and line[0] != "#"}, OPERATIONS) == set()


def test_queues_and_search_attributes_are_in_the_docs() -> None:
    assert _unsaid({BUILDS_QUEUE, NOTICES_QUEUE, *map(role_queue, Role), *SEARCH_ATTRIBUTES}, OPERATIONS) == set()


@pytest.mark.parametrize("table", TABLES.tables)
def test_every_column_and_index_is_in_the_docs(table: str) -> None:
    said = set(re.findall(r"`(\w+)`", REPORTS.section(table)))
    described = TABLES.tables[table]
    assert {column.name for column in described.columns} | {str(index.name) for index in described.indexes} <= said


@pytest.mark.parametrize("view", VIEWS.tables)
def test_every_column_of_a_view_is_in_the_docs(view: str) -> None:
    said = set(re.findall(r"`(\w+)`", REPORTS.section(view)))
    assert {column.name for column in VIEWS.tables[view].columns} <= said


@pytest.mark.parametrize("figures", [ProjectFigures, PhaseFigures, RoleFigures, WaitFigures])
def test_every_number_of_a_report_is_explained(figures: type[Any]) -> None:
    said = set(re.findall(r"`(\w+)`", REPORTS.section("What the numbers mean") + REPORTS.section("Views")))
    assert {field.name for field in dataclasses.fields(figures)} <= said


@pytest.mark.parametrize("place", pages(), ids=lambda place: place.name)
def test_links_within_the_house_lead_somewhere(place: Page) -> None:
    for link in place.links:
        path, _, anchor = link.partition("#")
        if "://" in path:
            continue
        target = Page((place.path.parent / path).resolve() if path else place.path)
        assert target.path.exists(), f"{place.name}: {link}"
        assert not anchor or anchor in target.anchors, f"{place.name}: {link}"


@pytest.mark.parametrize("place", pages(), ids=lambda place: place.name)
def test_files_that_are_named_are_there(place: Page) -> None:
    tops = "|".join(path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != ".")
    named = [span for span in place.spans if re.fullmatch(rf"(?:{tops})/[\w./-]*", span)]
    assert [span for span in named if not (ROOT / span).exists() and not (place.path.parent / span).exists()] == []


def test_targets_of_make_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z.]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        word
        for place in pages()
        for text in [*place.spans, *place.fenced("sh")]
        for word in re.findall(r"^make (?:[A-Z]+=\S+ )*([a-z.]+)", text, re.MULTILINE)
    }
    assert named
    assert named - targets == set()


def test_the_map_in_the_readme_has_every_room_of_the_house() -> None:
    committed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    rooms = {path.split("/")[0] for path in committed if "/" in path and path[0] != "."}
    rooms |= {path.split("/")[1] for path in committed if re.match(r"baton/\w+/", path)}
    on_the_map = set(re.findall(r"^ *(\w+)/", page("README.md").section("Map of the house"), re.MULTILINE))
    assert on_the_map == rooms
