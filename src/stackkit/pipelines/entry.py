"""What a step operator runs: a command that makes one attempt of a step, wherever that is."""

from __future__ import annotations

import json
import sys
import sysconfig
from pathlib import Path
from uuid import UUID

from stackkit.components.metadata_store import METADATA_STORE
from stackkit.core.component import StackComponent, as_component
from stackkit.core.component_type import Component
from stackkit.core.deployment import PipelineDeployment, StepSpec
from stackkit.core.narrow import is_dict, is_list
from stackkit.errors import InvalidStackError, PipelineError, Problem
from stackkit.pipelines.importable import function_at
from stackkit.pipelines.values import read_parameter
from stackkit.serialization.document import Envelope, dump_component
from stackkit.stack.stack import Stack


def entry_command(stack: Stack, run_id: UUID, spec: StepSpec, attempt: int) -> list[str]:
    """The command that makes an attempt of a step.

    Args:
        stack: The stack, which is told as a document: with references to secrets, and without their values.
        run_id: The run; the command reads in the metadata store what it consists of.
        spec: The step.
        attempt: Which attempt, counted from 1.

    Raises:
        NotSerializableError: A component holds plain secrets, or what cannot be written.
    """
    command = ["python", "-m", "stackkit.pipelines.entrypoint", f"--stack={stack_document(stack)}"]
    command += [f"--run={run_id}", f"--step={spec.name}", f"--attempt={attempt}"]
    return command + [f"--path={folder}" for folder in _folders(spec.source)]


def stack_document(stack: Stack) -> str:
    """A stack as JSON, with the import paths of its flavors, so that it can be made without a workspace.

    Raises:
        NotSerializableError: A component holds plain secrets, or what cannot be written.
    """
    components = [{"class": _path(component), "document": dump_component(_own(component))} for component in stack.components]
    return json.dumps({"name": stack.name, "components": components})


def read_stack(text: str) -> Stack:
    """The stack that a document describes; it imports the flavors that are named there.

    Raises:
        InvalidStackError: It describes none.
        ImportPathError: A flavor is not to be had here.
        DocumentError: A component does not fit its flavor.
    """
    found: object = json.loads(text)
    components = found.get("components") if is_dict(found) else None
    if not is_dict(found) or not is_list(components):
        raise InvalidStackError(Problem("is no document of a stack"))
    return Stack(*map(_component, components), name=str(found.get("name", "stack")))


def _component(found: object) -> Component:
    path = found.get("class") if is_dict(found) else None
    flavor = function_at(path) if isinstance(path, str) else None
    if not is_dict(found) or not (isinstance(flavor, type) and issubclass(flavor, StackComponent)):
        raise InvalidStackError(Problem("is no flavor", where=str(path)))
    return as_component(Envelope.read(found.get("document")).load(flavor))


def _own(component: object) -> StackComponent:
    if not isinstance(component, StackComponent):
        what = f"{type(component).__name__} is not made of a flavor's base"
        raise InvalidStackError(Problem(what, remedy="step operators need components that can be written as documents"))
    return component


def _path(component: Component) -> str:
    return f"{type(component).__module__}:{type(component).__qualname__}"


def _folders(source: str) -> list[str]:
    """Where the module of a step is imported from here, unless it is installed."""
    module = sys.modules.get(source.partition(":")[0])
    file = getattr(module, "__file__", None)
    if module is None or not isinstance(file, str):
        return []
    depth = source.partition(":")[0].count(".") + (Path(file).stem == "__init__")
    folder = Path(file).resolve().parents[depth]
    installed = {Path(path).resolve() for path in sysconfig.get_paths().values()}
    return [] if installed.intersection([folder, *folder.parents][:1]) else [str(folder)]


def deployment_of(stack: Stack, run_id: UUID) -> PipelineDeployment:
    """What a run consists of.

    Raises:
        RecordNotFoundError: There is no such run.
        PipelineError: Its record holds no deployment.
    """
    found = read_parameter(stack[METADATA_STORE].get_run(run_id).deployment, PipelineDeployment)
    if not isinstance(found, PipelineDeployment):
        raise PipelineError(Problem("holds no deployment", where=str(run_id)))  # pragma: no cover - the codec makes these
    return found
