"""A bare repository that machines share, served as people serve theirs: by git's own daemon, or over HTTP."""

import base64
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from baton.runtime.ports import free_port
from baton.runtime.processes import kill_tree

_PATIENCE = 30.0


def bare(folder: Path) -> Path:
    """A new bare repository."""
    git(folder.parent, "init", "-q", "--bare", str(folder))
    return folder


def git(folder: Path, *arguments: str) -> str:
    """What git says when a person runs it in ``folder``."""
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@localhost", "-c", "init.defaultBranch=main"]
    ended = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def references(repository: Path) -> dict[str, str]:
    """Its references and where they lead."""
    listed = git(repository, "for-each-ref", "--format=%(refname) %(objectname)")
    return dict(line.split() for line in listed.splitlines())


@contextmanager
def daemon(repository: Path, *, port: int | None = None, writable: bool = True) -> Iterator[str]:
    """``git daemon`` for it on loopback; its address."""
    port = port or free_port()
    program = _program(repository, "git-daemon")
    options = [
        f"--port={port}",
        f"--base-path={repository.parent}",
        "--listen=127.0.0.1",
        "--export-all",
        "--reuseaddr",
    ]
    served = subprocess.Popen(
        [program, *options, *(["--enable=receive-pack"] if writable else [])], stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + _PATIENCE
        while not _answers(port):
            assert served.poll() is None, "git daemon has ended"
            assert time.monotonic() < deadline, "git daemon does not answer"
            time.sleep(0.02)
        yield f"git://127.0.0.1:{port}/{repository.name}"
    finally:
        kill_tree(served.pid)
        served.wait(10)


def _program(repository: Path, name: str) -> Path:
    """One of git's own programs, which some systems pack apart from git."""
    program = Path(git(repository, "--exec-path"), name)
    if not program.exists():
        pytest.skip(f"{name} is not installed on this machine")
    return program


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def over_http(repository: Path, *, user: str, password: str) -> Iterator[str]:
    """``git http-backend`` behind a password; the address without it."""
    program, _ = _program(repository, "git-http-backend"), _program(repository, "git-remote-http")
    wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Says nothing."""

        def _answer(self) -> None:
            if self.headers.get("Authorization") != wanted:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="git"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told = {
                "GIT_PROJECT_ROOT": str(repository.parent), "GIT_HTTP_EXPORT_ALL": "1", "REMOTE_USER": user,
                "REQUEST_METHOD": self.command, "PATH_INFO": path, "QUERY_STRING": query, "PATH": os.environ["PATH"],
                "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            }  # fmt: skip
            ended = subprocess.run([program], input=body, env=told, capture_output=True, timeout=30, check=False)
            head, _, content = ended.stdout.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self.send_response(int(fields.pop("Status", "200").split()[0]))
            for name, value in fields.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/{repository.name}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
