import pytest
from temporalio.service import RPCError, RPCStatusCode

from baton.runtime.diagnosis import is_misconfigured, reason_of


def test_an_unknown_report_is_cut_to_one_short_line_without_secrets() -> None:
    reason = reason_of(RuntimeError(f"Failed client connect: password=s3cret {'x' * 1000}\nline two"))
    assert reason.startswith("password=*** xxx")
    assert len(reason) < 310
    assert "line two" not in reason


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(), "no answer in time"),
        (RPCError("nope", RPCStatusCode.UNAUTHENTICATED, b""), "does not accept the credentials"),
        (RPCError("nope", RPCStatusCode.PERMISSION_DENIED, b""), "does not allow this"),
        (RPCError("gone fishing", RPCStatusCode.UNAVAILABLE, b""), "gone fishing"),
        (RuntimeError(), "RuntimeError"),
        (
            RuntimeError("Custom { error: InvalidCertificate(UnknownIssuer) }"),
            "authority that is not trusted",
        ),
        (RuntimeError("InvalidCertificate(NotValidForNameContext { expected: x })"), "for another host name"),
        (RuntimeError("InvalidCertificate(Expired)"), "not accepted"),
        (RuntimeError("ConnectError(H2NotNegotiated)"), "TLS but not gRPC"),
        (RuntimeError("hyper::Error(Io, Custom { kind: BrokenPipe })"), "may want TLS"),
    ],
)
def test_each_failure_has_a_reason(error: Exception, reason: str) -> None:
    assert reason in reason_of(error)


def test_only_what_this_side_was_told_counts_as_misconfigured() -> None:
    assert is_misconfigured(ValueError("invalid target URL: empty host"))
    assert is_misconfigured(RuntimeError("tonic::transport::Error(Transport, PrivateKeyParseError)"))
    assert is_misconfigured(RuntimeError("tonic::transport::Error(Transport, NoCertificatesPresented)"))
    assert not is_misconfigured(RuntimeError("ConnectionRefused"))
