"""Pages of a user's builds in some projects, in a state or of a status, and of builds in a state with a status.

Without them such a page was looked for among all builds of the user, row by row, and a state and a status that go
together in few builds, or in none, among all of the state.
"""

from alembic import op

from baton.store.migrations.versions import r0008_summaries as summaries

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PAGES = {
    # What comes after the key is looked at in the index: a row is read when it is one of the page.
    "user_states_page": ("user_id", "created_at", "build_id", "project_id", "current_state", "status"),
    "state_status_page": ("current_state", "status", "created_at", "build_id"),
}
REPLACED = "user_page"


def upgrade() -> None:
    """To this revision."""
    if op.get_context().dialect.name == "postgresql":
        summaries._drop_unfinished(*PAGES)
    for name, columns in PAGES.items():
        summaries._index(f"ix_{summaries.BUILDS}_{name}", columns, {})
    op.drop_index(op.f(f"ix_{summaries.BUILDS}_{REPLACED}"), summaries.BUILDS)


def downgrade() -> None:
    """Back to 0008."""
    summaries._index(f"ix_{summaries.BUILDS}_{REPLACED}", summaries.PAGES[REPLACED], {})
    for name in reversed(PAGES):
        op.drop_index(op.f(f"ix_{summaries.BUILDS}_{name}"), summaries.BUILDS)
