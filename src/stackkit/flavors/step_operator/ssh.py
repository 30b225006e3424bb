"""Steps on another machine, over SSH."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final, final

import attrs
from typing_extensions import override

from stackkit.components.step_operator import BaseStepOperator, code_arguments
from stackkit.core.secret import Secret
from stackkit.errors import ConfigurationError, Problem
from stackkit.flavors.step_operator.apart import run_apart
from stackkit.flavors.step_operator.connection import SILENCE, Address, converse
from stackkit.flavors.step_operator.order import Order
from stackkit.flavors.step_operator.packing import pack
from stackkit.flavors.step_operator.parcel import Parcel
from stackkit.flavors.step_operator.printing import Printed
from stackkit.flavors.step_operator.settings import absolute, path_problem, positive
from stackkit.flavors.step_operator.wheel import kit

_PORTS: Final = range(1, 1 << 16)


def _check_host(_: object, field: attrs.Attribute[Any], value: str) -> None:
    if not value or not value.isprintable() or " " in value:
        what = f"{value!r} is no name or address of a machine"
        raise ConfigurationError(Problem(what, where=field.name, remedy="give it as ssh takes it, without user and port"))


def _check_port(_: object, field: attrs.Attribute[Any], value: int) -> None:
    if value not in _PORTS:
        raise ConfigurationError(
            Problem(f"{value} is no port", where=field.name, remedy="give one from 1 to 65535; 22 is usual")
        )


def _known_hosts() -> str:
    return str(Path.home() / ".ssh/known_hosts")


@final
class SshStepOperator(BaseStepOperator):
    """Runs steps on another machine that is reached over SSH, each in an environment and in a process of its own.

    The other machine needs Python 3.11 or newer; environments are made there by uv where it has it, else by Python's own
    venv and pip. The kit that runs here is sent, and the folders that the step's modules are imported from. All else the step
    takes from the stack's artifact store and metadata store, which have to be reached from there as the same ones.

    The machine proves who it is by a key that `known_hosts` has; there is no way to do without. Neither ssh's configuration
    files nor, where a key or a password is given, its agent are asked.

    What the command prints is printed here. When this is interrupted, this process dies, or the connection is lost, the
    command is ended there, with all that it started, and its files are removed; environments are kept.

    Args:
        host: The machine's name or address.
        port: Its port.
        user: Who logs in there; the user of this process when empty.
        key_file: The file of a private key; empty for a password, or the user's own keys and agent.
        passphrase: What the key is encrypted with.
        password: The user's password.
        known_hosts: The file of the keys of known machines.
        python: The other machine's Python: a path, or a name on its path there.
        folder: Where environments are kept there, and the command has its files; `~` is the user's home there.
        variables: Environment variables of the command, and of what makes its environment. They are no place for secrets.
        timeout: Seconds that a command may take, without the making of its environment; any when None.
        memory: Bytes of address space that each process of a command may have; any when None.
        code_limit: Bytes that the files of the folders may have together that are sent.

    Raises:
        ConfigurationError: The host, the port, a path or a limit is none.

    >>> SshStepOperator(name="gpu", host="gpu.example.org", user="ada", password=Secret("gpu.password")).port
    22
    """

    FLAVOR: ClassVar[str] = "ssh"

    host: str = attrs.field(validator=_check_host, metadata={"help": "the machine's name or address"})
    port: int = attrs.field(default=22, validator=_check_port, metadata={"help": "its port"})
    user: str = attrs.field(default="", metadata={"help": "who logs in there; by default the user's name here"})
    key_file: str = attrs.field(default="", converter=absolute, metadata={"help": "the file of a private key"})
    passphrase: Secret | None = attrs.field(default=None, metadata={"help": "what the key is encrypted with"})
    password: Secret | None = attrs.field(default=None, metadata={"help": "the user's password there"})
    known_hosts: str = attrs.field(
        factory=_known_hosts,
        converter=absolute,
        validator=path_problem,
        metadata={"help": "the file of the keys of known machines"},
    )
    python: str = attrs.field(default="python3", validator=path_problem, metadata={"help": "the Python there"})
    folder: str = attrs.field(
        default="~/.cache/stackkit/steps",
        validator=path_problem,
        metadata={"help": "the folder that environments are kept in there"},
    )
    variables: dict[str, str] = attrs.field(
        factory=dict[str, str], metadata={"help": "environment variables for steps, which are no place for secrets"}
    )
    timeout: float | None = attrs.field(
        default=None, validator=positive, metadata={"help": "the seconds that a step may take; by default any number"}
    )
    memory: int | None = attrs.field(
        default=None,
        validator=positive,
        metadata={"help": "the bytes of memory that a process of a step may have; by default any"},
    )
    code_limit: int = attrs.field(default=64 << 20, validator=positive, metadata={"help": "the bytes of code that may be sent"})

    @override
    def launch(self, pipeline_name: str, run_name: str, requirements: Sequence[str], entrypoint_command: Sequence[str]) -> None:
        """Run a command on the other machine, and wait until it has ended.

        Args:
            pipeline_name: The pipeline.
            run_name: The run.
            requirements: The packages that the command needs.
            entrypoint_command: The command.

        Raises:
            StepError: The machine cannot be reached, is not the known one, or lets nobody in; the environment cannot be made;
                the command ended with another status than 0, broke a limit, or the connection was lost.
            MissingExtraError: asyncssh is not installed.
        """
        code = code_arguments(entrypoint_command)
        order = Order(
            command=[*entrypoint_command],
            requirements=[*requirements],
            folder=self.folder,
            variables=dict(self.variables),
            code=[*code],
            timeout=self.timeout,
            memory=self.memory,
            silence=SILENCE,
        )
        sent = Parcel(order, kit(), pack([*code.values()], self.code_limit)).write()
        printed = Printed()
        run_apart(partial(converse, self._address(), self.python, sent, printed))
        printed.check(self.name, "was there memory enough on that machine, and is its Python called so?")

    def _address(self) -> Address:
        return Address(
            host=self.host,
            port=self.port,
            user=self.user,
            key_file=self.key_file,
            passphrase=None if self.passphrase is None else self.passphrase.reveal(),
            password=None if self.password is None else self.password.reveal(),
            known_hosts=self.known_hosts,
        )
