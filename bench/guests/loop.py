"""How a system in an environment of its own is told what to do: one JSON document a line, and one as the answer.

``{"do": "carry", "name": "a", "count": 3, "in_flight": 2}`` carries builds a-1 to a-3; ``{"do": "wait", ...}`` waits
for the ends of builds that were begun before this process. It ends with its standard input. Standard library only.
"""

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

One = Callable[[str], None]


def serve(carry: One, wait: One | None = None) -> None:
    """Say that this process is ready, then do what is asked for."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print goes to the log
    _answer(answers, {"ready": True})
    for line in sys.stdin:
        order = json.loads(line)
        one = carry if order["do"] == "carry" else wait
        try:
            assert one is not None, f"this system cannot {order['do']}"
            _answer(answers, _all(one, order))
        except Exception as error:
            _answer(answers, {"error": f"{type(error).__name__}: {error}"[:2_000]})


def _all(one: One, order: dict[str, Any]) -> dict[str, Any]:
    seconds: list[float] = []

    def timed(number: int) -> None:
        began = time.perf_counter()
        one(f"{order['name']}-{number}")
        seconds.append(time.perf_counter() - began)

    began = time.perf_counter()
    with ThreadPoolExecutor(order["in_flight"]) as pool:
        for done in pool.map(timed, range(1, order["count"] + 1)):
            assert done is None
    return {"elapsed": time.perf_counter() - began, "builds": seconds}


def _answer(stream: Any, document: dict[str, Any]) -> None:
    with contextlib.suppress(BrokenPipeError):
        stream.write(json.dumps(document) + "\n")
        stream.flush()
