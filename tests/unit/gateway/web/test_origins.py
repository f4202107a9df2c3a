import pytest

from gateway.web.origins import refuse_elsewhere, refuse_other_sites
from gateway.web.problems import Problem
from tests.unit.gateway.web.requests import request


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec_fetch_site": "same-origin", "origin": "http://localhost:8420"},
        {"sec_fetch_site": "none"},
        {"origin": "http://localhost:8420"},
        {"origin": "http://LOCALHOST:8420"},
        {"host": "baton.internal", "origin": "https://baton.example"},
    ],
)
def test_a_page_of_the_gateway_and_a_program_may_change_things(headers: dict[str, str]) -> None:
    refuse_other_sites(request("POST", **headers), "https://baton.example")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site", "origin": "http://localhost:3000"},
        {"sec_fetch_site": "same-origin", "origin": "http://evil.example"},
        {"origin": "http://localhost:3000"},
        {"origin": "null"},
        {"origin": "https://baton.example.evil.example"},
        {"origin": "https://baton.example", "host": ""},
    ],
)
def test_a_page_of_another_site_changes_nothing(method: str, headers: dict[str, str]) -> None:
    with pytest.raises(Problem) as refused:
        refuse_other_sites(request(method, **headers), None)
    assert (refused.value.status, refused.value.code) == (403, "other_site")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_is_not_refused_since_nobody_else_can_read_the_answer(method: str) -> None:
    refuse_other_sites(request(method, sec_fetch_site="cross-site"), None)


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("localhost:8420", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]:8420", "::1"),
        ("LocalHost", "::ffff:127.0.0.1"),
    ],
)
def test_without_tokens_this_machine_is_let_in(host: str, client: str) -> None:
    refuse_elsewhere(request(host=host, client=client))


@pytest.mark.parametrize(
    ("client", "headers", "why"),
    [
        ("127.0.0.1", {"host": "evil.example:8420"}, "'evil.example'"),
        ("127.0.0.1", {"host": ""}, "None"),
        ("127.0.0.1", {"host": "0.0.0.0:8420"}, "0.0.0.0"),
        ("192.168.1.7", {}, "from elsewhere"),
        (None, {}, "from elsewhere"),
        ("127.0.0.1", {"x_forwarded_for": "127.0.0.1"}, "through a proxy"),
        ("127.0.0.1", {"forwarded": "for=10.0.0.1"}, "through a proxy"),
    ],
)
def test_without_tokens_nobody_else_is_let_in(client: str | None, headers: dict[str, str], why: str) -> None:
    with pytest.raises(Problem, match=why) as refused:
        refuse_elsewhere(request(client=client, **headers))
    assert (refused.value.status, refused.value.code) == (403, "only_here")
    assert "token create" in refused.value.detail
