"""The docs tell every route of the gateway, with what it takes and returns, and every code that it is refused with."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from baton.runtime.settings import Settings
from baton.store.engine import open_engine
from gateway.access.book import TokenBook
from gateway.web.app import create_app
from gateway.web.site import Site
from gateway.web.temporal import Temporal
from tests.pages import ROOT, page

REST = page("docs/rest.md")
GATEWAY = page("docs/gateway.md")


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the gateway says of itself."""
    home = tmp_path_factory.mktemp("home")
    settings = Settings.from_environment({}, home=home)
    engine = open_engine(settings.database_url)
    site = Site(settings=settings, engine=engine, temporal=Temporal({}), tokens=TokenBook(engine), local_name="ada")
    told: dict[str, Any] = create_app(site).openapi()
    engine.dispose()
    return told


def _operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f"{verb.upper()} {path}": told for path, item in schema["paths"].items() for verb, told in item.items()}


def test_every_route_is_told_and_no_other(schema: dict[str, Any]) -> None:
    said = {span for span in REST.spans if re.match(r"(?:GET|POST) /(?:api|healthz|readyz)\b", span)}
    assert said == set(_operations(schema))


def test_what_routes_take_is_told(schema: dict[str, Any]) -> None:
    for route, told in _operations(schema).items():
        said = _words(route)
        asked = {one["name"] for one in told.get("parameters", []) if one["in"] == "query"}
        assert asked - said == set(), route
        assert _body(schema, told) - said == set(), route


def _words(route: str) -> set[str]:
    """The words set as code in the rows, or under the heading, of a route."""
    lines = [line for line in REST.text.splitlines() if line.startswith("|") and f"`{route}`" in line]
    if f"### `{route}`" in REST.text:
        lines.append(REST.section(f"`{route}`"))
    text = re.sub(r"^```.*?^```", "", "\n".join(lines), flags=re.MULTILINE | re.DOTALL)
    return set(re.findall(r"\w+", " ".join(re.findall(r"`[^`]+`", text))))


def _body(schema: dict[str, Any], told: dict[str, Any]) -> set[str]:
    if "requestBody" not in told:
        return set()
    body = told["requestBody"]["content"]["application/json"]["schema"]
    references = re.findall(r"#/components/schemas/(\w+)", str(body))
    return {name for one in references for name in schema["components"]["schemas"][one]["properties"]}


def test_what_callers_of_the_earlier_interface_get_is_in_the_answers(schema: dict[str, Any]) -> None:
    operations = _operations(schema)
    section = REST.section("For callers of the earlier REST interface")
    rows = re.findall(r"^\| `(\w+ /\S+)` \|.*\|(.*)\|$", section, re.MULTILINE)
    assert len(rows) == 7
    for route, returns in rows:
        answer = operations[route]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
        fields = schema["components"]["schemas"][answer.rsplit("/", 1)[-1]]["properties"]
        assert set(re.findall(r"`(\w+)`", returns)) - {"advance", "request", "handoff_data"} - set(fields) == set(), (
            route
        )


def test_every_code_that_the_gateway_says_is_told() -> None:
    found = subprocess.run(
        ["git", "grep", "-hoE", r"(Problem|_away)\(\s*([0-9]{3}, )?\"[a-z_]+\"", "--", "gateway/web"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    codes = set(re.findall(r'"([a-z_]+)"', found.stdout))
    multiline = re.compile(r'Problem\(\s+\d{3},\s+"([a-z_]+)"')
    for path in Path(ROOT, "gateway/web").rglob("*.py"):
        codes |= set(multiline.findall(path.read_text(encoding="utf-8")))
    assert len(codes) > 15
    assert codes - REST.words - GATEWAY.words - {"unexpected"} == set()
