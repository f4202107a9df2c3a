"""Keep the head and the tail of a stream in bounded memory."""


class Capture:
    """Collects bytes up to `limit`: the first half from the start of the stream, the rest from its end."""

    def __init__(self, limit: int) -> None:
        self._head_room = limit // 2
        self._tail_room = limit - self._head_room
        self._head = bytearray()
        self._tail = bytearray()
        self._seen = 0

    @property
    def truncated(self) -> bool:
        return self._seen > self._head_room + self._tail_room

    def feed(self, chunk: bytes) -> None:
        self._seen += len(chunk)
        room = self._head_room - len(self._head)
        if room > 0:
            self._head += chunk[:room]
            chunk = chunk[room:]
        self._tail += chunk
        # Trimmed only at twice the room, so that a long stream is not copied at every chunk.
        if len(self._tail) > 2 * self._tail_room + 65_536:
            self._trim()

    def getvalue(self) -> bytes:
        """What was kept; when something was dropped, a line in the middle says how much."""
        if not self.truncated:
            return bytes(self._head + self._tail)
        self._trim()
        dropped = self._seen - len(self._head) - len(self._tail)
        return bytes(self._head) + f"\n[… {dropped} bytes left out …]\n".encode() + bytes(self._tail)

    def _trim(self) -> None:
        del self._tail[: max(0, len(self._tail) - self._tail_room)]
