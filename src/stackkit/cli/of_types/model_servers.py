"""`stackkit model-deployer deploy` and `stackkit model-deployer servers …`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import click

from stackkit.cli.completion import components_of
from stackkit.cli.components.choosing import chosen_component
from stackkit.cli.groups import LazyGroup
from stackkit.cli.render import output_option, say, show_fields, show_rows, visible
from stackkit.cli.session import Session, confirm, pass_session
from stackkit.components.model_deployer import MODEL_DEPLOYER, ModelDeployer, ModelDeployment, ModelServer, ServerStatus
from stackkit.core.names import suggestion
from stackkit.errors import ModelServerNotFoundError, Problem

_STATUS = ("starting", "running", "stopped", "failed")


def _deployer_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--deployer",
        metavar="NAME",
        help="Which model deployer; the active stack's by default, or else the only one.",
        shell_complete=components_of("model_deployer"),
    )(command)


def _timeout_option(help_text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    kind = click.FloatRange(min=0)
    return click.option("--timeout", type=kind, default=60.0, show_default=True, metavar="SECONDS", help=help_text)


def _force_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--force", is_flag=True, help="Cut off the requests under way when the time is over.")(command)


def _deployer(session: Session, name: str | None) -> ModelDeployer:
    return chosen_component(session, MODEL_DEPLOYER, name, "--deployer")


@click.command(
    "deploy", help="Serve the model at MODEL_URI under the name MODEL; the local flavor takes an import path, module:name."
)
@click.argument("model")
@click.argument("model_uri")
@click.option("--type", "model_type", default="", help="What kind it is, in the flavor's own words.")
@click.option("--pipeline", default="", help="The pipeline that made it.")
@click.option("--run", default="", help="The run that made it.")
@click.option("--step", default="", help="The step that made it.")
@click.option("--replace", is_flag=True, help="Take over from what is served under this name.")
@_timeout_option("How long to wait until it answers.")
@_deployer_option
@output_option
@pass_session
def deploy(
    session: Session,
    model: str,
    model_uri: str,
    model_type: str,
    pipeline: str,
    run: str,
    step: str,
    replace: bool,
    timeout: float,
    deployer: str | None,
    output: str,
) -> None:
    """Serve a model."""
    deployment = ModelDeployment(
        model_name=model, model_uri=model_uri, model_type=model_type, pipeline_name=pipeline, run_name=run, step_name=step
    )
    server = _deployer(session, deployer).deploy_model(deployment, replace=replace, timeout=timeout)
    if output == "json":
        show_fields(_fields(server), output)
    else:
        say(f"model {model} is served at {server.url}")


@click.group("servers", cls=LazyGroup, help="Servers of the active stack's model deployer, or of another.")
def servers() -> None:
    """Servers of models, by the model's name or their own identifier."""


@servers.command("list", help="The servers, and how they stand; those for which everything given is so.")
@click.option("--model", metavar="NAME", help="Its name.")
@click.option("--uri", help="Where the model is.")
@click.option("--type", "model_type", help="What kind it is.")
@click.option("--pipeline", help="The pipeline that made it.")
@click.option("--run", help="The run that made it.")
@click.option("--step", help="The step that made it.")
@click.option("--status", type=click.Choice(_STATUS), help="What the server does.")
@_deployer_option
@output_option
@pass_session
def list_servers(
    session: Session,
    model: str | None,
    uri: str | None,
    model_type: str | None,
    pipeline: str | None,
    run: str | None,
    step: str | None,
    status: ServerStatus | None,
    deployer: str | None,
    output: str,
) -> None:
    """List servers."""
    found = _deployer(session, deployer).find_model_server(
        model_name=model,
        model_uri=uri,
        model_type=model_type,
        pipeline_name=pipeline,
        run_name=run,
        step_name=step,
        status=status,
    )
    if output == "json":
        show_rows([_fields(server) for server in found], output, empty="")
        return
    rows: list[dict[str, object]] = [
        {
            "model": s.deployment.model_name,
            "uri": s.deployment.model_uri,
            "status": s.status,
            "url": s.url,
            "message": s.message,
        }
        for s in found
    ]
    show_rows(rows, output, empty="no such server: stackkit model-deployer deploy MODEL MODEL_URI")


