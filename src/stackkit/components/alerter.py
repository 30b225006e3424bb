"""Alerters: who is told, and who is asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Final, Protocol

from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType


class Alerter(Component, Protocol):
    """Messages to people.

    Laws: `post` is true exactly when the message was delivered; `ask` is true only when somebody approved, and where nobody
    can be asked it raises `AlerterError`.
    """

    TYPE: ClassVar[ComponentType[Alerter]]

    def post(self, message: str) -> bool: ...
    def ask(self, question: str) -> bool: ...


ALERTER: Final = ComponentType[Alerter]("alerter")


class BaseAlerter(StackComponent, ABC):
    """The base of every alerter."""

    TYPE: ClassVar[ComponentType[Alerter]] = ALERTER

    @abstractmethod
    def post(self, message: str) -> bool:
        """Tell people something.

        Args:
            message: What to tell.

        Returns:
            Whether it was delivered.
        """

    @abstractmethod
    def ask(self, question: str) -> bool:
        """Ask for approval, and wait for the answer.

        Args:
            question: What is to be approved.

        Returns:
            Whether it was.

        Raises:
            AlerterError: Nobody can be asked.
        """
