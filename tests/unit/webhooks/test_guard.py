"""Where nothing is sent, by whatever name or number it is called."""

import socket
from collections.abc import Sequence
from ipaddress import ip_network

import pytest

from baton.webhooks.errors import NotSent, Refused
from baton.webhooks.guard import Resolve, checked_addresses, look_up
from baton.webhooks.networks import is_public, plain_address
from baton.webhooks.target import parse

PRIVATE = [
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",  # from where cloud machines get their keys
    "100.64.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "192.88.99.1",
    "224.0.0.1",
    "239.1.2.3",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


def answering(*addresses: str) -> Resolve:
    async def resolve(_: str, __: int) -> Sequence[str]:
        return addresses

    return resolve


@pytest.mark.parametrize("address", PRIVATE)
async def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="is no public address; to send there, have BATON_WEBHOOK_NETWORKS"):
        await checked_addresses(parse("https://hooks.example/"), (), answering(address))


@pytest.mark.parametrize("address", PUBLIC)
async def test_a_public_address_is_sent_to_as_it_is(address: str) -> None:
    assert await checked_addresses(parse("https://hooks.example/"), (), answering(address)) == (address,)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "0x7f.1", "2130706433", "[::1]", "localhost"])
async def test_a_number_is_an_address_however_it_is_written(host: str) -> None:
    with pytest.raises(Refused, match="is no public address"):
        await checked_addresses(parse(f"https://{host}/"), ())


async def test_one_bad_address_among_good_ones_is_enough() -> None:
    with pytest.raises(Refused, match=r"hooks\.example \(10\.0\.0\.1\)"):
        await checked_addresses(parse("https://hooks.example/"), (), answering("8.8.8.8", "10.0.0.1"))


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "fd00::5"])
async def test_the_operator_s_networks_may_be_sent_to_also_without_encryption_and_on_any_port(address: str) -> None:
    allowed = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]
    for url in ("http://hooks.internal/", "https://hooks.internal:25/", "http://hooks.internal:3000/"):
        assert await checked_addresses(parse(url), allowed, answering(address)) == (address,)
    with pytest.raises(Refused, match="no public address"):
        await checked_addresses(parse("http://hooks.internal/"), allowed, answering("192.168.0.1"))


async def test_on_the_internet_everything_is_encrypted() -> None:
    with pytest.raises(Refused, match="without encryption: use https"):
        await checked_addresses(parse("http://hooks.example/"), (), answering("8.8.8.8"))


@pytest.mark.parametrize("port", [22, 25, 80, 465, 993])
async def test_ports_of_other_services_are_refused(port: int) -> None:
    with pytest.raises(Refused, match=f"port {port} of hooks"):
        await checked_addresses(parse(f"https://hooks.example:{port}/"), (), answering("8.8.8.8"))


async def test_at_most_some_addresses_are_tried() -> None:
    many = [f"8.8.8.{number}" for number in range(1, 200)]
    assert len(await checked_addresses(parse("https://hooks.example/"), (), answering(*many))) == 4


async def test_a_host_without_an_address_is_told() -> None:
    with pytest.raises(NotSent, match="has no address"):
        await checked_addresses(parse("https://hooks.example/"), (), answering())

    async def fail(_: str, __: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(NotSent, match=r"'hooks\.example' cannot be looked up: Name or service not known"):
        await checked_addresses(parse("https://hooks.example/"), (), fail)


async def test_what_the_resolver_says_that_is_no_address_is_refused() -> None:
    with pytest.raises(Refused, match="has 'nonsense' for an address"):
        await checked_addresses(parse("https://hooks.example/"), (), answering("nonsense"))


async def test_the_machine_s_resolver_names_each_address_once() -> None:
    found = await look_up("127.0.0.1", 443)
    assert list(found) == ["127.0.0.1"]


def test_public_and_private_are_told_apart() -> None:
    assert [text for text in PRIVATE if is_public(plain_address(text))] == []
    assert [text for text in PUBLIC if not is_public(plain_address(text))] == []
