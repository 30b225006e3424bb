"""The value of a secret is in no file of a workspace, in no document that leaves it, and in no error."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from stackkit.components.alerter import ALERTER
from stackkit.components.secrets_manager import SecretGroup
from stackkit.core.secret import Secret
from stackkit.errors import StackkitError
from stackkit.flavors.secrets_manager.local import LocalSecretsManager
from stackkit.serialization.formats.table import encode
from stackkit.stack.lifecycle import down, states, up
from stackkit.workspace.workspace import Workspace

from .example_flavors import Mailer

VALUE = "hunter2-äé-correct-horse"
MANGLED = (VALUE, VALUE.encode("unicode_escape").decode(), VALUE[:8], "correct-horse")


def told(data: bytes) -> bool:
    return any(form.encode() in data for form in MANGLED)


def files(root: Path) -> bytes:
    return b"".join(file.read_bytes() for file in root.rglob("*") if file.is_file())


@pytest.fixture
def guarded(workspace: Workspace, tmp_path: Path) -> Workspace:
    """A workspace with a stack whose alerter has a secret."""
    manager = LocalSecretsManager(name="keys", path=str(tmp_path / "secrets"))
    manager.register_secret(SecretGroup("smtp", {"token": VALUE}))
    workspace.components.register(manager)
    workspace.components.register(Mailer(name="mail", address="x", token=Secret("smtp.token")))
    workspace.stacks.register("laptop", {"alerter": "mail", "secrets_manager": "keys"}, activate=True)
    return workspace


def taken(workspace: Workspace) -> Mailer:
    """The alerter with the value of its secret."""
    mailer = workspace.stacks.get()[ALERTER]
    assert isinstance(mailer, Mailer)
    assert mailer.token is not None
    assert mailer.token.reveal() == VALUE
    return mailer


ACTS: list[Callable[[Workspace], object]] = [
    lambda w: w.components.register(taken(w).replace(name="plain", token=Secret.plain(VALUE))),
    lambda w: w.components.register(taken(w)),
    lambda w: w.components.new(ALERTER, "m", "mailer", {"address": "x", "token": VALUE}),
    lambda w: w.components.new(ALERTER, "m", "mailer", {"address": "x", "token": {"$secret": VALUE}}),
    lambda w: w.components.new(ALERTER, "m", "mailer", {"address": "x", "token": {"$plain": VALUE}}),
    lambda w: w.components.update(ALERTER, "mail", {"token": VALUE}),
    lambda w: w.components.update(ALERTER, "mail", {"token": [VALUE]}),
    lambda w: w.transfer.bring_in(w.transfer.export("laptop")),
    lambda w: w.transfer.plan({"stackkit": 1, "stack": "s", "components": [_row(VALUE)]}),
    lambda w: w.transfer.plan({"stackkit": 1, "stack": "s", "components": [_row({"$secret": VALUE})]}),
]


def _row(token: object) -> dict[str, object]:
    return {"type": "alerter", "flavor": "mailer", "version": 1, "config": {"name": "m", "address": "x", "token": token}}


@pytest.mark.parametrize("act", ACTS)
def test_no_refusal_tells_it_and_nothing_is_written(
    act: Callable[[Workspace], object], guarded: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(StackkitError) as refused:
        act(guarded)
    error = refused.value
    shown = "".join(traceback.format_exception(error))
    assert not told((str(error) + repr(error) + repr(error.problems) + shown + caplog.text).encode())
    assert not told(files(guarded.root))


def test_what_is_done_with_the_value_at_hand_writes_the_reference(guarded: Workspace) -> None:
    mailer = taken(guarded)
    guarded.components.register(mailer.replace(name="again", uuid=Mailer(name="x", address="x").uuid))
    guarded.components.copy(ALERTER, "again", "third")
    up(guarded.stacks.get())
    states(guarded.stacks.get())
    down(guarded.stacks.get(), force=True)
    assert guarded.components.get(ALERTER, "again") == mailer.replace(
        name="again", uuid=guarded.components.get(ALERTER, "again").uuid
    )
    data = guarded.transfer.export("laptop")
    written = encode(data, "json") + encode(data, "yaml") + repr(guarded.stacks.get()).encode() + repr(mailer).encode()
    assert b"smtp.token" in written
    assert not told(written)
    assert not told(files(guarded.root))


def test_it_would_be_seen_in_the_files_if_it_were_there(guarded: Workspace) -> None:
    guarded.components.register(Mailer(name="open", address=VALUE))
    assert told(files(guarded.root))
