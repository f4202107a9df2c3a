"""Addresses of receivers, taken apart as they are sent to."""

import pytest

from baton.webhooks.target import BadTarget, parse


@pytest.mark.parametrize(
    ("text", "host", "port", "authority", "shown"),
    [
        ("https://hooks.example/a?b=c", "hooks.example", 443, "hooks.example", "https://hooks.example/…"),
        ("https://HOOKS.example:443", "hooks.example", 443, "hooks.example", "https://hooks.example/"),
        ("https://hooks.example.:8443/", "hooks.example.", 8443, "hooks.example.:8443", "https://hooks.example.:8443/"),
        ("http://[2001:db8::1]:8080/x", "2001:db8::1", 8080, "[2001:db8::1]:8080", "http://[2001:db8::1]:8080/…"),
        ("https://münchen.example/", "xn--mnchen-3ya.example", 443, "xn--mnchen-3ya.example", None),
        ("https://0x7f.1/", "0x7f.1", 443, "0x7f.1", "https://0x7f.1/"),
        ("http://127。0。0。1/", "127.0.0.1", 80, "127.0.0.1", "http://127.0.0.1/"),
    ],
)
def test_an_address_has_a_host_and_a_port_and_is_shown_without_what_may_be_a_key(
    text: str, host: str, port: int, authority: str, shown: str | None
) -> None:
    target = parse(text)
    assert (target.host, target.port, target.authority) == (host, port, authority)
    assert target.shown == (shown or f"https://{host}/")
    assert "b=c" not in repr(target)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "begins with https://"),
        ("hooks.example/path", "begins with https://"),
        ("ftp://hooks.example/", "begins with https://"),
        ("file:///etc/passwd", "begins with https://"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "begins with https://"),
        ("https://ada@hooks.example/", "no user name or password"),
        ("https://ada:s3cret@hooks.example/", "no user name or password"),
        ("https://hooks.example\\@10.0.0.1/", "without blanks and backslashes"),
        ("https://hooks.example/a b", "without blanks and backslashes"),
        ("https://hooks.example/\r\nX-Injected: 1", "without blanks and backslashes"),
        ("https://hooks.example/\x00", "without blanks and backslashes"),
        ("https://hooks.example/" + "x" * 2000, "at most 2000 characters"),
        ("https://hooks.example/#s3cret", "no fragment"),
        ("https:///path", "names no host"),
        ("https://hooks%2eexample/", "names no host"),
        ("https://[fe80::1%25eth0]/", "names no host"),
        ("https://.example/", "names no host"),
        ("https://hooks.example:0/", "port 0 is none"),
        ("https://hooks.example:99999/", "port 99999 is none"),
        ("https://hooks.example:s3cret/", "cannot be read"),
        ("https://[::1/", "cannot be read"),
        ("https://ⓛocalhost/", "cannot be read"),
        ("https://0177.0.0.1/", "cannot be read"),
    ],
)
def test_what_is_no_address_is_refused_in_a_sentence_that_keeps_secrets(text: str, told: str) -> None:
    with pytest.raises(BadTarget) as refused:
        parse(text)
    assert told in str(refused.value)
    assert "s3cret" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("https://x.example/", True),
        ("https://x.example:8443/", True),
        ("https://x.example:1024/", True),
        ("https://x.example:25/", False),
        ("https://x.example:22/", False),
        ("https://x.example:80/", False),
        ("http://x.example/", True),
    ],
)
def test_ports_of_other_services_are_told_apart(text: str, usual: bool) -> None:
    assert parse(text).usual_port is usual
