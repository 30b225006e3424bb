"""The codec of a type of a user's own, around the cattrs hooks that its flavor registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from typing_extensions import override

from stackkit.errors import DocumentError, NotSerializableError, Problem, StackkitError
from stackkit.serialization.codecs.builtin_values import check_builtins
from stackkit.serialization.codecs.codec import Codec
from stackkit.serialization.mistakes import said


class HookCodec(Codec):
    """A type of a user's own, written and read by the cattrs hooks that the flavor registered.

    Args:
        tp: The type, as the field has it.
        load: The structure hook.
        dump: The unstructure hook; what it gives must be builtins.
    """

    kinds: frozenset[str] = frozenset({"any"})

    def __init__(self, tp: object, load: Callable[[object, object], object], dump: Callable[[object], object]) -> None:
        self.type = tp
        self.expected: str = getattr(tp, "__qualname__", str(tp))
        self.hashable: bool = getattr(tp, "__hash__", None) is not None
        self._load, self._dump = load, dump

    @override
    def load(self, value: object, _: object = None) -> object:
        try:
            return self._load(value, self.type)
        except StackkitError:
            raise
        except Exception as error:  # a user's hook may raise anything: it becomes a mistake of the document
            raise DocumentError(*self._explained(error)) from error

    @override
    def dump(self, value: object) -> object:
        try:
            written = self._dump(value)
        except StackkitError:
            raise
        except Exception as error:  # the same
            raise NotSerializableError(*self._explained(error)) from error
        check_builtins(written)
        return written

    @override
    def accepts(self, value: object) -> bool:
        try:
            return isinstance(value, self.type) if isinstance(self.type, type) else value is not None
        except TypeError:  # a Protocol that cannot be asked
            return value is not None

    def _explained(self, error: Exception) -> Iterator[Problem]:
        """What a hook raised: each mistake of a cattrs hook by itself."""
        import cattrs

        if not isinstance(error, cattrs.BaseValidationError):
            for problem in said(error):
                yield Problem(f"expected {self.expected}: {problem.what}", where=problem.where, remedy=problem.remedy)
            return
        for text in cattrs.transform_error(error, format_exception=_line):
            what, _, place = text.rpartition(" @ $")
            yield Problem(what, where=place.removeprefix("."))


def _line(error: BaseException, _: type | None) -> str:
    if isinstance(error, KeyError) and not isinstance(error, StackkitError):
        return "is missing"
    return "; ".join(str(problem) for problem in said(error)) if isinstance(error, Exception) else type(error).__name__
