"""What a step operator sends to the machine of a step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import attrs

from stackkit.flavors.step_operator import receiving
from stackkit.flavors.step_operator.order import Order
from stackkit.flavors.step_operator.wheel import Wheel, archive

HEARTBEAT: Final = b"."
"""The word by which who waits says that they do."""

_BEGIN: Final = "import sys;exec(sys.stdin.buffer.read(int(sys.stdin.buffer.readline())))"


def begin() -> str:
    """What Python is told on its command line; the rest comes by its standard input."""
    return _BEGIN


@attrs.frozen
class Parcel:
    """An order, with what is needed to carry it out.

    Args:
        order: The order.
        kit: The kit, which is installed beside the requirements.
        code: An archive of folders.
    """

    order: Order
    kit: Wheel
    code: bytes = attrs.field(factory=lambda: archive(()), repr=False)

    def write(self) -> bytes:
        """As it is sent."""
        head = {"folder": self.order.folder, "digest": self.kit.digest, "wheel": self.kit.name}
        program = Path(receiving.__file__).read_bytes()  # run as the program that it is
        parts = [program, json.dumps(head).encode(), self.order.write(), self.kit.content, self.code]
        return b"".join(b"%d\n%b" % (len(part), part) for part in parts)
