"""Laws of secrecy: no value is shown, logged, printed, written to a document or carried by an error."""

from __future__ import annotations

import os
import pickle
from typing import Generic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit import SecretGroup, SecretSchema, dumps
from stackkit.errors import SecretExistsError
from stackkit.testing.contracts.component import ComponentContract, few, in_every_format
from stackkit.testing.contracts.secrets_manager.keeping import M
from stackkit.testing.contracts.secrets_manager.leaks import Leaks, words


class Password(SecretSchema):
    """A secret that is not there as it should be."""

    password: str
    absent: str


class SecrecyLaws(ComponentContract[M], Generic[M]):
    """The laws of where no value is."""

    @few
    @given(before=st.text(), word=words, after=st.text())
    def test_no_value_is_shown_by_what_it_says_raises_or_pickles(
        self, component: M, before: str, word: str, after: str
    ) -> None:
        component.delete_all_secrets()
        value = f"{before}{word}{after}"
        leaks, group = Leaks(word, type(component)), SecretGroup("database", {"password": value})
        component.register_secret(group)
        found = component.get_secret("database")
        for place, shown in (("component", component), ("group", group), ("found", found), ("dict", vars(component))):
            leaks.look_in(place, f"{shown!r}{shown}")
        leaks.look_in_bytes("pickle", pickle.dumps(component))
        for action in (
            lambda: component.register_secret(group),
            lambda: component.register_secret(SecretGroup("my.database", {"pass word": value})),
            lambda: component.register_secret(SecretGroup("other", {"password": f"{value}\udcff"})),
            lambda: component.update_secret(SecretGroup("other", {"password": value})),
            lambda: component.update_secret(SecretGroup("database", {"pass word": value})),
            lambda: component.get_secret("other"),
            lambda: component.delete_secret("other"),
            lambda: found["pass word"],
            lambda: found.read(Password),
            lambda: pickle.dumps(found),
        ):
            leaks.look_in_error_of(action)
        assert leaks.found == []

    @in_every_format
    def test_its_document_holds_no_value(self, component: M, form: str) -> None:
        component.register_secret(SecretGroup("database", {"password": "hunter2"}))
        assert b"hunter" not in dumps(component, form)

    def test_no_value_is_logged_printed_or_put_into_the_environment(
        self, component: M, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        caplog.set_level(0)
        component.register_secret(SecretGroup("database", {"password": "hunter2"}))
        component.update_secret(SecretGroup("database", {"password": "hunter3"}))
        component.get_secret("database")
        with pytest.raises(SecretExistsError):
            component.register_secret(SecretGroup("database", {"password": "hunter4"}))
        environment = {name: value for name, value in os.environ.items() if "hunter" in value}
        component.delete_secret("database")
        component.delete_all_secrets()
        printed = capfd.readouterr()
        assert environment == {}
        assert "hunter" not in f"{caplog.text}{printed.out}{printed.err}{''.join(component.logs())}"