@servers.command("describe", help="All about a server.")
@click.argument("server")
@_deployer_option
@output_option
@pass_session
def describe(session: Session, server: str, deployer: str | None, output: str) -> None:
    """Show a server."""
    show_fields(_fields(_named(_deployer(session, deployer), server)), output)


@servers.command("start", help="Start a stopped or failed server.")
@click.argument("server")
@_timeout_option("How long to wait until it answers.")
@_deployer_option
@pass_session
def start(session: Session, server: str, timeout: float, deployer: str | None) -> None:
    """Start a server."""
    target = _deployer(session, deployer)
    found = _named(target, server)
    target.start_model_server(found.uuid, timeout=timeout)
    say(f"model {found.deployment.model_name} is served at {target.get_model_server_info(found.uuid).url}")


@servers.command("stop", help="Stop a server, and keep it.")
@click.argument("server")
@_timeout_option("How long to wait for requests under way.")
@_force_option
@_deployer_option
@pass_session
def stop(session: Session, server: str, timeout: float, force: bool, deployer: str | None) -> None:
    """Stop a server."""
    target = _deployer(session, deployer)
    found = _named(target, server)
    target.stop_model_server(found.uuid, timeout=timeout, force=force)
    say(f"the server of {found.deployment.model_name} is stopped")


@servers.command("delete", help="Stop a server, and forget it.")
@click.argument("server")
@_timeout_option("How long to wait for requests under way.")
@_force_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@_deployer_option
@pass_session
def delete(session: Session, server: str, timeout: float, force: bool, yes: bool, deployer: str | None) -> None:
    """Delete a server."""
    target = _deployer(session, deployer)
    found = _named(target, server)
    confirm(f"Delete the server of {found.deployment.model_name}?", yes=yes)
    target.delete_model_server(found.uuid, timeout=timeout, force=force)
    say(f"the server of {found.deployment.model_name} is deleted")


@servers.command("logs", help="The lines of a server's log.")
@click.argument("server")
@click.option("--tail", type=click.IntRange(min=0), metavar="LINES", help="How many at most, the last ones.")
@_deployer_option
@pass_session
def logs(session: Session, server: str, tail: int | None, deployer: str | None) -> None:
    """Show a server's log."""
    target = _deployer(session, deployer)
    found = _named(target, server)
    lines = target.get_model_server_logs(found.uuid, tail=tail)
    for line in lines:
        click.echo(visible(line, keep="\t"))
    if not lines and tail != 0:
        click.echo(f"the server of {visible(found.deployment.model_name)} has logged nothing", err=True)


def _named(deployer: ModelDeployer, server: str) -> ModelServer:
    """A server by the name of its model, or by its identifier."""
    found = deployer.find_model_server(model_name=server)
    if found:
        return found[0]
    try:
        return deployer.get_model_server_info(UUID(server))
    except ValueError:
        known = [other.deployment.model_name for other in deployer.find_model_server()]
        remedy = suggestion(server, known, f"see which there are: stackkit {MODEL_DEPLOYER.option} servers list")
        raise ModelServerNotFoundError(Problem(f"no model {server} is deployed", remedy=remedy)) from None


def _fields(server: ModelServer) -> dict[str, object]:
    deployment = server.deployment
    return {
        "model": deployment.model_name,
        "uri": deployment.model_uri,
        "type": deployment.model_type,
        "pipeline": deployment.pipeline_name,
        "run": deployment.run_name,
        "step": deployment.step_name,
        "status": server.status,
        "url": server.url,
        "message": server.message,
        "uuid": str(server.uuid),
    }
