"""Databases to be lost."""

from tests.databases import database_url, engine, postgres_template, postgres_url, sqlite_template
from tests.integration.doors.conftest import environ

__all__ = ["database_url", "engine", "environ", "postgres_template", "postgres_url", "sqlite_template"]
