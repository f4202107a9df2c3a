import pytest

from baton.runtime.redaction import redacted, scrubbed


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:s3cret@db:5432/baton",
        "postgresql+psycopg://ada:s3cret@db/baton",
        "postgresql://ada:a@s3cret@db/baton",
        "postgresql://ada:s3cret/with:all@db/baton",
        "postgresql://us/er:s3cret@db",
        "postgresql:///baton?host=/run&password=s3cret",
        "host=db user=ada password=s3cret",
        "host=db user=ada password='my s3cret'",
        "postgresql://ada:two\nlines s3cret@db",
    ],
)
def test_a_password_is_never_shown(url: str) -> None:
    assert "s3cret" not in redacted(url)


def test_what_is_not_secret_stays_readable() -> None:
    assert redacted("postgresql://ada:pw@db:5432/baton") == "postgresql://ada:***@db:5432/baton"
    assert redacted("sqlite:////var/lib/baton.db") == "sqlite:////var/lib/baton.db"
    assert redacted("postgresql://db:5432/baton") == "postgresql://db:5432/baton"


@pytest.mark.parametrize(
    "text",
    [
        "cannot reach postgresql://ada:s3cret@db/baton, trying again",
        "Authorization: Bearer s3cret.s3cret.s3cret",
        'TEMPORAL_API_KEY=s3cret "x"',
        '{"password": "s3cret", "user": "ada"}',
        "client_secret: s3cret",
    ],
)
def test_running_text_loses_its_secrets(text: str) -> None:
    assert "s3cret" not in scrubbed(text)


def test_ordinary_text_is_left_alone() -> None:
    text = "phase testing used 1200 tokens: see http://localhost:8233/namespaces (mail ada@example.org)"
    assert scrubbed(text) == text
