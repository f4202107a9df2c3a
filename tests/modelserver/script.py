"""The order of turns, and what went otherwise."""

from collections import deque
from threading import Lock

from tests.modelserver.request import Request
from tests.modelserver.turns import Always, Fail, Turn


class Script:
    """Hands out turns in the order in which requests come. Thread-safe."""

    def __init__(self, turns: tuple[Turn | Always, ...]) -> None:
        if any(isinstance(turn, Always) for turn in turns[:-1]):
            raise ValueError("Always has to be the last turn: those behind it are never played")
        self._left = deque(turns)
        self._length = len(turns)
        self._lock = Lock()
        self._faults: list[str] = []

    def next(self, request: Request) -> Turn:
        """The turn for ``request``. Beyond the end it is a failure that says so."""
        with self._lock:
            if self._left and isinstance(self._left[0], Always):
                return self._left[0].turn
            if self._left:
                turn = self._left.popleft()
                assert not isinstance(turn, Always)
                return turn
            said = request.conversation.said[:200]
            results = [result.text[:200] for result in request.conversation.new_results]
            message = (
                f"the script of {self._length} turn(s) is over, and {request.method} {request.path} asks for another;"
                f" the user said last: {said!r}; new tool results: {results!r}"
            )
            self._faults.append(message)
            return Fail(400, message)

    def fault(self, message: str) -> None:
        """Keep something that must not have happened."""
        with self._lock:
            self._faults.append(message)

    def complaints(self) -> list[str]:
        """What speaks against saying that the script was played, no more and no less."""
        with self._lock:
            unplayed = [turn for turn in self._left if not isinstance(turn, Always)]
            if not unplayed:
                return list(self._faults)
            left = f"{len(unplayed)} of {self._length} turn(s) were not asked for; the next is {unplayed[0]!r}"
            return [*self._faults, left]
