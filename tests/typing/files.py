"""What the type checkers read: right classes and mistakes for every component type, and the files of `good`.

The first two are written to `build/typing` by the tests themselves, and stay there to be looked at.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from .component_types import ComponentTypeForm, component_types
from .mistakes import MISTAKES, Mistake
from .rendering import imports_for, render

ROOT: Final = Path(__file__).parents[2]
GOOD: Final = ROOT / "tests/typing/good"
REFUSED: Final = ROOT / "tests/typing/refused"
WRITTEN: Final = ROOT / "build/typing"

RIGHT: Final = '''
@frozen
class Limits:
    """What a field may hold: a class with fields of its own."""

    rate: float
    burst: int = 10


class Right($base):
    """A flavor with everything that a flavor may have."""

    FLAVOR: ClassVar[str] = "right"
    $constants
    REGIONS: ClassVar[tuple[str, ...]] = ("eu", "us")

    endpoint: str
    retries: int = 3
    labels: list[str] = field(factory=list[str])
    region_name: str = field(default="eu", alias="region")
    limits: Limits | None = None
    password: Secret | None = None
    beside: Reference | None = None
    _calls: int = field(init=False, default=0)
    _client: object | None = field(init=False, default=None)

    $methods

    @override
    def validate(self, components: Components) -> Iterable[Problem]:
        if components.get($other_token) is None:
            yield Problem("needs another", remedy="add one")

    def connect(self) -> object:
        if self._client is None:
            self._client = object()
        self._calls += 1
        return self._client


@final
class Leaf(Right):
    """A flavor that nobody inherits: what it lacks is reported at its own line."""

    FLAVOR: ClassVar[str] = "leaf"


class Duck:
    """A component that has never heard of our base."""

    FLAVOR: ClassVar[str] = "duck"
    TYPE: ClassVar[ComponentType[$protocol]] = $token
    $constants

    def __init__(self, name: str) -> None:
        self.name = name
        self.uuid = uuid4()
        $duck_fields

    $members


def pin(base: $base) -> $protocol:
    """Holds base and Protocol together: where they differ, every type checker says so here."""
    return base


def narrowed(component: Component) -> Right | None:
    return component if isinstance(component, Right) else None


right = Right(name="right", endpoint="https://example.org", region="us", labels=["a"], limits=Limits(0.5)$arguments)
leaf = Leaf(name="leaf", endpoint="https://example.org"$arguments)
duck = Duck("duck")
stack = Stack(right, name="right")
registry = FlavorRegistry()
registry.register(Right)
registry.register(Leaf)

assert_type(pin(right), $protocol)
assert_type(narrowed(duck), Right | None)
assert_type(stack[$token], $protocol)
assert_type(stack.get($token), $protocol | None)
assert_type(Stack(duck)[$token], $protocol)
assert_type($token, ComponentType[$protocol])
assert_type(right.endpoint, str)
assert_type(right.retries, int)
assert_type(right.labels, list[str])
assert_type(right.region_name, str)
assert_type(right.limits, Limits | None)
assert_type(right.replace(endpoint="https://example.com"), Right)
assert_type(leaf.replace(name="other"), Leaf)
assert_type(right.password, Secret | None)
assert_type(right.beside, Reference | None)
assert_type(right.uuid, UUID)
assert_type(Reference("$slug", "right").find(stack, $token), $protocol)
assert_type(to_builtins(right), dict[str, object])
assert_type(from_builtins(to_builtins(right), Right), Right)
assert_type(right.connect(), object)
assert_type(loads(dumps(right), Right), Right)
assert_type(loads(dumps(leaf), $token, registry=registry), $protocol)
'''


def right_text(form: ComponentTypeForm) -> str:
    """The right classes of a component type: clean to every type checker, and they run."""
    code = render(RIGHT, form)
    return f"{imports_for(code, form)}\n\n\n{code}\n"


def wrong_text(form: ComponentTypeForm, mistakes: Iterable[Mistake] = MISTAKES) -> str:
    """Mistakes with a component type: every line but those that are marked is clean.

    Args:
        form: The component type.
        mistakes: Which; all by default.
    """
    snippets = [snippet(mistake, form) for mistake in mistakes if mistake.can_be_made_with(form)]
    code = "\n\n\n".join(snippets)
    return f"{imports_for(code, form, own=f'right_classes.{form.slug}')}\n\n\n{code}\n"


def snippet(mistake: Mistake, form: ComponentTypeForm) -> str:
    """A mistake as source code, without its imports."""
    return re.sub(r"# mistake$", f"# mistake: {mistake.slug}", render(mistake.text, form), flags=re.MULTILINE)


def write() -> None:
    """Write the files; others may be reading them, and always find them whole."""
    for form in component_types():
        _put(WRITTEN / "right_classes" / f"{form.slug}.py", right_text(form))
        _put(WRITTEN / "wrong_uses" / f"{form.slug}.py", wrong_text(form))


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        file.write(text)
    Path(file.name).replace(path)


_MARK = re.compile(r"# mistake: ([a-z-]+)$")


def marks(path: Path) -> Iterator[tuple[str, set[int]]]:
    """The mistakes of a file, each with the lines on which it may be reported: its own statement's and its class's.

    Args:
        path: A file of mistakes.
    """
    text = path.read_text("utf-8")
    statements = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    for number, line in enumerate(text.splitlines(), 1):
        found = _MARK.search(line)
        if found:
            around = [node for node in statements if number in _lines(node)]
            innermost = min(around, key=lambda node: len(_lines(node)))
            classes = [node for node in around if isinstance(node, ast.ClassDef)]
            yield found[1], {line for node in [innermost, *classes] for line in _head(node)}


def class_lines(path: Path, name: str) -> set[int]:
    """The lines of a class before its body; none where the file has no such class."""
    classes = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.ClassDef)]
    return {line for node in classes if node.name == name for line in _head(node)}


def _lines(node: ast.stmt) -> range:
    first = min([node.lineno, *(mark.lineno for mark in getattr(node, "decorator_list", []))])
    return range(first, (node.end_lineno or node.lineno) + 1)


def _head(node: ast.stmt) -> range:
    """The lines of a statement, for a class or function those before its body."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return range(_lines(node).start, node.body[0].lineno)
    return _lines(node)
