"""A house that is looked at: a real worker and a real gateway of this process, with traces and metrics on; a collector,
and a receiver of webhooks. One for the folder. A build has gone through it."""

import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families
from temporalio.runtime import Runtime, TelemetryConfig

from baton.domain.vocabulary import AccessRole
from baton.runtime.client import environment_for
from baton.runtime.core_logs import sdk_metrics
from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.metrics.opening import close_metrics, open_metrics
from baton.runtime.ports import free_port
from baton.store import schema
from baton.store.engine import open_engine
from baton.store.notices.subscriptions import add_subscription
from baton.webhooks.signing import new_secret
from gateway.standing import metrics as standing_metrics
from gateway.worker.duties import Duty
from tests.collector import Collector, traced
from tests.gateways import Gateway, gateway, token
from tests.played_profile import write_profile
from tests.workers import worker

CANARY = "canary-4f1d-of-the-request"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
BUILD, NOTICES = "seen", 17

Samples = dict[str, list[tuple[dict[str, str], float]]]


@dataclass
class Receiver:
    """Takes webhooks, and keeps their headers."""

    url: str
    headers: list[dict[str, str]] = field(default_factory=list)


@dataclass
class House:
    """What is looked at. ``http`` is a client with a token for everything."""

    collector: Collector
    gateway: Gateway
    http: httpx2.Client
    receiver: Receiver
    metrics_url: str
    bearer: dict[str, str]
    temporal: str
    page: str = ""
    """What the worker showed when the build and its notices were done."""

    def scraped(self) -> str:
        """What the worker shows to Prometheus."""
        return httpx2.get(self.metrics_url).text

    def until(self, build_id: str, **wanted: Any) -> dict[str, Any]:
        """Wait until the build's status says so."""
        deadline = time.monotonic() + 60
        while True:
            found: dict[str, Any] = self.http.get(f"/api/workflows/build-{build_id}/status").json()
            if all(found.get(name) == value for name, value in wanted.items()):
                return found
            assert time.monotonic() < deadline, found
            time.sleep(0.2)


def samples(text: str) -> Samples:
    """The samples of a page, by name."""
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            found.setdefault(one.name, []).append((one.labels, one.value))
    return found


@pytest.fixture(scope="package")
def collector() -> Iterator[Collector]:
    with traced() as listening:
        yield listening


@pytest.fixture(scope="package")
def receiver() -> Iterator[Receiver]:
    taken: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            taken.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.05}).start()
    yield Receiver(f"http://127.0.0.1:{server.server_port}/", taken)
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="package")
def kept_metrics() -> Iterator[None]:
    """The metrics of this process, with those of an SDK that is begun anew."""
    before = Runtime.default()
    address = f"127.0.0.1:{free_port()}"
    told: list[str] = []
    page = open_metrics("BATON_METRICS", told.append)
    assert page is not None, told
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(metrics=sdk_metrics(address))), error_if_already_set=False)
    page.show_sdk(address)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standing_metrics, "EVERY_SECONDS", 1.0)
        yield
    close_metrics()
    Runtime.set_default(before, error_if_already_set=False)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def house_server() -> AsyncIterator[EmbeddedTemporal]:
    """A server of the house's own: its worker polls the queues that other tests use."""
    async with EmbeddedTemporal(ui=False) as server:
        yield server


@pytest.fixture(scope="package")
def house(
    house_server: EmbeddedTemporal,
    collector: Collector,
    receiver: Receiver,
    kept_metrics: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    profiles, marks = folder / "profiles", folder / "marks"
    write_profile(profiles / "seen.toml", Path(__file__).with_name("player.py"), marks)
    url = f"sqlite:///{folder}/mirror.db"
    engine = open_engine(url)
    schema.upgrade(engine)
    add_subscription(engine, "ops", receiver.url, secret=new_secret(), created_by="ada")
    environ = environment_for(house_server.address, {})
    port = free_port()
    with (
        worker(
            folder / "home",
            url,
            environ,
            tuple(Duty),
            profiles=profiles,
            webhook_networks="127.0.0.0/8",
            metrics=f"127.0.0.1:{port}",
        ),
        gateway(folder / "home", url, environ, gateway_metrics="token", profiles=profiles) as answering,
    ):
        bearer = {"Authorization": f"Bearer {token(engine, AccessRole.ADMIN)}"}
        with httpx2.Client(base_url=answering.url, headers=bearer, timeout=30) as http:
            made = House(
                collector, answering, http, receiver, f"http://127.0.0.1:{port}/metrics", bearer, house_server.address
            )
            _carried(made)
            yield made
    engine.dispose()


def _carried(house: House) -> None:
    """Carry a build: asked for by a caller with a trace, sent back once, approved over REST, refused a thing or two."""
    house.gateway.until(lambda: house.http.get("/readyz").status_code == 200)
    _until(lambda: any(value for _, value in samples(house.scraped()).get("baton_queue_pollers", [])))
    asked = {
        "build_id": BUILD,
        "user_id": "ada",
        "title": CANARY,
        "requirements": CANARY,
        "profile": "seen",
    }
    parent = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
    answer = house.http.post("/api/workflows/shop/start", json=asked, headers=parent)
    assert answer.status_code == 200, answer.text
    house.until(BUILD, current_state="handoff_to_releaser", status="waiting")
    refused = house.http.post(f"/api/workflows/build-{BUILD}/resume", json={"reason": CANARY})
    assert refused.status_code == 409, refused.text
    approved = house.http.post(f"/api/workflows/build-{BUILD}/approve", json={"reason": CANARY})
    assert approved.status_code == 200, approved.text
    house.until(BUILD, status="complete")
    _until(lambda: len(house.receiver.headers) >= NOTICES and _delivered(house.scraped()) == NOTICES)
    house.page = house.scraped()


def _until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.5)  # a page takes its time to be read


def _delivered(page: str) -> float:
    attempts = samples(page).get("baton_webhook_attempt_seconds_count", [])
    return sum(count for labels, count in attempts if labels["outcome"] == "delivered")
