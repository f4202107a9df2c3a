"""What browsers are answered: the way in, what is kept, what is hidden, what is said when something is away."""

import csv
import io
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from baton.domain.vocabulary import AccessRole
from baton.store.engine import open_engine
from gateway.web.pages.assets import asset
from tests.busy.scene import scene, write
from tests.gateways import gateway, token


@dataclass(frozen=True)
class Pages:
    """A gateway with tokens, on a busy mirror."""

    url: str
    keys: dict[str, str]
    open_: ExitStack

    def browser(self, who: str | None = None) -> httpx2.Client:
        """A client that accepts what browsers do, logged in as ``who``."""
        client = self.open_.enter_context(httpx2.Client(base_url=self.url, headers={"Accept": "text/html"}, timeout=30))
        if who is not None:
            answer = client.post("/login", data={"token": self.keys[who], "next": "/inbox"})
            assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
        return client


@pytest.fixture(scope="module")
def pages(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    folder = tmp_path_factory.mktemp("pages")
    shutil.copy(sqlite_template, folder / "baton.db")
    engine = open_engine(f"sqlite:///{folder / 'baton.db'}")
    for told in scene(datetime.now(UTC)):
        write(engine, told)
    keys = {
        "anna": token(engine, AccessRole.ADMIN, name="anna"),
        "lee": token(engine, AccessRole.BUILDER, name="lee", projects=["ledger"]),
    }
    with gateway(folder, f"sqlite:///{folder / 'baton.db'}") as running, ExitStack() as open_:
        yield Pages(running.url, keys, open_)
    engine.dispose()


def test_who_is_not_logged_in_is_led_to_the_way_in_and_back(pages: Pages) -> None:
    answer = pages.browser().get("/builds/rounding?before=3")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Fbuilds%2Frounding%3Fbefore%3D3"


@pytest.mark.parametrize("target", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "x"])
def test_nobody_is_led_elsewhere_after_logging_in(pages: Pages, target: str) -> None:
    answer = pages.browser().post("/login", data={"token": pages.keys["anna"], "next": target})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_token_that_opens_nothing_is_told_so(pages: Pages) -> None:
    answer = pages.browser().post("/login", data={"token": "wrong"})
    assert answer.status_code == 401
    assert "unknown, revoked or expired" in answer.text
    assert "baton_session" not in answer.cookies


def test_logging_out_ends_the_session(pages: Pages) -> None:
    browser = pages.browser("anna")
    assert browser.get("/").status_code == 200
    assert browser.post("/logout").headers["location"] == "/login"
    assert browser.get("/").status_code == 303


def test_another_site_can_neither_log_in_nor_out(pages: Pages) -> None:
    for path in ("/login", "/logout"):
        answer = pages.browser("anna").post(
            path, data={"token": pages.keys["anna"]}, headers={"Origin": "https://elsewhere.example"}
        )
        assert answer.status_code == 403


def test_projects_that_are_not_ones_own_do_not_exist(pages: Pages) -> None:
    lee = pages.browser("lee")
    shown = lee.get("/").text
    assert "ledger-export" in shown
    assert "money-1-4" not in shown
    assert "money-1-4" not in lee.get("/inbox").text
    assert "payments" not in lee.get("/projects").text
    for path in ("/builds/money-1-4", "/builds/money-1-4/entries/1"):
        assert lee.get(path).status_code == 404
    hidden, missing = lee.get("/projects/payments"), lee.get("/projects/never-was")
    assert (hidden.status_code, hidden.text) == (404, missing.text)


def test_files_are_kept_for_ever_under_the_address_of_their_content(pages: Pages) -> None:
    browser = pages.browser()
    answer = browser.get(asset("main.js"))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    old = browser.get("/static/000000000000/main.js")
    assert (old.content, old.headers["cache-control"]) == (answer.content, "no-cache")
    assert browser.get("/static/000000000000/none.js").status_code == 404


def test_a_chart_is_a_table_for_spreadsheets(pages: Pages) -> None:
    answer = pages.browser("anna").get("/projects/payments/charts/rework.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="rework.csv"'
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows == [["from_role", "to_role", "times", "builds"], ["Test Auditor", "Code Writer", "2", "2"]]
    assert pages.browser("anna").get("/projects/payments/charts/none.csv").status_code == 404


def test_a_period_without_builds_is_an_empty_page_and_no_error(pages: Pages) -> None:
    answer = pages.browser("anna").get("/projects/payments?since=2001-01-01&until=2001-01-02")
    assert answer.status_code == 200
    assert "Nothing of this in this period" in answer.text


@pytest.mark.parametrize("query", ["after=nowhere", "after=MjAyNg==", "status=asleep", "waiting=godot", "state=limbo"])
def test_a_query_that_cannot_be_used_is_told_on_a_page(pages: Pages, query: str) -> None:
    answer = pages.browser("anna").get(f"/?{query}")
    assert answer.status_code == 422
    assert "This cannot be used" in answer.text
