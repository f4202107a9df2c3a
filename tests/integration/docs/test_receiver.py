"""The receiver in docs/notifications.md takes what Baton sends, and nothing else."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest

from baton.domain.notices import NoticeFormat
from baton.runtime.ports import free_port
from baton.webhooks.message import Message, compose
from baton.webhooks.ping import ping
from baton.webhooks.sender import Sender
from baton.webhooks.signing import new_secret
from baton.webhooks.target import parse
from tests.pages import page

SECRET = new_secret()


@dataclass(frozen=True)
class Running:
    url: str
    said: Path

    async def take(self, message: Message) -> int:
        sender = Sender([ip_network("127.0.0.1/32")])
        return (await sender.post(parse(self.url), message.headers, message.body)).status


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("receiver")
    (text,) = page("docs/notifications.md").fenced("python", "receiver.py")
    (folder / "receiver.py").write_text(text)
    port = free_port()
    with (folder / "out").open("wb") as out:
        environ = {"WEBHOOK_SECRET": SECRET, "PORT": str(port)}
        program = subprocess.Popen(
            [sys.executable, str(folder / "receiver.py")], env=environ, stdout=out, stderr=subprocess.DEVNULL
        )
    try:
        _wait_for(port)
        yield Running(f"http://127.0.0.1:{port}/", folder / "out")
    finally:
        program.kill()
        program.wait(10)


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            httpx2.get(f"http://127.0.0.1:{port}/", trust_env=False)
        except httpx2.ConnectError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the receiver does not answer")


def message(*secrets: str, key: UUID | None = None, age: int = 0) -> Message:
    return compose(
        ping("docs"),
        message_id=key or uuid4(),
        timestamp=int(time.time()) - age,
        secrets=secrets,
        format=NoticeFormat.STANDARD,
        public_url=None,
    )


async def test_it_takes_what_is_signed_with_its_secret_once(receiver: Running) -> None:
    again = message(SECRET, key=uuid4())
    assert [await receiver.take(again), await receiver.take(again)] == [204, 204]
    assert receiver.said.read_text().count("Baton can reach the receiver of webhook docs.") == 1


async def test_it_takes_what_is_signed_with_two_secrets_of_which_one_is_its_own(receiver: Running) -> None:
    assert await receiver.take(message(new_secret(), SECRET)) == 204


async def test_it_refuses_what_is_forged_changed_or_old(receiver: Running) -> None:
    good = message(SECRET)
    forged = message(new_secret())
    changed = Message(good.headers, good.body.replace(b"docs", b"dogs"))
    renamed = Message(dict(good.headers) | {"webhook-id": "another"}, good.body)
    unsigned = Message({"content-type": "application/json"}, good.body)
    for bad in (forged, changed, renamed, unsigned, message(SECRET, age=600)):
        assert await receiver.take(bad) == 401
