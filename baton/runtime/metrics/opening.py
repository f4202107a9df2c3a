"""Metrics, for a process whose settings ask for them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from baton.runtime.core_logs import forward_core_logs
from baton.runtime.metrics import meter
from baton.runtime.ports import LOOPBACK, free_port

if TYPE_CHECKING:
    from baton.runtime.metrics.prometheus import PrometheusMeter

_INSTALL = "pip install 'baton-orchestrator[observe]'"
_opened: list["PrometheusMeter"] = []


def opened() -> "PrometheusMeter | None":
    """The metrics of this process, where it keeps any."""
    return _opened[0] if _opened else None


def open_metrics(variable: str, warn: Callable[[str], None]) -> "PrometheusMeter | None":
    """Begin to count. Where the library is missing ``warn`` is told, and the process goes on without.

    ``variable`` is what asks for it. Called again, it begins anew.
    """
    close_metrics()
    try:
        from baton.runtime.metrics.prometheus import PrometheusMeter
    except ImportError as error:
        warn(f"{variable} asks for metrics, and {error.name} is not installed: {_INSTALL}. Going on without metrics")
        return None
    made = PrometheusMeter()
    meter.install(made)
    _opened.append(made)
    return made


def close_metrics() -> None:
    """Count no more."""
    meter.uninstall()
    _opened.clear()


def open_runtime(variable: str, asked: str | None, warn: Callable[[str], None], *, debug: bool) -> None:
    """Set up Temporal's runtime: its logs go through Python's logging, and where metrics are ``asked`` for, by
    ``variable``, it shows its own beside Baton's.

    Call it once a process, in the door, before the first client or worker: later it raises RuntimeError.
    """
    page = None if asked is None else open_metrics(variable, warn)
    if page is None:
        forward_core_logs(debug=debug)
        return
    # The core serves what it counts at an address of its own, on loopback, for this process to read.
    address = f"{LOOPBACK}:{free_port()}"
    try:
        forward_core_logs(debug=debug, prometheus=address)
    except ValueError as error:  # somebody was quicker to take the port
        warn(f"The metrics of Temporal's SDK cannot be had: {error}. Going on without them; start again to have them")
        forward_core_logs(debug=debug)
    else:
        page.show_sdk(address)


@contextmanager
def served(address: str | None, warn: Callable[[str], None]) -> Iterator[str | None]:
    """Serve the metrics of this process at ``address``, ``host:port``, while the context lasts. Yields the URL.

    Nothing is served without an address or metrics. An address that cannot be had is told to ``warn``: no build waits
    for that.
    """
    page = opened()
    if address is None or page is None:
        yield None
        return
    from prometheus_client import start_http_server

    host, _, port = address.rpartition(":")
    try:
        server, thread = start_http_server(int(port), host.strip("[]"), registry=page.registry)
    except OSError as error:
        warn(f"Metrics cannot be served at {address!r}: {error.strerror or error}. Choose another port or address")
        yield None
        return
    try:
        yield f"http://{host}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
