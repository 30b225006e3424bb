"""What a document is loaded as is known to type checkers: by a class, by a token, or as any component."""

from __future__ import annotations

from pathlib import Path
from typing import Any, assert_type

from stackkit import (
    ALERTER,
    Alerter,
    BaseAlerter,
    Component,
    FlavorRecord,
    FlavorRegistry,
    Problem,
    StackComponent,
    StackkitError,
    advice,
    check,
    dumps,
    from_builtins,
    json_schema,
    loads,
    to_builtins,
)
from stackkit.core.component_type import ComponentType
from stackkit.flavors.alerter.console import ConsoleAlerter


def use(alerter: ConsoleAlerter, registry: FlavorRegistry) -> None:
    data = dumps(alerter)
    assert_type(data, bytes)
    assert_type(dumps(alerter, "yaml"), bytes)
    assert_type(loads(data, ConsoleAlerter), ConsoleAlerter)
    assert_type(loads(data.decode(), ConsoleAlerter, "json"), ConsoleAlerter)
    assert_type(loads(data, expect=ALERTER), Alerter)
    assert_type(loads(data, ALERTER, registry=registry), Alerter)
    assert_type(loads(data), Component)
    assert_type(loads(memoryview(data), format="json", registry=registry), Component)
    builtins = to_builtins(alerter)
    assert_type(builtins, dict[str, object])
    assert_type(from_builtins(builtins, ConsoleAlerter), ConsoleAlerter)
    assert_type(from_builtins(builtins, ALERTER, registry=registry), Alerter)
    assert_type(from_builtins(builtins), Component)
    assert_type(json_schema(ConsoleAlerter), dict[str, object])


def load_as(data: bytes, flavor: type[BaseAlerter]) -> BaseAlerter:
    return loads(data, flavor)


def use_registry(registry: FlavorRegistry, flavor: type[StackComponent]) -> None:
    assert_type(registry.flavor("alerter", "console"), type[StackComponent])
    assert_type(registry.base("alerter"), type[StackComponent])
    assert_type(registry.token("alerter"), ComponentType[Any])
    assert_type(registry.records("alerter"), list[FlavorRecord])
    assert_type(registry.record("alerter", "console").path, str)
    assert_type([entry.slug for entry in registry.types()], list[str])
    assert_type(check(flavor), list[Problem])
    assert_type(advice(flavor), list[Problem])
    assert_type(check(flavor, kind=ALERTER), list[Problem])


def use_error(error: StackkitError) -> None:
    assert_type(error.problems, tuple[Problem, ...])
    problem = error.problems[0]
    assert_type((problem.what, problem.where, problem.remedy), tuple[str, str, str])
    assert_type((problem.file, problem.line), tuple[str | None, int | None])
    assert_type(problem.under("config"), Problem)


def run(_: Path) -> None:
    alerter = ConsoleAlerter(name="console")
    use(alerter, FlavorRegistry())
    use_registry(FlavorRegistry(), ConsoleAlerter)
    use_error(StackkitError("wrong"))
    assert load_as(dumps(alerter), ConsoleAlerter) == alerter
