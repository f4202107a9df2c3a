from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from baton.domain.access import EVERYTHING, Grant
from baton.domain.vocabulary import AccessRole, Role
from baton.store.tables import ApiToken
from baton.store.tokens import (
    TokenRecord,
    TokensMade,
    create_token,
    find_token,
    get_token,
    list_tokens,
    note_use,
    revoke_token,
    tokens_made,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
NOBODY = UUID(int=7)
AGENT = Grant(role=AccessRole.AGENT, agent_role=Role.CODE_WRITER, projects=("birds", "bees"))


def _create(
    engine: Engine, name: str = "grace", grant: Grant = EVERYTHING, *, expires_at: datetime | None = None
) -> tuple[str, TokenRecord]:
    return create_token(
        engine, name=name, grant=grant, created_by="ada", now=NOW, note="for the night", expires_at=expires_at
    )


def test_a_token_opens_what_it_was_made_for_and_is_found_by_its_text_alone(engine: Engine) -> None:
    text, record = _create(engine, grant=AGENT, expires_at=LATER)
    assert find_token(engine, text) == get_token(engine, record.id) == record
    assert (record.name, record.note, record.created_by, record.grant) == ("grace", "for the night", "ada", AGENT)
    assert (record.created_at, record.expires_at, record.last_used_at) == (NOW, LATER, None)


def test_the_text_of_a_token_is_nowhere_in_the_database(engine: Engine) -> None:
    text, record = _create(engine)
    secret = text.removeprefix(f"baton_{record.id.hex}_")
    assert len(secret) >= 43
    with Session(engine) as session:
        row = session.scalars(select(ApiToken)).one()
        assert secret not in str(vars(row))


def test_what_is_not_exactly_a_token_opens_nothing(engine: Engine) -> None:
    text, record = _create(engine)
    other, _ = _create(engine, "edsger")
    wrong = f"baton_{record.id.hex}_{other[-43:]}"
    for guess in (wrong, text[:-1], text + "A", text.upper(), f" {text}", "", "baton_", "é" * 80):
        assert find_token(engine, guess) is None


def test_a_token_is_valid_until_it_expires_or_is_revoked(engine: Engine) -> None:
    _, record = _create(engine, expires_at=LATER)
    assert record.valid(NOW)
    assert not record.valid(LATER)
    revoked = revoke_token(engine, record.id, by="ada", now=NOW)
    assert revoked is not None
    assert (revoked.revoked_at, revoked.revoked_by) == (NOW, "ada")
    assert not revoked.valid(NOW)


def test_what_was_revoked_stays_as_it_was(engine: Engine) -> None:
    _, record = _create(engine)
    first = revoke_token(engine, record.id, by="ada", now=NOW)
    assert revoke_token(engine, record.id, by="grace", now=LATER) == first
    assert revoke_token(engine, NOBODY, by="ada", now=NOW) is None


def test_tokens_are_listed_newest_first(engine: Engine) -> None:
    _, first = _create(engine, "first")
    _, second = create_token(engine, name="second", grant=EVERYTHING, created_by="ada", now=LATER)
    assert list_tokens(engine) == [second, first]


def test_a_token_that_was_made_is_never_forgotten(engine: Engine) -> None:
    assert tokens_made(engine, NOW) == TokensMade(ever=False, valid=False)
    _, record = _create(engine, expires_at=LATER)
    assert tokens_made(engine, NOW) == TokensMade(ever=True, valid=True)
    assert tokens_made(engine, LATER) == TokensMade(ever=True, valid=False)
    revoke_token(engine, record.id, by="ada", now=NOW)
    assert tokens_made(engine, NOW) == TokensMade(ever=True, valid=False)


def test_the_last_use_is_noted_to_the_minute(engine: Engine) -> None:
    _, record = _create(engine)

    def last_use() -> datetime | None:
        found = get_token(engine, record.id)
        assert found is not None
        return found.last_used_at

    note_use(engine, record.id, NOW)
    note_use(engine, record.id, NOW + timedelta(seconds=30))
    assert last_use() == NOW
    note_use(engine, record.id, LATER)
    assert last_use() == LATER


def test_agents_play_a_role_and_nobody_else_does() -> None:
    for wrong in ({"role": AccessRole.AGENT}, {"role": AccessRole.ADMIN, "agent_role": Role.CODE_WRITER}):
        with pytest.raises(ValidationError, match="names the role that it plays"):
            Grant.model_validate(wrong)
