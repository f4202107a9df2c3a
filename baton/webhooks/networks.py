"""Which addresses may be sent to: the whole internet, and those networks of one's own that the operator names.

Who can subscribe must not thereby reach what only the worker can reach: services on its own machine, in its own
network, or the one at 169.254.169.254 from which cloud machines get their keys.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_IPV6_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# What some versions of Python take for global: protocol assignments, relays and tunnels, and examples in documents.
_NOT_PUBLIC = tuple(
    ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


def plain_address(text: str) -> Address:
    """The address; one of IPv4 that comes in an IPv6 one (mapped, or by NAT64) is that of IPv4. Raises ValueError."""
    address = ip_address(text)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could reach it."""
    if isinstance(address, IPv6Address) and address not in _IPV6_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not is_within(address, _NOT_PUBLIC)


def is_within(address: Address, networks: Sequence[Network]) -> bool:
    """Whether it is in one of ``networks``."""
    return any(address in network for network in networks if network.version == address.version)
