"""`stackkit feature-store views …`, and the commands that write, materialize and read features."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stackkit.cli.completion import components_of
from stackkit.cli.components.choosing import chosen_component
from stackkit.cli.groups import LazyGroup
from stackkit.cli.render import output_option, say, show_fields, show_rows
from stackkit.cli.session import Session, confirm, pass_session
from stackkit.components.feature_store import FEATURE_STORE, FeatureStore, FeatureView
from stackkit.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    from stackkit.components.feature_store import FeatureValue

FILE = click.Path(path_type=Path)


def _store_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--store",
        metavar="NAME",
        help="Which feature store; the active stack's by default, or else the only one.",
        shell_complete=components_of("feature_store"),
    )(command)


def _full_names_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--full-names", is_flag=True, help="Call the columns view__feature.")(command)


def _store(session: Session, name: str | None) -> FeatureStore:
    return chosen_component(session, FEATURE_STORE, name, "--store")


@click.group("views", cls=LazyGroup, help="Feature views of the active stack's feature store, or of another.")
def views() -> None:
    """Feature views."""


@views.command("apply", help="Register the feature views of FILE, a YAML or JSON list, or change those of the same names.")
@click.argument("file", type=FILE)
@_store_option
@pass_session
def apply(session: Session, file: Path, store: str | None) -> None:
    """Register feature views."""
    from stackkit.cli.of_types.feature_files import read_views

    given = read_views(file)
    target = _store(session, store)
    target.apply(given)
    say(f"applied to {target.name}: {', '.join(view.name for view in given) or 'nothing'}")


@views.command("list", help="The feature views, and up to when each was materialized.")
@_store_option
@output_option
@pass_session
def list_views(session: Session, store: str | None, output: str) -> None:
    """List feature views."""
    target = _store(session, store)
    rows = [
        {
            "view": view.name,
            "entity_keys": ", ".join(view.entity_keys),
            "features": ", ".join(view.features),
            "ttl": _ttl(view),
            "materialized_until": _until(target, view.name),
        }
        for view in target.list_feature_views()
    ]
    show_rows(rows, output, empty="no feature view yet: stackkit feature-store views apply FILE")


@views.command("describe", help="The keys, features and times of a feature view.")
@click.argument("name")
@_store_option
@output_option
@pass_session
def describe(session: Session, name: str, store: str | None, output: str) -> None:
    """Show a feature view."""
    target = _store(session, store)
    view = target.get_feature_view(name)
    if output == "json":
        from stackkit.cli.of_types.feature_files import view_document

        show_fields({**view_document(view), "materialized_until": _until(target, name)}, output)
        return
    shown = {
        "name": view.name,
        "description": view.description or None,
        "entity_keys": _listed(view.entity_keys),
        "features": _listed(view.features),
        "timestamp_field": view.timestamp_field,
        "created_timestamp_column": view.created_timestamp_column,
        "ttl": _ttl(view),
        "materialized_until": _until(target, name),
    }
    show_fields(shown, output)


@views.command("delete", help="Remove a feature view with all of its rows, historical and online.")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_store_option
@pass_session
def delete(session: Session, name: str, yes: bool, store: str | None) -> None:
    """Remove a feature view."""
    target = _store(session, store)
    target.get_feature_view(name)
    confirm(f"Delete the feature view {name} of {target.name}, and all of its rows?", yes=yes)
    target.delete_feature_view(name)
    say(f"feature view {name} deleted from {target.name}")


@click.command("write", help="Add the rows of FILE, Parquet or CSV, to the history of a feature view.")
@click.argument("view")
@click.argument("file", type=FILE)
@_store_option
@pass_session
def write(session: Session, view: str, file: Path, store: str | None) -> None:
    """Write rows."""
    from stackkit.cli.of_types.feature_files import read_table

    target = _store(session, store)
    rows = read_table(file)
    target.write(view, rows)
    say(f"{rows.height} rows of {file} written to {view} in {target.name}")


@click.command("historical", help="Features as they were known at the time of each row of --entities.")
@click.argument("features", nargs=-1, required=True)
@click.option("--entities", type=FILE, required=True, help="Parquet or CSV: the entity keys and a column event_timestamp.")
@click.option("--out", type=FILE, help="The Parquet or CSV file to write; by default the rows are shown.")
@_full_names_option
@_store_option
@output_option
@pass_session
def historical(
    session: Session,
    features: Sequence[str],
    entities: Path,
    out: Path | None,
    full_names: bool,
    store: str | None,
    output: str,
) -> None:
    """Read historical features."""
    from stackkit.cli.of_types.feature_files import read_table, table_rows, write_table

    target = _store(session, store)
    answer = target.get_historical_features(read_table(entities), list(features), full_feature_names=full_names)
    if out is None:
        show_rows(table_rows(answer), output, empty="there are no entities")
    else:
        say(f"{write_table(answer, out)} rows written to {out}")


@click.command("materialize", help="Put features online: what is not yet or, with --start, all between two times.")
@click.option("--start", metavar="TIME", help="The first event; an ISO 8601 time, in UTC where it has no zone.")
@click.option("--end", metavar="TIME", help="The last event; now, by default.")
@click.option("--view", "names", multiple=True, help="Which feature view; repeat it for several. All, by default.")
@_store_option
@pass_session
def materialize(session: Session, start: str | None, end: str | None, names: Sequence[str], store: str | None) -> None:
    """Materialize feature views."""
    first, last = (None if text is None else _time(text) for text in (start, end))
    target = _store(session, store)
    last = last or datetime.now(UTC)
    chosen = list(names) or None
    if first is None:
        target.materialize_incremental(last, views=chosen)
    else:
        target.materialize(first, last, views=chosen)
    say(f"materialized up to {last.isoformat()}: {', '.join(names) or 'all feature views'} of {target.name}")


@click.command("online", help="Features as they are now, of each --entity.")
@click.argument("features", nargs=-1, required=True)
@click.option("--entity", "texts", multiple=True, required=True, help="KEY=VALUE,KEY=VALUE or a JSON object; repeat it.")
@_full_names_option
@_store_option
@output_option
@pass_session
def online(
    session: Session, features: Sequence[str], texts: Sequence[str], full_names: bool, store: str | None, output: str
) -> None:
    """Read online features."""
    from stackkit.cli.of_types.feature_files import columns_rows, read_entity

    target = _store(session, store)
    types = {name: kind for view in target.list_feature_views() for name, kind in view.entity_keys.items()}
    entities: list[dict[str, FeatureValue]] = [read_entity(text, types) for text in texts]
    answer = target.get_online_features(entities, list(features), full_feature_names=full_names)
    show_rows(columns_rows(answer), output, empty="there are no entities")


def _listed(types: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({kind})" for name, kind in types.items())


def _ttl(view: FeatureView) -> str | None:
    return None if view.ttl is None else str(view.ttl)


def _until(store: FeatureStore, view: str) -> str | None:
    until = store.materialized_until(view)
    return None if until is None else until.isoformat()


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as e:
        raise ConfigurationError(Problem(f"{text!r} is no time", remedy="write it as 2026-01-31T12:00:00Z")) from e
    return time if time.tzinfo else time.replace(tzinfo=UTC)
