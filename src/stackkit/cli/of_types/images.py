"""`stackkit container-registry push|pull|digest|tags`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from stackkit.cli.completion import components_of
from stackkit.cli.components.choosing import chosen_component
from stackkit.cli.render import output_option, say, show_fields, show_rows
from stackkit.cli.session import Session, pass_session
from stackkit.components.container_registry import CONTAINER_REGISTRY, ContainerRegistry

_OPTION = "--registry"


def _registry_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        _OPTION,
        "registry",
        metavar="NAME",
        help="Which container registry; the active stack's by default, or else the only one.",
        shell_complete=components_of("container_registry"),
    )(command)


def _registry(session: Session, name: str | None) -> ContainerRegistry:
    return chosen_component(session, CONTAINER_REGISTRY, name, _OPTION)


@click.command("push", help="Push the image at SOURCE, an OCI layout or an archive of docker save, under the name IMAGE.")
@click.argument("image")
@click.argument("source", type=click.Path(path_type=Path))
@_registry_option
@output_option
@pass_session
def push(session: Session, image: str, source: Path, registry: str | None, output: str) -> None:
    """Push an image."""
    target = _registry(session, registry)
    digest = target.push_image(image, source)
    if output == "json":
        show_fields({"image": image, "registry": target.uri, "digest": digest}, output)
    else:
        say(f"image {image} pushed to {target.uri}: {digest}")


@click.command("pull", help="Pull IMAGE to TARGET, a new folder, as an OCI layout.")
@click.argument("image")
@click.argument("target", type=click.Path(path_type=Path))
@_registry_option
@output_option
@pass_session
def pull(session: Session, image: str, target: Path, registry: str | None, output: str) -> None:
    """Pull an image."""
    source = _registry(session, registry)
    digest = source.pull_image(image, target)
    if output == "json":
        show_fields({"image": image, "registry": source.uri, "digest": digest, "target": str(target)}, output)
    else:
        say(f"image {image} pulled to {target}: {digest}")


@click.command("digest", help="The digest of IMAGE.")
@click.argument("image")
@_registry_option
@pass_session
def digest(session: Session, image: str, registry: str | None) -> None:
    """Tell the digest of an image."""
    say(_registry(session, registry).image_digest(image))


@click.command("tags", help="The tags of REPOSITORY.")
@click.argument("repository")
@_registry_option
@output_option
@pass_session
def tags(session: Session, repository: str, registry: str | None, output: str) -> None:
    """List the tags of a repository."""
    rows = [{"tag": tag} for tag in _registry(session, registry).tags(repository)]
    show_rows(rows, output, empty=f"{repository} has no tags")
