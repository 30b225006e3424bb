"""The process of a model, and its guard: `python -m stackkit.flavors.model_deployer.worker SPEC`.

The process forks before it loads anything. The parent is the guard: it waits for its child, the model, to end, and for
the supervisor to: then it kills the whole process group, itself and whatever processes the model has started. It does
nothing else, so that no model can keep it from that. The model, on Linux, dies with the guard.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import Final, NoReturn

from stackkit.flavors.model_deployer.specs import Report, WorkerSpec, dump, load

KILLED: Final = 128
"""What the exit status of a guard is above, where a signal ended the model."""
_PR_SET_PDEATHSIG: Final = 1


def main() -> NoReturn:
    """Serve a model until told to stop: by SIGTERM at once, by SIGUSR1 as soon as no client is left without an answer."""
    spec = load(sys.argv[1], WorkerSpec)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    guard = os.getpid()
    child = os.fork()
    if child:
        os.close(spec.report)
        os.close(spec.socket)
        os._exit(_guarded(child, spec.lifeline))
    os.close(spec.lifeline)
    _die_with(guard)
    _serve(spec)
    sys.exit(0)


def _guarded(child: int, lifeline: int) -> int:
    """Wait for the model to end; kill everything when the supervisor has ended.

    Returns:
        The model's exit status.
    """
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake)

    def note(_: int, __: FrameType | None) -> None:
        """Wake up, and nothing else."""

    def forward(number: int, _: FrameType | None) -> None:
        os.kill(child, number)

    signal.signal(signal.SIGCHLD, note)
    for number in (signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, forward)
    waiting = select.poll()
    for end in (lifeline, woken):
        waiting.register(end, select.POLLIN)
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return KILLED - code if code < 0 else code
        if lifeline in dict(waiting.poll()):
            os.killpg(0, signal.SIGKILL)
        with suppress(BlockingIOError):
            os.read(woken, 1024)


def _die_with(guard: int) -> None:
    """Have the operating system end this process with its guard, where it can: on Linux."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != guard:  # it ended before
        os._exit(1)


def _serve(spec: WorkerSpec) -> None:
    from stackkit.errors import StackkitError

    for descriptor in (spec.report, spec.socket):
        os.set_inheritable(descriptor, False)  # noqa: FBT003 - its own signature: what the model starts holds no port
    try:
        from stackkit.flavors.model_deployer.serving import Serving

        serving = Serving.load(spec)
    except StackkitError as error:
        os.write(spec.report, dump(Report(problems=error.problems)))
        sys.exit(1)
    serving.run(spec.socket, lambda: _ready(spec.report))


def _ready(report: int) -> None:
    os.write(report, dump(Report()))
    os.close(report)


if __name__ == "__main__":
    main()
