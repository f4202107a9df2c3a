"""Server-sent events as a client reads them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2


@dataclass(frozen=True)
class Event:
    """One event; ``data`` is its JSON."""

    name: str
    data: Any
    id: str | None


@contextmanager
def listening(client: httpx2.Client, path: str, last: str | None = None) -> Iterator[Iterator[Event]]:
    """The events of a stream, as they come."""
    headers = {} if last is None else {"Last-Event-ID": last}
    with client.stream("GET", path, headers=headers) as response:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield events(response.iter_lines())


def events(lines: Iterator[str]) -> Iterator[Event]:
    """What ``lines`` tell."""
    fields: dict[str, str] = {}
    for line in lines:
        assert line != ": ping", "no event came"
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "event" in fields:
            yield Event(fields["event"], json.loads(fields["data"]), fields.get("id"))
            fields = {}
