"""The tests of a Python file, by its syntax tree: nothing is imported and nothing is run."""

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from baton.workshop.written_tests.found import WHOLE_FILE, FoundTest, TestFile, digest, numbered
from baton.workshop.written_tests.python_checks import count_checks, helpers_of, skips_in

MOST_BYTES = 400_000
_SKIPPING = frozenset({"skip", "skipif", "skipIf", "skipUnless", "xfail", "expectedFailure"})
_SHOWN = 100

Function = ast.FunctionDef | ast.AsyncFunctionDef


class NotReadable(ValueError):
    """The file is no Python that can be read here: broken, too large, or nested too deep."""


def python_tests(path: str, text: str) -> TestFile:
    """The tests in `text`, as pytest and unittest find them. Raises NotReadable."""
    if len(text) > MOST_BYTES:
        raise NotReadable(f"{path} has more than {MOST_BYTES:,} characters")
    try:
        module = ast.parse(text)
        return _Reading(path, text, module).result()
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotReadable(f"{path}: {error}") from error


@dataclass
class _Reading:
    path: str
    text: str
    module: ast.Module
    found: list[tuple[str, Function]] = field(default_factory=list)
    scopes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def result(self) -> TestFile:
        self._scope(WHOLE_FILE, (), self.module.body)
        self._look(self.module.body, "")
        helpers = helpers_of(self.module)
        lines, comments = self.text.splitlines(), _comments(self.text)
        names = numbered([name for name, _ in self.found])
        tests = []
        for name, (_, node) in zip(names, self.found, strict=True):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            last = node.end_lineno or node.lineno
            tests.append(
                FoundTest(
                    path=self.path,
                    name=name,
                    line=node.lineno,
                    body=digest(_body(node)),
                    checks=count_checks(node, helpers),
                    cases=_cases(node),
                    skips=(*_decorated(node.decorator_list), *skips_in(node)),
                    said=_said(node, comments, first, last),
                    source="\n".join(lines[first - 1 : last]),
                )
            )
        return TestFile(tuple(tests), self.scopes)

    def _look(self, body: Iterable[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
                self.found.append((prefix + node.name, node))
            elif isinstance(node, ast.ClassDef) and (node.name.startswith("Test") or node.bases):
                name = prefix + node.name
                self._scope(name, node.decorator_list, node.body)
                self._look(node.body, f"{name}.")
            elif isinstance(node, ast.If | ast.Try):
                self._look(node.body, prefix)
                self._look(node.orelse, prefix)

    def _scope(self, name: str, decorators: Iterable[ast.expr], body: list[ast.stmt]) -> None:
        skips = [*_decorated(decorators)]
        for node in body:
            match node:
                case ast.Assign(targets=[ast.Name(id="pytestmark")], value=value):
                    skips += _decorated(value.elts if isinstance(value, ast.List | ast.Tuple) else [value])
                case ast.Assign(targets=[ast.Name(id="__test__")], value=ast.Constant(value=False)):
                    skips.append("__test__ = False")
                case ast.Expr() | ast.Raise():
                    skips += skips_in(node)
                case ast.If(body=inner):
                    skips += (skip for one in inner if isinstance(one, ast.Expr | ast.Raise) for skip in skips_in(one))
                case _:
                    pass
        if skips:
            self.scopes[name] = tuple(skips)


def _decorated(decorators: Iterable[ast.expr]) -> Iterator[str]:
    for decorator in decorators:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
        if name in _SKIPPING:
            yield f"@{ast.unparse(decorator)}"[:_SHOWN]


def _body(node: Function) -> str:
    statements = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return ast.dump(node.args) + "".join(ast.dump(statement) for statement in statements)


def _cases(node: Function) -> int:
    """With how many parameters the test is run: 0 when that is not written as a list."""
    cases = 1
    for decorator in node.decorator_list:
        if not isinstance(decorator, ast.Call) or getattr(decorator.func, "attr", "") != "parametrize":
            continue
        given = [*decorator.args[1:2], *(word.value for word in decorator.keywords if word.arg == "argvalues")]
        values = given[0] if given else None
        plain = isinstance(values, ast.List | ast.Tuple | ast.Set) and not any(
            isinstance(value, ast.Starred) for value in values.elts
        )
        cases *= len(values.elts) if plain and isinstance(values, ast.List | ast.Tuple | ast.Set) else 0
    return cases


def _said(node: Function, comments: dict[int, str], first: int, last: int) -> str:
    while first - 1 in comments:
        first -= 1
    decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
    told = [comments[line] for line in range(first, last + 1) if line in comments]
    return "\n".join([ast.get_docstring(node) or "", *told, *decorators])


def _comments(text: str) -> dict[int, str]:
    """The comment on each line that has one."""
    found = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                found[token.start[0]] = token.string
    except (tokenize.TokenError, SyntaxError):
        pass  # what was read so far is told: the parser had no objection to the rest
    return found
