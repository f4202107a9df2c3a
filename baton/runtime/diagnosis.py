"""Saying in plain words why a connection to Temporal failed.

Temporal's Rust core reports every failed connection as a RuntimeError that holds a debug print of its types.
"""

from temporalio.service import RPCError, RPCStatusCode

from baton.runtime.redaction import scrubbed

_LONGEST = 300

_CLOSED = "the other side closed the connection: it may want TLS, or a client certificate"

# The first fragment found in the report decides. They are names of error kinds of tonic, hyper, rustls and
# the operating system.
_REASONS = (
    ("ConnectionRefused", "nothing listens there (connection refused)"),
    ("dns error", "the host name cannot be resolved"),
    ("InvalidContentType", "what answers there does not speak TLS, and TLS was asked for"),
    ("UnknownIssuer", "the server's certificate is signed by an authority that is not trusted here"),
    ("NotValidForName", "the server's certificate is for another host name"),
    ("InvalidCertificate", "the server's certificate was not accepted"),
    ("H2NotNegotiated", "what answers there speaks TLS but not gRPC"),
    ("PrivateKeyParseError", "the client's private key cannot be read"),
    ("NoCertificatesPresented", "the client's certificate cannot be read"),
    ("h2 protocol error", "what answers there is not a Temporal server, or it wants TLS"),
    ("BrokenPipe", _CLOSED),
    ("UnexpectedEof", _CLOSED),
    ("ConnectionReset", _CLOSED),
    ("HostUnreachable", "the host cannot be reached"),
    ("NetworkUnreachable", "the network cannot be reached"),
    ("TimedOut", "no answer in time"),
    ("Unauthenticated", "the server does not accept the credentials"),
    ("PermissionDenied", "the server does not allow this to these credentials"),
)

_UNREADABLE = ("PrivateKeyParseError", "NoCertificatesPresented")

_STATUSES = {
    RPCStatusCode.UNAUTHENTICATED: "the server does not accept the credentials",
    RPCStatusCode.PERMISSION_DENIED: "the server does not allow this to these credentials",
    RPCStatusCode.DEADLINE_EXCEEDED: "no answer in time",
    RPCStatusCode.UNIMPLEMENTED: "what answers there is not a Temporal server",
}


def reason_of(error: BaseException) -> str:
    """Why the connection failed: one short line without secrets."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, RPCError) and error.status in _STATUSES:
        return _STATUSES[error.status]
    report = str(error)
    for fragment, reason in _REASONS:
        if fragment in report:
            return reason
    line = scrubbed(report.partition("\n")[0].removeprefix("Failed client connect: ")) or type(error).__name__
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."


def is_misconfigured(error: BaseException) -> bool:
    """Whether trying again cannot help, because what this side was told is unusable."""
    return isinstance(error, ValueError) or any(kind in str(error) for kind in _UNREADABLE)
