"""What a step operator runs: a command that makes one attempt of a step, wherever that is."""

from __future__ import annotations

import json
from typing import Final
from uuid import UUID

from stackkit.components.artifact_store import ARTIFACT_STORE
from stackkit.components.metadata_store import METADATA_STORE
from stackkit.components.orchestrator import ORCHESTRATOR
from stackkit.components.secrets_manager import SECRETS_MANAGER
from stackkit.components.step_operator import ENTRYPOINT, IMPORT_FROM, STEP_OPERATOR
from stackkit.core.component import StackComponent, as_component
from stackkit.core.component_type import Component
from stackkit.core.deployment import PipelineDeployment, StepSpec
from stackkit.core.narrow import is_dict, is_list
from stackkit.errors import InvalidStackError, PipelineError, Problem
from stackkit.flavors.catalog import FLAVORS
from stackkit.pipelines.artifacts.values import read_parameter
from stackkit.pipelines.code.importable import function_at
from stackkit.pipelines.code.origins import folder_of, requirement_of
from stackkit.serialization.document import Envelope, dump_component
from stackkit.stack.stack import Stack

_LEFT_OUT: Final = (ORCHESTRATOR, STEP_OPERATOR)
"""What a step has no use for: it runs already."""

_ALWAYS: Final = (ARTIFACT_STORE, METADATA_STORE, SECRETS_MANAGER)
"""What every step uses; what others need that it uses, it names itself."""


def entry_command(stack: Stack, run_id: UUID, spec: StepSpec, attempt: int, probe: str = "") -> list[str]:
    """The command that makes an attempt of a step.

    Args:
        stack: The stack; what a step may use of it is told as a document: with references to secrets, and without their values.
        run_id: The run; the command reads in the metadata store what it consists of.
        spec: The step.
        attempt: Which attempt, counted from 1.
        probe: The path of a file in the artifact store, which the command looks for before all else; empty for none.

    Raises:
        NotSerializableError: A component holds plain secrets, or what cannot be written.
    """
    command = [
        *ENTRYPOINT,
        f"--stack={stack_document(Stack(*_used(stack), name=stack.name))}",
        f"--run={run_id}",
        f"--step={spec.name}",
        f"--attempt={attempt}",
    ]
    folders = dict.fromkeys(folder for module in _modules(stack, spec) if (folder := folder_of(module)))
    return [*command, *([f"--probe={probe}"] if probe else []), *(f"{IMPORT_FROM}{folder}" for folder in folders)]


def entry_requirements(stack: Stack, spec: StepSpec) -> list[str]:
    """What is installed for that command, beside the kit: what the step asks for, and the packages of what it has to import.

    Args:
        stack: The stack; where a store of it needs an extra, the kit is named with it.
        spec: The step.
    """
    paths = {_path(component) for component in stack.components if component.TYPE in _ALWAYS}
    extras = sorted({entry.extra for entry in FLAVORS if entry.extra and entry.path in paths})
    kit = [f"stackkit[{','.join(extras)}]"] if extras else []
    packages = [found for module in _modules(stack, spec) if (found := requirement_of(module))]
    return [*dict.fromkeys([*spec.requirements, *kit, *packages])]


def _modules(stack: Stack, spec: StepSpec) -> list[str]:
    """The modules that the command imports: the step's, and those of the flavors."""
    return [spec.source.partition(":")[0], *(type(component).__module__ for component in _used(stack))]


def _used(stack: Stack) -> list[Component]:
    """The components that a step may use; those that run it may be of modules that are not there."""
    return [component for component in stack.components if component.TYPE not in _LEFT_OUT]


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


def deployment_of(stack: Stack, run_id: UUID) -> PipelineDeployment:
    """What a run consists of.

    Raises:
        RecordNotFoundError: There is no such run.
        PipelineError: Its record holds no deployment.
    """
    return read_deployment(stack[METADATA_STORE].get_run(run_id).deployment)


def read_deployment(text: str) -> PipelineDeployment:
    """The pipeline that a run's record holds.

    Raises:
        DocumentError: It does not fit.
        PipelineError: It holds none.
    """
    found = read_parameter(text, PipelineDeployment)
    if not isinstance(found, PipelineDeployment):
        raise PipelineError(Problem("holds no deployment"))  # pragma: no cover - the codec makes these
    return found
