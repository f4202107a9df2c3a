"""The gateway's tokens. What is handed out is shown once and kept nowhere; a row holds its hash."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Engine, and_, or_, select, update

from baton.domain.access import Grant
from baton.domain.vocabulary import AccessRole, Role
from baton.store.tables import ApiToken
from baton.store.transactions import reading, writing

_TOKEN = re.compile(r"baton_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")
_SECRET_BYTES = 32
_USED_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What is known of a token. ``name`` is who its holder is in journals."""

    id: UUID
    name: str
    note: str
    grant: Grant
    token_hash: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None
    last_used_at: datetime | None

    @classmethod
    def of(cls, row: ApiToken) -> Self:
        """What ``row`` says."""
        grant = Grant(
            role=AccessRole(row.role),
            agent_role=None if row.agent_role is None else Role(row.agent_role),
            projects=None if row.projects is None else tuple(row.projects),
        )
        return cls(
            id=row.id,
            name=row.name,
            note=row.note,
            grant=grant,
            token_hash=row.token_hash,
            created_at=row.created_at,
            created_by=row.created_by,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            revoked_by=row.revoked_by,
            last_used_at=row.last_used_at,
        )

    def valid(self, now: datetime) -> bool:
        """Whether it opens anything at ``now``."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class TokensMade:
    """Whether there was ever a token, revoked or expired since or not, and whether one opens anything now."""

    ever: bool
    valid: bool


def create_token(
    engine: Engine,
    *,
    name: str,
    grant: Grant,
    created_by: str,
    now: datetime,
    note: str = "",
    expires_at: datetime | None = None,
) -> tuple[str, TokenRecord]:
    """Make a token; its text, which nobody can get again, and what is kept of it."""
    key, secret = uuid4(), secrets.token_urlsafe(_SECRET_BYTES)
    row = ApiToken(
        id=key,
        name=name,
        note=note,
        role=grant.role.value,
        agent_role=None if grant.agent_role is None else grant.agent_role.value,
        projects=None if grant.projects is None else list(grant.projects),
        token_hash=_digest(secret),
        created_at=now,
        created_by=created_by,
        expires_at=expires_at,
    )
    with writing(engine, lock=key) as session:
        session.add(row)
        session.flush()
        record = TokenRecord.of(row)
    return f"baton_{key.hex}_{secret}", record


def find_token(engine: Engine, text: str) -> TokenRecord | None:
    """The token that ``text`` is, valid or not; ``None`` for one that was never made here."""
    if (parts := _TOKEN.fullmatch(text)) is None:
        return None
    record = get_token(engine, UUID(parts[1]))
    known = record is not None and hmac.compare_digest(record.token_hash, _digest(parts[2]))
    return record if known else None


def get_token(engine: Engine, key: UUID) -> TokenRecord | None:
    """The token of that ID."""
    with reading(engine) as session:
        row = session.get(ApiToken, key)
        return None if row is None else TokenRecord.of(row)


def list_tokens(engine: Engine) -> list[TokenRecord]:
    """All tokens that were ever made, newest first."""
    with reading(engine) as session:
        rows = session.scalars(select(ApiToken).order_by(ApiToken.created_at.desc(), ApiToken.id))
        return [TokenRecord.of(row) for row in rows]


def tokens_made(engine: Engine, now: datetime) -> TokensMade:
    """Whether tokens were made, and whether one of them opens anything at ``now``."""
    with reading(engine) as session:
        ever = session.scalar(select(ApiToken.id).limit(1)) is not None
        valid = ever and session.scalar(select(ApiToken.id).where(_valid(now)).limit(1)) is not None
        return TokensMade(ever=ever, valid=valid)


def revoke_token(engine: Engine, key: UUID, *, by: str, now: datetime) -> TokenRecord | None:
    """Have a token open nothing any more; ``None`` when there is none of that ID. One revoked before stays as it is."""
    with writing(engine, lock=key) as session:
        row = session.get(ApiToken, key)
        if row is None:
            return None
        if row.revoked_at is None:
            row.revoked_at, row.revoked_by = now, by
            session.flush()
        return TokenRecord.of(row)


def note_use(engine: Engine, key: UUID, now: datetime) -> None:
    """Note that a token was used, to the minute: a busy token is not written at each use."""
    long_ago = or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at <= now - _USED_AGAIN)
    with writing(engine, lock=key) as session:
        session.execute(update(ApiToken).where(ApiToken.id == key, long_ago).values(last_used_at=now))


def _valid(now: datetime) -> ColumnElement[bool]:
    return and_(ApiToken.revoked_at.is_(None), or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now))


def _digest(secret: str) -> str:
    # A secret of 256 random bits cannot be guessed, so it needs no slow hash.
    return hashlib.sha256(secret.encode()).hexdigest()
