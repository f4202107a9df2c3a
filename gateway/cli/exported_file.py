"""Taking an export that a command was given."""

from pathlib import Path
from typing import TYPE_CHECKING

from gateway.cli.invocation import Invocation

if TYPE_CHECKING:
    from gateway.exporting.document import Export


async def loaded(call: Invocation, path: Path) -> "Export":
    """The export in a file, whose histories tell the journal beside them. Raises ExportUnusable and KeysUnusable.

    Histories that cannot be decoded here are no reason to refuse: the journal is there in the clear, and chained.
    """
    from baton.runtime.payloads import converter_of
    from gateway.errors import HistoryUnreadable
    from gateway.exporting.files import read_export
    from gateway.exporting.histories import check_histories

    export = read_export(path.expanduser())
    try:
        await check_histories(export, converter_of(call.settings))
    except HistoryUnreadable as error:
        call.output.warn(f"the journal in the export was taken without its histories: {error.message}")
    return export
