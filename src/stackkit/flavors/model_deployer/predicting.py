"""A predict callable as its annotations describe it: what it takes, what it gives, and calling it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import attrs
from typing_extensions import get_type_hints

from stackkit.components.model_deployer import ModelDeployment
from stackkit.core.names import closest
from stackkit.errors import ConfigurationError, ImportPathError, Problem, StackkitError
from stackkit.registry.resolve import resolve
from stackkit.serialization.codecs.classes import ClassCodec
from stackkit.serialization.codecs.codec import Codec, located
from stackkit.serialization.converter import FlavorConverter
from stackkit.serialization.mistakes import said

_RETURN: Final = "return"
_METHOD: Final = "predict"
_CONFIGURE: Final = "configure_converter"


@attrs.frozen
class Predictor:
    """A typed predict callable.

    Args:
        call: The callable itself.
        request: Reads what it is called with: an object with a key for each parameter.
        response: Writes what it returns.
        is_async: Whether what it returns is to be awaited.
    """

    call: Callable[..., object]
    request: ClassCodec
    response: Codec
    is_async: bool

    @classmethod
    def load(cls, deployment: ModelDeployment, root: Path) -> Predictor:
        """Import a model; of a class, make an instance, whose `predict` is called, or which is called itself.

        A class may have a `configure_converter`, as flavors do, for types of its own.

        Args:
            deployment: What is to be served; its address is an import path, `module:name`.
            root: A folder whose modules can be named, beside what is installed.

        Raises:
            ImportPathError: It cannot be imported.
            ConfigurationError: It cannot be called, an instance cannot be made, or it has not all its annotations.
            UnsupportedTypeError: Annotations are of types that cannot be read or written; all of them are named.
        """
        found = _found(deployment.model_uri, root)
        model = _instance(found, deployment.model_uri) if isinstance(found, type) else found
        method: object = getattr(model, _METHOD, None)
        call = method if callable(method) else model
        if not callable(call):
            remedy = "name a function, or a class with a method predict"
            raise ConfigurationError(Problem("cannot be called", where=deployment.model_uri, remedy=remedy))
        converter = FlavorConverter()
        configure: object = getattr(model, _CONFIGURE, None)
        if callable(configure):
            configure(converter)
        return cls.of(call, deployment.model_uri, converter)

    @classmethod
    def of(cls, call: Callable[..., object], where: str, converter: FlavorConverter | None = None) -> Predictor:
        """A predictor of a callable.

        Args:
            call: The callable.
            where: What messages call it.
            converter: Has the hooks for types of its own.

        Raises:
            ConfigurationError: It has not all its annotations, or takes what has no name.
            UnsupportedTypeError: Annotations are of types that cannot be read or written; all of them are named.
        """
        signature = inspect.signature(call)
        annotations = _annotations(call, where)
        problems = list(_problems(signature, annotations))
        if problems:
            raise ConfigurationError(*(problem.under(where) for problem in problems))
        name = getattr(call, "__name__", _METHOD)
        codec_of = (converter or FlavorConverter()).codec
        request = ClassCodec(_class_of(signature, annotations, name), codec_of)
        _ = request.codecs  # which refuses types that cannot be read
        try:
            response = codec_of(annotations[_RETURN])
        except StackkitError as error:
            raise type(error)(*located(error, f"{name}.{_RETURN}")) from error
        return cls(call, request, response, _is_async(call))

    def arguments(self, data: object) -> Mapping[str, object]:
        """What the callable is called with, by name.

        Args:
            data: The request, as builtins.

        Raises:
            DocumentError: It does not fit the annotations; every mistake is named with its path.
        """
        loaded = self.request.load(data)
        return {name: getattr(loaded, name) for name in self.request.fields}


def _found(path: str, root: Path) -> object:
    try:
        return resolve(path, root)
    except ImportPathError as error:
        raise ImportPathError(*(_advised(problem, path) for problem in error.problems)) from error


def _advised(problem: Problem, path: str) -> Problem:
    """A problem with an import path that suggests what a module has to call, and not only its classes."""
    name, _, wanted = path.partition(":")
    module = sys.modules.get(name)
    if module is None or problem.where != path or not problem.what.startswith(f"{name} has no "):
        return problem
    own = [
        key
        for key, value in vars(module).items()
        if callable(value) and not key.startswith("_") and getattr(value, "__module__", None) == name
    ]
    close = closest(wanted, own)
    remedy = f"did you mean {name}:{close}?" if close else f"it has {', '.join(own) or 'nothing to call'}"
    return attrs.evolve(problem, remedy=remedy)


def _instance(cls: type, where: str) -> object:
    try:
        return cls()
    except Exception as error:  # it is the user's code
        first = said(error)[0]
        what = f"{cls.__name__}() raised {type(error).__name__}: {first.what}"
        raise ConfigurationError(Problem(what, where=where, remedy="its constructor is called without arguments")) from error


def _is_async(call: Callable[..., object]) -> bool:
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(getattr(call, "__call__", None))  # noqa: B004


def _annotations(call: Callable[..., object], where: str) -> Mapping[str, object]:
    described = call if inspect.isroutine(call) else getattr(type(call), "__call__")  # noqa: B004, B009 - an instance's
    try:
        hints: dict[str, object] = get_type_hints(described, include_extras=True)
    except Exception as error:  # a name that is imported for type checkers only, or anything that an annotation does
        what = f"its annotations cannot be resolved: {said(error)[0].what}"
        raise ConfigurationError(Problem(what, where=where, remedy="import at run time what they name")) from error
    return hints


def _problems(signature: inspect.Signature, annotations: Mapping[str, object]) -> Iterator[Problem]:
    for parameter in signature.parameters.values():
        name = parameter.name
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            yield Problem("cannot be given by name", where=name, remedy="write parameters that can")
        elif name.startswith("_"):
            yield Problem("is private", where=name, remedy="give it a name that does not begin with _")
        elif name not in annotations:
            yield Problem("has no annotation", where=name, remedy=f"write {name}: <its type>")
    if _RETURN not in annotations:
        yield Problem("does not say what it returns", remedy="write -> <its type>")


def _class_of(signature: inspect.Signature, annotations: Mapping[str, object], name: str) -> type:
    """A class whose fields are the parameters of a callable."""
    parameters = signature.parameters.values()
    fields: dict[str, object] = {
        p.name: attrs.field() if p.default is p.empty else attrs.field(default=p.default) for p in parameters
    }
    made = type(name, (), {**fields, "__annotations__": {p.name: annotations[p.name] for p in parameters}})
    return attrs.define(made, kw_only=True, slots=False)
