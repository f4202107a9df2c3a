"""Every error as one message and an exit code."""

from gateway.cli.exit_codes import CommandFailed, ExitCode

UNEXPECTED = "unexpected"
"""The code of an error that nobody foresaw."""


def told(error: Exception) -> CommandFailed:
    """``error`` as the person at the terminal gets it."""
    if isinstance(error, CommandFailed):
        return error
    # Loaded on the way to an error only, so that commands that go well start fast.
    kinds = (_of_gateway, _of_temporal, _of_store, _of_settings, _of_keys, _of_worker, _of_embedded)
    return next(filter(None, (kind(error) for kind in kinds)), None) or _unexpected(error)


def _of_gateway(error: Exception) -> CommandFailed | None:
    from baton.domain.refusals import Refusal
    from baton.domain.vocabulary import RefusalCode
    from gateway.errors import CommandRefused, ExportUnusable, GatewayError, NoWorker, RequestUnusable

    match error:
        case Refusal():
            exit_code = ExitCode.USAGE if error.code is RefusalCode.MALFORMED else ExitCode.FAILED
            return CommandFailed(error.code, _sentence(error), exit_code)
        case CommandRefused():
            return CommandFailed(error.reason, _sentence(error))
        case NoWorker():
            return CommandFailed(error.code, error.message, ExitCode.UNREACHABLE)
        case RequestUnusable() | ExportUnusable():
            return CommandFailed(error.code, error.message, ExitCode.USAGE)
        case GatewayError():
            return CommandFailed(error.code, error.message)
        case _:
            return None


def _of_temporal(error: Exception) -> CommandFailed | None:
    from temporalio.service import RPCError

    from baton.runtime.client import TemporalConnectionError, TemporalMisconfigured
    from baton.runtime.diagnosis import reason_of

    match error:
        case TemporalMisconfigured():
            return CommandFailed("temporal_misconfigured", str(error), ExitCode.USAGE)
        case TemporalConnectionError():
            return CommandFailed("temporal_unavailable", str(error), ExitCode.UNREACHABLE)
        case RPCError():
            return CommandFailed(
                "temporal_unavailable", f"Temporal did not answer: {reason_of(error)}", ExitCode.UNREACHABLE
            )
        case _:
            return None


def _of_store(error: Exception) -> CommandFailed | None:
    from baton.store.errors import DatabaseUnavailable, SchemaOutdated, StoreError, UnsupportedDatabase

    match error:
        case UnsupportedDatabase():
            return CommandFailed("unsupported_database", _sentence(error), ExitCode.USAGE)
        case DatabaseUnavailable():
            return CommandFailed("database_unavailable", _sentence(error), ExitCode.UNREACHABLE)
        case SchemaOutdated():
            return CommandFailed("schema_outdated", _sentence(error))
        case StoreError():
            return CommandFailed("store_failed", _sentence(error))
        case _:
            return None


def _of_settings(error: Exception) -> CommandFailed | None:
    from baton.runtime.settings import SettingsError

    return CommandFailed("bad_settings", str(error), ExitCode.USAGE) if isinstance(error, SettingsError) else None


def _of_keys(error: Exception) -> CommandFailed | None:
    from baton.runtime.encryption.errors import EncryptionError, PayloadUnreadable
    from baton.runtime.storage.errors import (
        KEPT_ELSEWHERE,
        PayloadStoreError,
        StoreAway,
        StoreUnusable,
        is_kept_elsewhere,
    )
    from baton.workshop.errors import KeyUnusable

    if is_kept_elsewhere(error):
        return CommandFailed("payload_unreadable", KEPT_ELSEWHERE)
    match error:
        case PayloadUnreadable():
            return CommandFailed("payload_unreadable", _sentence(error))
        case StoreUnusable():
            return CommandFailed("payload_store_unusable", _sentence(error), ExitCode.USAGE)
        case StoreAway():
            return CommandFailed("payload_store_away", _sentence(error), ExitCode.UNREACHABLE)
        case PayloadStoreError():
            return CommandFailed("payload_unreadable", _sentence(error))
        case EncryptionError():
            return CommandFailed("encryption_keys_unusable", _sentence(error), ExitCode.USAGE)
        case KeyUnusable():
            return CommandFailed("key_unusable", _sentence(error), ExitCode.USAGE)
        case _:
            return None


def _of_worker(error: Exception) -> CommandFailed | None:
    from baton.runners.profile_errors import ProfileError
    from baton.runtime.search_attributes import SearchAttributeError

    match error:
        case ProfileError():
            return CommandFailed("invalid_profile", _sentence(error))
        case SearchAttributeError():
            return CommandFailed("search_attributes", str(error))
        case _:
            return None


def _of_embedded(error: Exception) -> CommandFailed | None:
    from baton.runtime.embedded import EmbeddedTemporalError
    from baton.runtime.ownership import AlreadyRunning
    from gateway.embedded.gateway_process import GatewayFailed
    from gateway.embedded.worker_process import WorkerFailed

    match error:
        case AlreadyRunning():
            return CommandFailed("already_running", str(error))
        case EmbeddedTemporalError():
            return CommandFailed("temporal_not_started", str(error), ExitCode.UNREACHABLE)
        case WorkerFailed():
            return CommandFailed("worker_not_started", str(error))
        case GatewayFailed():
            return CommandFailed("gateway_not_started", str(error))
        case _:
            return None


def _unexpected(error: Exception) -> CommandFailed:
    from baton.runtime.redaction import scrubbed

    message = scrubbed(f"{type(error).__name__}: {error}")[:2000]
    return CommandFailed(UNEXPECTED, f"unexpected {message} (with -v: where it happened)")


def _sentence(error: Exception) -> str:
    message = str(error)
    return message[:1].upper() + message[1:]
