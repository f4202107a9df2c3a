"""Databases."""

from tests.databases import database_url, engine, postgres_template, postgres_url, sqlite_template

__all__ = ["database_url", "engine", "postgres_template", "postgres_url", "sqlite_template"]
