"""Requests as the app gets them."""

from fastapi import Request


def request(method: str = "POST", *, client: str | None = "127.0.0.1", **headers: str) -> Request:
    """A request with ``headers``, whose names are written with underscores."""
    told = {"host": "localhost:8420"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(
        {
            "type": "http",
            "method": method,
            "path": "/api/workflows/birds/start",
            "query_string": b"",
            "scheme": "http",
            "client": None if client is None else (client, 4711),
            "server": ("127.0.0.1", 8420),
            "headers": [(name.lower().encode(), value.encode()) for name, value in told.items()],
        }
    )
