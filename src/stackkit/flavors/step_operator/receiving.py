"""What the Python of a step's machine is told first: receive the kit, and let it do the rest.

The text of this module is sent, and run by whatever Python is there, without the kit; the standard library is all it has.
"""

from __future__ import annotations

import json
import os
import sys
from typing import IO

OLDEST = (3, 11)


def receive(channel: IO[bytes]) -> None:
    """Receive the kit, as a wheel, and an order; and carry the order out.

    Args:
        channel: Parts, each after a line with its length; then a word now and then, for as long as somebody waits.
    """
    if sys.version_info < OLDEST:
        told = {"stage": "start", "problem": "its Python is %d.%d, and the kit needs 3.11" % sys.version_info[:2]}  # noqa: UP031 - older ones read this
        sys.stderr.write(f"stackkit-outcome {json.dumps(told)}\n")
        sys.exit(1)
    head = json.loads(part(channel))
    order, wheel, code = part(channel), part(channel), part(channel)
    file = kept(head, wheel)
    sys.path.insert(0, file)
    from stackkit.flavors.step_operator.runner import carry_out

    carry_out(order, code, file, channel)


def kept(head: dict[str, str], wheel: bytes) -> str:
    """The file of the kit, which nobody else can change; written where it is not there as it was sent.

    Args:
        head: The folder, and what the kit is known by.
        wheel: The kit.
    """
    base = os.path.abspath(os.path.expanduser(head["folder"]))  # noqa: PTH100, PTH111 - as light as can be
    folder = os.path.join(base, "kit", head["digest"])  # noqa: PTH118 - the same
    before = os.umask(0o077)
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - the same
    os.umask(before)
    file = os.path.join(folder, head["wheel"])  # noqa: PTH118 - the same
    if not os.path.exists(file) or read(file) != wheel:  # noqa: PTH110 - the same
        unfinished = "%s.%d" % (file, os.getpid())  # noqa: UP031 - older ones read this
        with open(unfinished, "wb") as written:  # noqa: PTH123 - the same
            written.write(wheel)
        os.replace(unfinished, file)  # noqa: PTH105 - the same
    return file


def read(file: str) -> bytes:
    """What is in a file.

    Args:
        file: Its path.
    """
    with open(file, "rb") as opened:  # noqa: PTH123 - as light as can be
        return opened.read()


def part(channel: IO[bytes]) -> bytes:
    """The next part.

    Args:
        channel: Where parts come from.
    """
    length = int(channel.readline() or b"-1")
    received = channel.read(length) if length >= 0 else b""
    if len(received) < length or length < 0:  # whoever sent it is gone
        sys.exit(1)
    return received


if __name__ == "__main__":
    receive(sys.stdin.buffer)
