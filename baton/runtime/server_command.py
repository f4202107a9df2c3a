"""The command line of the embedded Temporal server."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeAlias

from temporalio.common import SearchAttributeIndexedValueType

from baton.runtime.ports import LOOPBACK
from baton.runtime.search_attributes import SearchAttributes

DynamicConfig: TypeAlias = Mapping[str, str | int | float | bool]
ServerLogLevel = Literal["debug", "info", "warn", "error", "never"]

# As shipped the server looks into its transfer queue 20 times a second: about 50 ms for each activity.
_FAST: DynamicConfig = {"history.transferProcessorMaxPollRPS": 5000}

# As shipped a file database syncs a rollback journal at each commit; with a write-ahead log it is some four
# times as fast and survives the death of the process all the same. A misspelt pragma is taken without a word.
_FAST_FILE = ("journal_mode=wal", "synchronous=1")

_TYPE_NAMES = {
    SearchAttributeIndexedValueType.TEXT: "Text",
    SearchAttributeIndexedValueType.KEYWORD: "Keyword",
    SearchAttributeIndexedValueType.INT: "Int",
    SearchAttributeIndexedValueType.DOUBLE: "Double",
    SearchAttributeIndexedValueType.BOOL: "Bool",
    SearchAttributeIndexedValueType.DATETIME: "Datetime",
    SearchAttributeIndexedValueType.KEYWORD_LIST: "KeywordList",
}


def server_command(
    binary: Path,
    *,
    port: int,
    ui_port: int | None,
    ui_codec_endpoint: str | None = None,
    database: Path | None,
    namespace: str,
    search_attributes: SearchAttributes,
    dynamic_config: DynamicConfig,
    log_level: ServerLogLevel,
) -> list[str]:
    """The arguments, the program first. No `ui_port`: no Web UI. No `database`: all is kept in memory."""
    command = [str(binary), "server", "start-dev", "--ip", LOOPBACK, "--port", str(port)]
    command += ["--headless"] if ui_port is None else ["--ui-port", str(ui_port), "--ui-disable-news-fetch"]
    if ui_port is not None and ui_codec_endpoint is not None:
        command += ["--ui-codec-endpoint", ui_codec_endpoint]
    command += ["--namespace", namespace, "--log-level", log_level]
    if database is not None:
        command += ["--db-filename", str(database)]
        command += [part for pragma in _FAST_FILE for part in ("--sqlite-pragma", pragma)]
    for key, value in {**_FAST, **dynamic_config}.items():
        command += ["--dynamic-config-value", f"{key}={json.dumps(value)}"]
    for name, kind in search_attributes.items():
        command += ["--search-attribute", f"{name}={_TYPE_NAMES[kind]}"]
    return command
