"""What has to be right before a worker takes work."""

import logging
from collections.abc import Sequence

from sqlalchemy import Engine
from temporalio.client import Client

from baton.runners.catalogue import Profiles
from baton.runners.profile_errors import InvalidProfile, ProfileError
from baton.runners.registry import Registry
from baton.runtime.search_attributes import ensure_search_attributes
from baton.runtime.settings import Settings, SettingsError
from baton.store import schema
from baton.store.beside import beside
from baton.store.errors import DatabaseUnavailable
from gateway.web_ui import WANTED_SEARCH_ATTRIBUTES

log = logging.getLogger("baton.worker")


def readable_profiles(settings: Settings) -> Profiles:
    """The profiles, each of which was read once. Raises SettingsError and InvalidProfile, which names all problems."""
    folder = settings.profiles
    if folder is not None and not folder.is_dir():
        raise SettingsError(f"The folder of profiles {str(folder)!r} is not there; make it, or name another")
    profiles = Profiles(folder, Registry.installed())
    problems = []
    for name in profiles.names():
        try:
            profiles.load(name)
        except ProfileError as error:
            problems.append(str(error))
    if problems:
        raise InvalidProfile("\n".join(problems))
    return profiles


async def prepare_namespace(client: Client) -> None:
    """Give the namespace the search attributes that builds carry. Raises SearchAttributeError."""
    await ensure_search_attributes(client, WANTED_SEARCH_ATTRIBUTES)


async def check_database(engine: Engine, *, upgrade: bool) -> None:
    """Refuse tables that this version cannot write to; with ``upgrade`` bring them up to date first.

    A database that is away is no reason to stand still: builds go on, and their journals are written when it is back.
    Raises SchemaOutdated.
    """
    try:
        revision = await beside(schema.upgrade if upgrade else schema.require_usable, engine)
    except DatabaseUnavailable as error:
        if upgrade:
            raise
        log.warning("%s. Builds go on meanwhile, and their journals are written as soon as it answers", _capital(error))
        return
    if schema.is_newer(revision):
        log.warning(
            "A later version of Baton has upgraded the database (schema %s). This one goes on writing to it", revision
        )


def _capital(error: Exception) -> str:
    text = str(error)
    return text[:1].upper() + text[1:]


def shown(queues: Sequence[str]) -> str:
    """The names of task queues, for people."""
    return ", ".join(queues)
