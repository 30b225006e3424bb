"""The console keeps the contract of alerters."""

from __future__ import annotations

import pytest
from tests.flavors.alerter.at_the_console import AtTheConsole
from typing_extensions import override

from stackkit.flavors.alerter.console import ConsoleAlerter


class TestConsoleAlerter(AtTheConsole[ConsoleAlerter]):
    @pytest.fixture
    @override
    def component(self) -> ConsoleAlerter:
        return ConsoleAlerter(name="console")
