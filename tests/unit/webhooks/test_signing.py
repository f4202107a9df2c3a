"""Signatures that the convention's own package accepts, and no others."""

import base64
import time
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from baton.webhooks.signing import BadSecret, check_secret, new_secret, signature

BODY = '{"text": "Grüße"}'.encode()


def headers(*keys: str, ago: int = 0) -> dict[str, str]:
    at = int(time.time()) - ago  # receivers look at their clock
    return {
        "webhook-id": "m-1",
        "webhook-timestamp": str(at),
        "webhook-signature": signature(keys, "m-1", at, BODY),
    }


def test_a_receiver_accepts_what_is_signed_with_its_secret() -> None:
    secret = new_secret()
    assert Webhook(secret).verify(BODY, headers(secret)) == {"text": "Grüße"}


def test_the_signature_is_that_of_the_convention() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # of the convention's own example
    body = b'{"test": 2432232314}'
    made = signature([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    at = datetime.fromtimestamp(1614265330, UTC)
    assert made == Webhook(secret).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, body.decode())
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_a_secret_is_changed_either_is_accepted() -> None:
    old, new, other = new_secret(), new_secret(), new_secret()
    both = headers(new, old)
    assert Webhook(old).verify(BODY, both) == Webhook(new).verify(BODY, both)
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(BODY, both)


@pytest.mark.parametrize("changed", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_what_was_changed_on_the_way_is_refused(changed: str) -> None:
    secret = new_secret()
    sent = headers(secret)
    others = {"webhook-id": "m-2", "webhook-timestamp": str(int(sent["webhook-timestamp"]) - 1)}
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, sent | {changed: others.get(changed, "v1,AAAA")})


def test_what_is_old_is_refused() -> None:
    secret = new_secret()
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(secret).verify(BODY, headers(secret, ago=3600))


def test_secrets_are_made_by_the_convention_and_never_twice() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(base64.b64decode(check_secret(one).removeprefix("whsec_"))) for one in made} == {32}


@pytest.mark.parametrize("size", [24, 64])
def test_a_secret_of_ones_own_has_24_to_64_bytes(size: int) -> None:
    secret = "whsec_" + base64.b64encode(b"k" * size).decode()
    assert check_secret(secret) == secret


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whsec_",
        "whsec_c2hvcnQ=",
        "whsec_" + base64.b64encode(b"k" * 65).decode(),
        base64.b64encode(b"k" * 32).decode(),
        "whsec_" + "!" * 44,
        "whsec_" + base64.b64encode(b"k" * 32).decode() + "\nwhsec_x",
        "whsec_" + "ü" * 44,
    ],
)
def test_what_is_no_secret_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(BadSecret) as refused:
        check_secret(text)
    assert len(text) < 10 or text not in str(refused.value)
