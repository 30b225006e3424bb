"""Commands that name a pipeline and take its parameters as options, which are known once it is imported."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import attrs
import click
from typing_extensions import override

from stackkit.cli.components.fields import shown_type, shown_value
from stackkit.cli.late_options import LateOptionsCommand, late_option, positional
from stackkit.cli.session import Session
from stackkit.errors import ConfigurationError, ImportPathError, PipelineError, Problem, StackkitError
from stackkit.serialization.codecs.codec import Codec

if TYPE_CHECKING:
    from stackkit.core.deployment import PipelineDeployment
    from stackkit.core.runs import RunRecord
    from stackkit.pipelines.definition.pipeline import Pipeline

_NONE: Final = inspect.Parameter.empty
_MANY: Final = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@attrs.frozen
class PipelineParameter:
    """A parameter of a pipeline, as an option.

    Args:
        name: Its name.
        option: The option: one that commands have themselves is called `--param-NAME`.
        codec: What reads it.
        default: Its default; `inspect.Parameter.empty` where it has none.
    """

    name: str
    option: str
    codec: Codec
    default: object

    @property
    def help(self) -> str:
        """What `--help` says of it."""
        return "[required]" if self.default is _NONE else f"[default: {shown_value(self.default, self.codec)}]"


class PipelineCommand(LateOptionsCommand):
    """A command that takes the parameters of a pipeline as options."""

    advice = "Parameters are a pipeline's: name it too."

    @override
    def late_options(self, session: Session, arguments: Sequence[str]) -> Iterator[click.Option] | None:
        path = named_pipeline(arguments, self.params)
        if path is None:
            return None
        parameters = parameters_of(load_pipeline(session, path), own_options(self))
        return (
            late_option(found.name, found.option, metavar=f"<{shown_type(found.codec)}>", help=found.help)
            for found in parameters
        )


def named_pipeline(args: Sequence[str], own: Iterable[click.Parameter]) -> str | None:
    """The argument that names a pipeline, before the options are known that follow from it.

    Args:
        args: The command line.
        own: The parameters that the command has itself.
    """
    candidates = [*positional(args, own)]
    written_so = (argument for argument in candidates if argument.replace(":", ".").replace(".", "_").isidentifier())
    return next((found for found in written_so if ":" in found), next(iter(candidates), None))


def load_pipeline(session: Session, path: str) -> Pipeline[...]:
    """A pipeline by its import path: of the workspace's folder, or of an installed package.

    Args:
        session: The call of the command line.
        path: `module:name`.

    Raises:
        ImportPathError: It cannot be imported, or is no pipeline.
    """
    from stackkit.pipelines.definition.pipeline import Pipeline
    from stackkit.registry.resolve import resolve

    found = resolve(path, session.workspace.root, Pipeline)
    if not isinstance(found, Pipeline):
        what = f"is a {type(found).__name__}, and no pipeline"
        raise ImportPathError(Problem(what, where=path, remedy="write @pipeline above the function that calls the steps"))
    return found


def parameters_of(pipeline: Pipeline[...], taken: Sequence[str]) -> list[PipelineParameter]:
    """The parameters of a pipeline that can be given on the command line.

    Args:
        pipeline: The pipeline.
        taken: The options that are the command's own.

    Raises:
        ConfigurationError: One has no default, and a type whose values cannot be typed.
    """
    from stackkit.pipelines.artifacts.values import value_codec
    from stackkit.pipelines.definition.signature import StepSignature

    signature = StepSignature.of(pipeline.function)
    found: list[PipelineParameter] = []
    problems: list[Problem] = []
    for name, parameter in signature.python.parameters.items():
        if parameter.kind in _MANY:
            continue
        option = f"--{name.replace('_', '-')}"
        option = f"--param{option[1:]}" if option in taken else option
        default: object = parameter.default
        try:
            codec = value_codec(signature.parameters.get(name, str if default in (_NONE, None) else type(default)))
        except StackkitError as error:
            if default is _NONE:
                problems += [problem.under(name) for problem in error.problems]
            continue
        found.append(PipelineParameter(name, option, codec, default))
    if problems:
        raise ConfigurationError(*problems)
    return found


def arguments_of(
    pipeline: Pipeline[...], texts: Mapping[str, Sequence[str]], taken: Sequence[str]
) -> tuple[list[object], dict[str, object]]:
    """What a pipeline is compiled with.

    Args:
        pipeline: The pipeline.
        texts: The texts of each option, by parameter.
        taken: The options that are the command's own.

    Returns:
        The values of the parameters that cannot be given by name, and those of the others.

    Raises:
        ConfigurationError: Values are missing, or do not fit their types; all of them are named.
    """
    from stackkit.serialization.text import builtins_from_text

    values: dict[str, object] = {}
    problems: list[Problem] = []
    for found in parameters_of(pipeline, taken):
        given = texts.get(found.name)
        if given is None:
            if found.default is _NONE:
                remedy = f"give {found.option}=<{shown_type(found.codec)}>"
                problems.append(Problem("is required", where=found.option, remedy=remedy))
            continue
        try:
            values[found.name] = found.codec.load(builtins_from_text(found.codec, given))
        except StackkitError as error:
            problems += [problem.under(found.option) for problem in error.problems]
    if problems:
        raise ConfigurationError(*problems)
    return _by_kind(pipeline, values)


def _by_kind(pipeline: Pipeline[...], values: dict[str, object]) -> tuple[list[object], dict[str, object]]:
    positional: list[object] = []
    for name, parameter in inspect.signature(pipeline.function).parameters.items():
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            if name not in values and parameter.default is _NONE:
                break
            positional.append(values.pop(name, parameter.default))
    return positional, values


def own_options(command: click.Command) -> list[str]:
    """The options that a command has itself, its `--help` too."""
    return [*(option for parameter in command.params for option in parameter.opts), "--help", "-h"]


def compiled(session: Session, command: click.Command, path: str, texts: Mapping[str, Sequence[str]]) -> PipelineDeployment:
    """A pipeline as it was asked for on the command line.

    Args:
        session: The call of the command line.
        command: The command.
        path: The pipeline's import path.
        texts: The texts of each option, by parameter.

    Raises:
        ConfigurationError: Values are missing, or do not fit their types.
        ImportPathError: It cannot be imported, or is no pipeline.
        PipelineError: It cannot be compiled.
    """
    pipeline = load_pipeline(session, path)
    positional, named = arguments_of(pipeline, texts, own_options(command))
    return pipeline.compile(*positional, **named)


def require_run_of(session: Session, run: RunRecord, path: str) -> None:
    """See that a run is one of a pipeline.

    Args:
        session: The call of the command line.
        run: The run.
        path: The pipeline's import path.

    Raises:
        ImportPathError: It cannot be imported, or is no pipeline.
        PipelineError: The run is another pipeline's.
    """
    if load_pipeline(session, path).name != run.pipeline:
        what = f"{run.name} is a run of the pipeline {run.pipeline}, not of {path}"
        raise PipelineError(Problem(what, remedy=f"leave {path} out"))
