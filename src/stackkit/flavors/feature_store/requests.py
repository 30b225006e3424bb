"""Which features are asked for: `view:feature`, and what their columns are called in the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from stackkit.components.feature_store import unknown_view
from stackkit.core.names import closest
from stackkit.errors import ConfigurationError, FeatureNotFoundError, Problem
from stackkit.flavors.feature_store.views import ViewRecord


@attrs.frozen
class Request:
    """The features that are asked for of one view.

    Args:
        record: The view.
        features: Each feature, with the name of its column in the answer.
    """

    record: ViewRecord
    features: Mapping[str, str]


def requests(records: Iterable[ViewRecord], features: Sequence[str], *, full: bool) -> list[Request]:
    """What is asked for, view by view.

    Args:
        records: The views that there are.
        features: The features, each `view:feature`.
        full: Whether their columns are called `view__feature`.

    Raises:
        FeatureNotFoundError: Some are not there; all of these are named.
        ConfigurationError: The same is asked for twice.
    """
    known = {record.view.name: record for record in records}
    found: dict[str, dict[str, str]] = {}
    problems: list[Problem] = []
    for text in features:
        view, _, name = text.partition(":")
        if view in known and name in known[view].view.features:
            found.setdefault(view, {})[name] = f"{view}__{name}" if full else name
        else:
            problems.append(_unknown(text, known))
    if problems:
        raise FeatureNotFoundError(*problems)
    twice = [Problem("is asked for twice", where=text) for text in dict.fromkeys(features) if features.count(text) > 1]
    if twice:
        raise ConfigurationError(*twice)
    return [Request(known[view], columns) for view, columns in found.items()]


def check_columns(names: Sequence[str]) -> None:
    """Refuse an answer in which two columns would be called alike.

    Args:
        names: What they would be called.

    Raises:
        ConfigurationError: Some are called alike; all of these are named.
    """
    remedy = "ask with full_feature_names, or rename the column"
    clashes = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if clashes:
        raise ConfigurationError(*(Problem(f"two columns would be called {name}", remedy=remedy) for name in clashes))


def key_types(found: Sequence[Request]) -> dict[str, str]:
    """The entity keys that some requests need, with their types.

    Args:
        found: The requests.

    Raises:
        ConfigurationError: Two views have a key of the same name and different types.
    """
    types: dict[str, str] = {}
    for request in found:
        for name, kind in request.record.view.entity_keys.items():
            if types.setdefault(name, kind) != kind:
                what = f"is {types[name]} to one view and {kind} to another, {request.record.view.name}"
                raise ConfigurationError(Problem(what, where=name, remedy="ask for their features one view at a time"))
    return types


def _unknown(text: str, known: Mapping[str, ViewRecord]) -> Problem:
    view, colon, name = text.partition(":")
    if not colon:
        owners = [owner for owner, record in known.items() if text in record.view.features]
        remedy = f"did you mean {owners[0]}:{text}?" if owners else "write view:feature"
        return Problem(f"{text!r} names no view", remedy=remedy)
    if view not in known:
        return unknown_view(view, known)
    features = list(known[view].view.features)
    close = closest(name, features)
    remedy = f"did you mean {view}:{close}?" if close else f"it has {', '.join(features)}"
    return Problem(f"the feature view {view} has no feature {name!r}", remedy=remedy)
