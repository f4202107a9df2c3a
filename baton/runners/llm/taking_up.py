"""How an attempt begins: with the first message, or with what an earlier attempt at the same order left."""

from dataclasses import dataclass, field

from pydantic_ai.messages import ModelMessage, ModelResponse

from baton.domain.attempts import Resumption
from baton.runners.llm.record import Record, find
from baton.runners.memory import Memory
from baton.workshop.errors import WorkspaceError
from baton.workshop.workspace import Workspace

_GO_ON = "Go on, and end your phase by calling the tool 'report'."
_TREE_LOST = (
    "The workspace was lost and is back at the commit that this phase began with: nothing that you wrote is there any "
    f"more. Look at it, and do the work again. {_GO_ON}"
)


@dataclass(frozen=True, slots=True)
class Start:
    """What was said before, and what is said now. Without a ``prompt`` the calls of the last answer are carried out."""

    prompt: str | None
    history: list[ModelMessage] = field(default_factory=list)
    out_of_bounds: int = 0


async def begin(memory: Memory, workspace: Workspace, setup: str, first: str) -> Start:
    """Begin, with the workspace as it has to be, and say in ``memory`` how. ``first`` opens a new conversation."""
    if memory.attempt == 1 and not memory.elsewhere:
        return Start(first)
    record, why = _found(memory, setup)
    history: list[ModelMessage] = []
    if record is not None:
        try:
            history = record.history()
        except ValueError:
            why = "the conversation of the attempt before is from another version and cannot be read"
    if record is None or not history:
        memory.resumed(Resumption.NONE, why)
        return Start(first)
    return await _taken_up(memory, workspace, record, history)


def _found(memory: Memory, setup: str) -> tuple[Record | None, str]:
    try:
        record = find(memory.folder)
    except ValueError:
        return None, "what the attempt before left cannot be read"
    if record is None:
        elsewhere = "the attempts before ran on another machine"
        return None, elsewhere if memory.elsewhere else "no attempt before this one got an answer of the model"
    if record.setup != setup:
        return None, "the model, its instructions or its tools have changed since the attempt before"
    return record, ""


async def _taken_up(memory: Memory, workspace: Workspace, record: Record, history: list[ModelMessage]) -> Start:
    answers = sum(isinstance(message, ModelResponse) for message in history)
    if record.tree is not None:
        try:
            await workspace.bring_back(record.tree)
        except WorkspaceError as error:
            # The last answer's calls are for a tree that is gone: what was said before it still helps.
            await workspace.bring_back((await workspace.head()).sha)
            memory.resumed(Resumption.PARTIAL, f"the conversation goes on, but its files are lost: {error}")
            return Start(_TREE_LOST, history[:-1], record.out_of_bounds)
    memory.resumed(Resumption.FULL, f"goes on from answer {answers} of the model")
    last = history[-1]
    open_calls = isinstance(last, ModelResponse) and bool(last.tool_calls)
    return Start(None if open_calls else _GO_ON, history, record.out_of_bounds)
