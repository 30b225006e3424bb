"""What flavors of one's own can change, and what happens when somebody interrupts."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import ClassVar

import attrs
import pytest
from tests.flavors.container_registry.docker_registry import DockerRegistry
from tests.flavors.container_registry.proxy import Forward, Reply, Request, proxy
from typing_extensions import override

from stackkit.errors import ImageNotFoundError, ImageTransferError, Problem
from stackkit.flavors.container_registry.default import DefaultContainerRegistry
from stackkit.flavors.container_registry.oci import OciRegistry


class Prepared(OciRegistry):
    """Makes repositories before it pushes to them."""

    FLAVOR: ClassVar[str] = "prepared"

    _made: list[str] = attrs.field(init=False, factory=list[str])

    @property
    def prepared(self) -> tuple[str, ...]:
        """For which images something was prepared."""
        return tuple(self._made)

    @override
    def prepare_image_push(self, image: str) -> None:
        if "forbidden" in image:
            raise ImageTransferError(Problem("may not be made", where=image))
        self._made.append(image)


def test_a_flavor_prepares_each_push(server: DockerRegistry, namespace: str, layout: Path) -> None:
    registry = Prepared(name="prepared", uri=f"{server.address}/{namespace}")
    registry.push_image("model:1", layout)
    registry.push_image(f"{registry.uri}/model:2", layout)
    assert registry.prepared == ("model:1", f"{registry.uri}/model:2")


def test_a_push_that_cannot_be_prepared_sends_nothing(server: DockerRegistry, namespace: str, layout: Path) -> None:
    registry = Prepared(name="prepared", uri=f"{server.address}/{namespace}")
    with pytest.raises(ImageTransferError, match="may not be made"):
        registry.push_image("forbidden:1", layout)
    with pytest.raises(ImageNotFoundError):
        registry.tags("forbidden")


def test_an_interrupted_push_ends_and_the_name_stays_free(server: DockerRegistry, namespace: str, layout: Path) -> None:
    arrived, gone = threading.Event(), threading.Event()

    def slow(request: Request, forward: Forward) -> Reply:
        if request.is_upload:
            arrived.set()
            gone.wait(120)
        return forward(request)

    program = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from stackkit.flavors.container_registry.default import DefaultContainerRegistry as R;"
        "R(name='r', uri=sys.argv[1], timeout=1.0).push_image('model:1', sys.argv[2])"
    )
    with proxy(server.address, slow) as slowed:
        uri = f"{slowed.address}/{namespace}"
        process = subprocess.Popen([sys.executable, "-c", program, uri, str(layout)], stderr=subprocess.PIPE, text=True)
        assert arrived.wait(120)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
        gone.set()
    assert said.splitlines()[-1] == "KeyboardInterrupt"
    with pytest.raises(ImageNotFoundError):
        DefaultContainerRegistry(name="r", uri=f"{server.address}/{namespace}").image_digest("model:1")


def test_a_registry_that_answers_too_late_is_given_up(
    server: DockerRegistry, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stackkit.flavors.container_registry.protocol import connection

    monkeypatch.setattr(connection, "ATTEMPTS", 2)
    gone = threading.Event()

    def slow(request: Request, forward: Forward) -> Reply:
        gone.wait(120)
        return forward(request)

    with proxy(server.address, slow) as slowed:
        registry = DefaultContainerRegistry(name="r", uri=f"{slowed.address}/{namespace}", timeout=0.05)
        with pytest.raises(ImageTransferError, match="the connection broke off: timed out"):
            registry.tags("model")
        gone.set()
