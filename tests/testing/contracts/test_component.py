"""The laws of every component, kept by the flavors of the kit and by one with all kinds of fields, states and secrets."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import find
from tests.testing.served import Served
from tests.testing.strategies.sample import Addressed, Everything
from typing_extensions import override

from stackkit import Secret
from stackkit.testing.contracts.component import ComponentContract
from stackkit.testing.strategies import components


class TestServed(ComponentContract[Served]):
    @pytest.fixture
    @override
    def component(self, tmp_path: Path) -> Served:
        secret = Secret("server.password").resolved("hunter2")
        return Served(name="served", folder=str(tmp_path / "served"), password=secret)

    @pytest.fixture
    @override
    def failing(self, tmp_path: Path, component: Served) -> Served:
        (tmp_path / "file").touch()
        return component.replace(folder=str(tmp_path / "file/below"))


class TestEverything(ComponentContract[Everything]):
    @pytest.fixture
    @override
    def component(self) -> Everything:
        return find(components(Everything), lambda _: True)


class TestAddressed(ComponentContract[Addressed]):
    @pytest.fixture
    @override
    def component(self) -> Addressed:
        return Addressed(name="store", path="s3://bucket")
