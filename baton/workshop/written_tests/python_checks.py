"""How often a Python test asserts something, and where it skips itself."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

_SKIPS = frozenset({"skip", "xfail", "skipTest", "SkipTest", "importorskip"})
_SKIPPERS = frozenset({"pytest", "unittest", "self", "case"})
_ASSERTING = frozenset({"raises", "warns", "deprecated_call", "fail"})
_ASSERTING_PREFIXES = ("assert", "_assert", "expect", "check", "_check", "verify", "_verify")
_SHOWN = 100


@dataclass
class Helpers:
    """Functions of a file that tests may call to assert for them, by name, and how often each does."""

    bodies: Mapping[str, list[ast.stmt]]
    counted: dict[str, int] = field(default_factory=dict)

    def count(self, name: str) -> int:
        """How often a call of `name` asserts."""
        if name not in self.counted:
            self.counted[name] = 0  # one that calls itself adds nothing by that
            self.counted[name] = _count(self.bodies[name], self)
        return self.counted[name]


def helpers_of(module: ast.Module) -> Helpers:
    """The functions of a file that are no tests."""
    functions = (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return Helpers({node.name: node.body for node in functions if not node.name.startswith("test")})


def count_checks(node: ast.FunctionDef | ast.AsyncFunctionDef, helpers: Helpers) -> int:
    """How often the test asserts: by `assert`, by methods so named, by functions of its file that assert.

    What cannot fail (`assert True`) and what is never reached (after a `return`, under `if False`) does not count.
    """
    return _count(node.body, helpers)


def skips_in(node: ast.stmt) -> list[str]:
    """The calls in `node` that skip, as they are written."""
    calls = (inner for inner in _reached([node]) if isinstance(inner, ast.Call))
    return [ast.unparse(call)[:_SHOWN] for call in calls if _skips(call.func)]


def _skips(func: ast.expr) -> bool:
    """Whether a call of it skips: `pytest.skip`, `self.skipTest`, and no `reader.skip` or `pytest.mark.skip`."""
    if _name(func) not in _SKIPS:
        return False
    return isinstance(func, ast.Name) or (isinstance(func, ast.Attribute) and _name(func.value) in _SKIPPERS)


def _count(body: Iterable[ast.stmt], helpers: Helpers) -> int:
    total = 0
    for node in _reached(body):
        if isinstance(node, ast.Assert):
            total += not _cannot_fail(node.test)
        elif isinstance(node, ast.Call):
            name = _name(node.func)
            if name in helpers.bodies:
                total += helpers.count(name)
            elif name in _ASSERTING or name.startswith(_ASSERTING_PREFIXES):
                total += 1
    return total


def _reached(body: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """All nodes of `body` but those that are plainly never reached."""
    waiting: list[ast.AST] = list(reversed(list(_until_the_end(body))))
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and isinstance(node.test, ast.Constant):
            waiting += node.body if node.test.value else node.orelse
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += _until_the_end(node.body)
        elif not isinstance(node, ast.ClassDef):
            waiting += ast.iter_child_nodes(node)


def _until_the_end(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        if isinstance(statement, ast.Return | ast.Raise):
            return
        match statement:
            case ast.Expr(value=ast.Call(func=called)) if _name(called) in ("skip", "skipTest") and _skips(called):
                return
            case _:
                pass


def _cannot_fail(test: ast.expr) -> bool:
    match test:
        case ast.Constant(value=value):
            return bool(value)
        case ast.Tuple(elts=elements):
            return bool(elements)  # `assert (x, "message")` is always true
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(_cannot_fail(value) for value in values)
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is() | ast.LtE() | ast.GtE()], comparators=[right]):
            return ast.dump(left) == ast.dump(right)
        case _:
            return False


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
