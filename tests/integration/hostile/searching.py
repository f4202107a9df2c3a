"""Everything that a build leaves behind, as bytes, so that a secret can be looked for in it."""

import gzip
import subprocess
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, MetaData, select
from temporalio.client import Client


def files(home: Path, *, but: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below ``home``: trees, git, reports that were kept, logs, databases, releases, packed or not."""
    for path in home.rglob("*"):
        if path.is_file() and not path.is_symlink() and not path.is_relative_to(but):
            raw = path.read_bytes()
            yield str(path), raw
            yield str(path), str(path).encode()
            if path.suffix == ".gz":
                yield f"{path}, unpacked", gzip.decompress(raw)


def objects(repository: Path) -> Iterator[tuple[str, bytes]]:
    """Every object of a git repository, those that nothing points to included, and all references."""
    for command in (["cat-file", "--batch-all-objects", "--batch"], ["for-each-ref"]):
        ended = subprocess.run(
            ["git", f"--git-dir={repository}", *command], check=True, capture_output=True, timeout=30
        )
        assert ended.stdout
        yield f"git {command[0]}", ended.stdout


def tables(engine: Engine) -> Iterator[tuple[str, bytes]]:
    """Every row of every table, with all its columns."""
    metadata = MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        for name, table in metadata.tables.items():
            for row in connection.execute(select(table)):
                yield f"table {name}", repr(tuple(row)).encode()


async def history(client: Client, workflow_id: str) -> list[tuple[str, bytes]]:
    """Every event of a workflow, with its payloads as they are stored."""
    found = await client.get_workflow_handle(workflow_id).fetch_history()
    return [(f"event {event.event_id}", event.SerializeToString()) for event in found.events]
