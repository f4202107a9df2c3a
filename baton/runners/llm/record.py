"""What a conversation leaves behind after each answer, so that the next attempt goes on from there."""

import hashlib
import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter

_FILE = "conversation.json"


class Record(BaseModel):
    """A conversation up to an answer whose tool calls are still to be carried out.

    ``tree`` is the snapshot of the workspace at that moment; ``None`` where the model may only look. ``setup`` tells
    whether the conversation can go on: same model, same instructions.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    setup: str
    tree: str | None
    out_of_bounds: int
    messages: list[Any]

    @classmethod
    def of(cls, messages: list[ModelMessage], **fields: Any) -> "Record":
        """A record of these messages."""
        return cls(messages=ModelMessagesTypeAdapter.dump_python(messages, mode="json"), **fields)

    def history(self) -> list[ModelMessage]:
        """The messages. Raises ``ValueError`` when they are from another version and cannot be read."""
        return ModelMessagesTypeAdapter.validate_python(self.messages)

    def keep(self, folder: Path) -> None:
        """Put it into ``folder``, in place of the one before."""
        draft = folder / f"{_FILE}.new"
        draft.write_text(self.model_dump_json(), encoding="utf-8")
        draft.replace(folder / _FILE)


def find(folder: Path) -> Record | None:
    """The record in ``folder``, if there is one. Raises ``ValueError`` when it cannot be read."""
    try:
        return Record.model_validate_json((folder / _FILE).read_bytes())
    except FileNotFoundError:
        return None
    except (ValidationError, OSError) as error:
        raise ValueError(str(error)) from error


def setup_of(*parts: Any) -> str:
    """A digest of all that a conversation depends on besides its messages."""
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()
