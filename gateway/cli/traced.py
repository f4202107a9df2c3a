"""The span of a command, where its environment asks for traces."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from baton.runtime.tracing.asked import asking
from gateway.cli.output import Output

PARENT = "TRACEPARENT"
"""The variable by which a caller, such as a step of continuous integration, hands on its own span."""


@contextmanager
def traced_command(output: Output, name: str) -> Iterator[None]:
    """A span around the body, which is sent when that has ended."""
    if asking(os.environ) is None:
        yield
        return
    from baton.runtime.tracing.opening import flush, open_tracing
    from baton.runtime.tracing.spans import span

    open_tracing(os.environ, "baton-cli", output.warn)
    parent = os.environ.get(PARENT)
    try:
        with span(f"starter.py {name}", parent={"traceparent": parent} if parent else None, baton__command=name):
            yield
    finally:
        flush()
