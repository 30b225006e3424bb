"""Alerters: who is told, and who is asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Final, Protocol

from stackkit.core.component import StackComponent
from stackkit.core.component_type import Component, ComponentType


class Alerter(Component, Protocol):
    """Messages to people.

    Laws, which every flavor's contract suite holds:

    - `post` is true exactly when the message was delivered, to its end; one that was not never arrives later. Messages of
      one thread arrive in their order, each once, a repeated one too; those of several threads arrive whole.
    - `ask` is true only when somebody approved of this very question; no answer is no approval, and where nobody can be
      asked it raises `AlerterError` and says what to do.
    - No message or question drives what it is shown on: control characters but line breaks and tabs, and those that turn
      the direction of writing, arrive as escapes or not at all.
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
