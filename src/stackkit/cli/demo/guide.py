"""The guide of the demo: shows what a person would type, runs it for real, and says what came of it."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import click

from stackkit.errors import StackkitError

SHOWN_LINES: Final = 18


class DemoError(StackkitError):
    """A step of the demo did not go as it should."""


class Guide:
    """Shows and runs the steps.

    Args:
        folder: The workspace's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._number = 0

    def step(self, title: str) -> None:
        """Begin a step."""
        self._number += 1
        click.secho(f"\n{self._number}. {title}", bold=True)

    def run(self, command: str, *, refused: bool = False, text: str | None = None, folder: Path | None = None) -> str:
        """Show a command line, run it in its own process, and show what it says.

        Args:
            command: What a person would type after the prompt.
            refused: Whether it is meant to be refused.
            text: What is piped into it.
            folder: Where it is run; the first workspace by default.

        Returns:
            What it printed.

        Raises:
            DemoError: It went otherwise than meant.
        """
        piped = f"printf %s … | {command}" if text is not None else command
        click.echo(f"   $ {piped}")
        done = subprocess.run(  # noqa: S603 - the demo's own commands
            [sys.executable, "-m", "stackkit", *shlex.split(command)[1:]],
            cwd=folder or self.folder,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        printed = done.stdout + done.stderr
        self.show(printed)
        if (done.returncode != 0) != refused or "Traceback" in printed:
            raise DemoError(f"`{command}` ended with {done.returncode}: {printed.strip()}")
        return printed

    def run_and_kill(self, command: str, *, after: str) -> None:
        """Show a command line, run it in its own process, and kill that in the middle.

        Args:
            command: What a person would type after the prompt.
            after: What a line has in it after which it is killed.

        Raises:
            DemoError: It came to its end before that.
        """
        click.echo(f"   $ {command}")
        running = subprocess.Popen(  # noqa: S603 - the demo's own commands
            [sys.executable, "-u", "-m", "stackkit", *shlex.split(command)[1:]],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "TMPDIR": str(self.folder.parent)},  # what it has no time to remove goes with the workspace
        )
        seen: list[str] = []
        with running:
            for line in running.stdout or ():
                seen.append(line)
                self.show(line)
                if after in line:
                    break
            running.kill()
            running.wait()
        click.echo(f"   $ kill -9 {running.pid}")
        if running.returncode != -signal.SIGKILL:
            raise DemoError(f"`{command}` ended with {running.returncode} before it could be killed: {''.join(seen).strip()}")

    def note(self, text: str) -> None:
        """Say something about the step."""
        click.echo(f"   {text}")

    def show(self, text: str) -> None:
        """Show what something printed, indented, and not all of it if it is long."""
        lines = text.replace(str(self.folder), "…").splitlines()
        for line in lines[:SHOWN_LINES]:
            click.echo(f"     {line}")
        if len(lines) > SHOWN_LINES:
            click.echo(f"     … {len(lines) - SHOWN_LINES} more lines")

    def python(self, source: str, *, folder: Path | None = None) -> str:
        """Show a Python program, run it in its own process, and show what it prints.

        Args:
            source: The program.
            folder: Where it is run; the first workspace by default.

        Raises:
            DemoError: It failed.
        """
        for number, line in enumerate(source.strip().splitlines()):
            click.echo(f"   {'>>>' if number == 0 else '...'} {line}")
        done = subprocess.run(  # noqa: S603 - the demo's own programs
            [sys.executable, "-c", source], cwd=folder or self.folder, capture_output=True, text=True, check=False
        )
        self.show(done.stdout + done.stderr)
        if done.returncode:
            raise DemoError(f"a program failed: {done.stderr.strip()}")
        return done.stdout
