"""What a library has to offer to be measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs


def one_mistake(_: Exception) -> int:
    """The count for libraries that stop at the first mistake."""
    return 1


def grouped_mistakes(error: BaseException) -> int:
    """The count for libraries that raise groups of errors."""
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    return sum(map(grouped_mistakes, inner)) if inner else 1


@attrs.frozen
class Form:
    """How one document of a flavor, or of any of several, is read and written.

    Args:
        load: Makes what stands for the component from JSON; raises what it likes for a document that is wrong.
        dump: Makes JSON of it.
        from_builtins: Makes it from what `json.loads` gives.
        to_builtins: Makes of it what `json.dumps` takes.
    """

    load: Callable[[bytes], object]
    dump: Callable[[Any], bytes]
    from_builtins: Callable[[Any], object]
    to_builtins: Callable[[Any], object]


@attrs.frozen(kw_only=True)
class Library:
    """A library, or a way to use one.

    Args:
        name: What tables call it.
        small: Documents of the small flavor.
        large: Documents of the large flavor.
        mixed: Documents of any of the three flavors, told apart by what stands in them.
        mistakes: How many mistakes an error names.
        load_array: Makes a list of them from one JSON array, where that is done in another way than one by one.
    """

    name: str
    small: Form
    large: Form
    mixed: Form
    mistakes: Callable[[Any], int] = one_mistake
    load_array: Callable[[bytes], object] | None = None
