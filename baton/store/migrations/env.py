"""Run by Alembic for every command, on the connection that :mod:`baton.store.schema` has opened and locked."""

from alembic import context

from baton.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
