"""`stackkit secrets-manager secret …`: values are typed unseen or read from a file, never given as arguments."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from stackkit.cli.completion import components_of
from stackkit.cli.components.choosing import chosen_name
from stackkit.cli.files import read_document
from stackkit.cli.groups import LazyGroup
from stackkit.cli.render import output_option, say, show_rows, visible
from stackkit.cli.session import Session, confirm, is_interactive, pass_session
from stackkit.components.secrets_manager import SECRETS_MANAGER, SecretGroup, SecretsManager
from stackkit.core.narrow import is_dict
from stackkit.errors import DocumentError, Problem


@click.group("secret", cls=LazyGroup, help="Secrets of the active stack's secrets manager, or of another.")
def secret() -> None:
    """Secrets, by name and key."""


def _manager_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--manager",
        metavar="NAME",
        help="Which secrets manager; the active stack's by default, or else the only one.",
        shell_complete=components_of("secrets_manager"),
    )(command)


def _file_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--from",
        "file",
        type=click.Path(path_type=Path),
        help="A JSON or YAML mapping of keys to values; - for standard input.",
    )(command)


def _manager(session: Session, name: str | None) -> SecretsManager:
    """The secrets manager to work with: the named one, the active stack's, or the only one there is."""
    return session.workspace.components.get(SECRETS_MANAGER, chosen_name(session, SECRETS_MANAGER, name, "--manager"))


@secret.command("register", help="Keep a new secret. The value of each KEY is asked for, unseen; or read with --from.")
@click.argument("name")
@click.argument("keys", nargs=-1)
@_file_option
@_manager_option
@pass_session
def register(session: Session, name: str, keys: Sequence[str], file: Path | None, manager: str | None) -> None:
    """Keep a new secret."""
    target = _manager(session, manager)
    target.register_secret(SecretGroup(name, _values(keys, file)))
    say(f"secret {name} registered in {target.name}")


@secret.command("update", help="Change values of a secret, or add keys. Values are asked for, unseen; or read with --from.")
@click.argument("name")
@click.argument("keys", nargs=-1)
@_file_option
@_manager_option
@pass_session
def update(session: Session, name: str, keys: Sequence[str], file: Path | None, manager: str | None) -> None:
    """Change a secret."""
    target = _manager(session, manager)
    old = target.get_secret(name)
    target.update_secret(SecretGroup(name, {**old.values, **_values(keys, file)}))
    say(f"secret {name} updated in {target.name}")


@secret.command("get", help="The keys of a secret; with --reveal their values, on standard output.")
@click.argument("name")
@click.argument("key", required=False)
@click.option("--reveal", is_flag=True, help="Print values.")
@_manager_option
@output_option
@pass_session
def get(session: Session, name: str, key: str | None, reveal: bool, manager: str | None, output: str) -> None:
    """Show a secret."""
    group = _manager(session, manager).get_secret(name)
    shown = dict(sorted(group.values.items())) if key is None else {key: group[key]}
    if key is not None and reveal and output == "table":
        # A terminal is not driven by a value; a program gets it as it is.
        click.echo(visible(shown[key], keep="\n\t") if sys.stdout.isatty() else shown[key])
        return
    rows = [{"key": k, "value": v if reveal else "***", "reference": f"${{{name}.{k}}}"} for k, v in shown.items()]
    show_rows(rows, output, empty="the secret has no keys")


@secret.command("list", help="The names of the secrets.")
@_manager_option
@output_option
@pass_session
def list_secrets(session: Session, manager: str | None, output: str) -> None:
    """List secrets."""
    rows = [{"secret": name} for name in _manager(session, manager).get_all_secret_keys()]
    show_rows(rows, output, empty="no secret yet: stackkit secrets-manager secret register NAME KEY…")


@secret.command("delete", help="Remove a secret, or with --all every secret.")
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help="Remove every secret.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_manager_option
@pass_session
def delete(session: Session, name: str | None, everything: bool, yes: bool, manager: str | None) -> None:
    """Remove secrets."""
    if (name is None) != everything:
        raise click.UsageError("name a secret, or say --all")
    target = _manager(session, manager)
    if name is None:
        confirm(f"Remove every secret of {target.name}?", yes=yes)
        target.delete_all_secrets()
        say(f"every secret of {target.name} removed")
        return
    target.get_secret(name)
    confirm(f"Remove the secret {name} of {target.name}?", yes=yes)
    target.delete_secret(name)
    say(f"secret {name} removed from {target.name}")


def _values(keys: Sequence[str], file: Path | None) -> Mapping[str, str]:
    if (file is None) == (not keys):
        raise click.UsageError("name the keys to ask for, or give --from FILE")
    _refuse_values(keys)
    if file is not None:
        return _from_file(file)
    if not is_interactive():
        if len(keys) == 1:
            return {keys[0]: _piped()}
        raise click.UsageError("nobody can be asked here: pipe the value of one key in, or give --from FILE")
    return {key: click.prompt(f"{key} (not shown)", hide_input=True, err=True) for key in keys}


def _piped() -> str:
    try:
        return sys.stdin.read().removesuffix("\n")
    except UnicodeDecodeError:  # its text would show some of the value
        raise DocumentError(Problem("the value is not UTF-8", where="standard input", remedy="encode it as text")) from None


def _refuse_values(keys: Sequence[str]) -> None:
    given = [key for key in keys if "=" in key]
    if given:
        named = ", ".join(key.partition("=")[0].lstrip("-") for key in given)
        raise click.UsageError(f"a value on the command line is seen by everybody: name the key alone ({named})")


def _from_file(file: Path) -> Mapping[str, str]:
    found = read_document(file)
    if not is_dict(found) or not found:
        raise DocumentError(Problem("is no mapping of keys to values", where=str(file)))
    wrong = [str(key) for key, value in found.items() if not isinstance(value, str)]
    if wrong:
        raise DocumentError(*(Problem("its value is not text", where=f"{file}: {key}", remedy="quote it") for key in wrong))
    return {str(key): str(value) for key, value in found.items()}
