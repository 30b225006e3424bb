"""What happens when processes end that nobody told to."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from tests.flavors.model_deployer.processes import is_held, models, port_of, processes, supervisors, until

from stackkit.components.model_deployer import ModelDeployment, ModelServer
from stackkit.errors import NameTakenError
from stackkit.flavors.model_deployer.local import LocalModelDeployer

Echo = Callable[..., ModelDeployment]

PARENT = """
import re
import subprocess
import sys
from pathlib import Path

subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)", {mark!r}])

def predict(text: str) -> int:
    Path({begun!r}).touch()
    return len(re.findall("(a+)+$", text))  # which keeps the interpreter to itself: no thread runs meanwhile
"""

FRAGILE = """
from pathlib import Path

if Path({broken!r}).exists():
    raise OSError("the weights are gone")

def predict(text: str) -> str:
    return text
"""

DEPLOYING = """
import sys
from stackkit.components.model_deployer import ModelDeployment
from stackkit.flavors.model_deployer.local import LocalModelDeployer
deployer = LocalModelDeployer(name="there", path=sys.argv[1], model_path=sys.argv[2])
deployer.deploy_model(ModelDeployment(model_name="echo", model_uri=sys.argv[3]))
"""


def kill(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def states(deployer: LocalModelDeployer) -> tuple[bool, bool]:
    return (deployer.is_provisioned, deployer.is_running)


def ask_in_vain(server: ModelServer) -> None:
    with suppress(httpx.HTTPError):
        httpx.post(server.url, json={"text": "a" * 60 + "b"}, timeout=60)


def test_a_model_that_ends_is_started_again_and_says_so_and_keeps_its_address(deployer: LocalModelDeployer, echo: Echo) -> None:
    server = deployer.deploy_model(echo("echo:die"))
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(server.url, json={"status": 3})
    answer = httpx.post(server.url, json={"status": "3"}, timeout=60)  # waits in the socket until somebody takes it
    assert answer.status_code == 422
    until(lambda: deployer.get_model_server_info(server.uuid).status == "running")
    again = deployer.get_model_server_info(server.uuid)
    assert again.url == server.url
    assert again.message == "ended with the exit status 3; for the first time, and was started again"
    assert f"supervisor: {again.message}" in deployer.get_model_server_logs(server.uuid)


@pytest.mark.parametrize("which", [0, 1], ids=["its guard", "the model"])
def test_a_model_that_is_killed_is_started_again(deployer: LocalModelDeployer, echo: Echo, which: int) -> None:
    server = deployer.deploy_model(echo())
    before = models(Path(deployer.path).parent)
    kill([before[which]])
    until(lambda: "SIGKILL" in deployer.get_model_server_info(server.uuid).message)
    until(lambda: deployer.get_model_server_info(server.uuid).status == "running")
    after = models(Path(deployer.path).parent)
    assert len(after) == 2
    assert not set(before) & set(after)


def test_a_model_that_does_not_come_back_is_tried_again_later_each_time(
    deployer: LocalModelDeployer, models_folder: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    (models_folder / "fragile.py").write_text(FRAGILE.format(broken=str(broken)), encoding="utf-8")
    server = deployer.deploy_model(ModelDeployment(model_name="fragile", model_uri="fragile:predict"))
    broken.touch()
    kill(models(Path(deployer.path).parent))

    def told() -> ModelServer:
        return deployer.get_model_server_info(server.uuid)

    until(lambda: any("starts again in 0.4 s" in line for line in deployer.get_model_server_logs(server.uuid)))
    lines = [line for line in deployer.get_model_server_logs(server.uuid) if "starts again" in line]
    assert [line.partition("; ")[2] for line in lines[:3]] == [
        "for the first time, starts again in 0.1 s",
        "2 accidents in a row, starts again in 0.2 s",
        "3 accidents in a row, starts again in 0.4 s",
    ]
    assert "fragile cannot be imported: OSError: the weights are gone" in told().message
    assert (told().status, told().url) == ("failed", "")
    broken.unlink()
    deployer.start_model_server(server.uuid)  # which does not wait for the next time
    assert (told().status, told().message) == ("running", "")


def test_nothing_is_left_of_a_server_whose_supervisor_is_killed_whatever_its_model_does(
    deployer: LocalModelDeployer, models_folder: Path, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    text = PARENT.format(mark=str(tmp_path), begun=str(begun))
    (models_folder / "parent.py").write_text(text, encoding="utf-8")
    server = deployer.deploy_model(ModelDeployment(model_name="parent", model_uri="parent:predict"))
    port = port_of(server)
    stuck = threading.Thread(target=ask_in_vain, args=(server,))
    stuck.start()
    until(begun.exists)
    assert len(processes(tmp_path)) == 4  # the supervisor, the guard, the model, and what that has started
    kill(supervisors(tmp_path))
    stuck.join()
    until(lambda: not processes(tmp_path))
    until(lambda: not is_held(port))  # a process loses its arguments just before its sockets
    lost = deployer.get_model_server_info(server.uuid)
    assert (lost.status, lost.url, lost.message) == ("failed", "", "its supervisor was killed")
    assert states(deployer) == (True, False)
    deployer.resume()
    assert states(deployer) == (True, True)
    assert deployer.get_model_server_info(server.uuid).status == "running"


def test_a_server_outlives_the_process_that_deployed_it(deployer: LocalModelDeployer, models_folder: Path) -> None:
    arguments = (deployer.path, str(models_folder), "echo:one")
    subprocess.run([sys.executable, "-c", DEPLOYING, *arguments], check=True)
    (server,) = deployer.find_model_server(status="running")
    assert httpx.post(server.url, json={"text": "x"}).json() == "one x"


def test_nothing_is_left_of_a_server_whose_folder_was_removed(deployer: LocalModelDeployer, echo: Echo, tmp_path: Path) -> None:
    port = port_of(deployer.deploy_model(echo()))
    shutil.rmtree(deployer.path)
    until(lambda: not processes(tmp_path))
    until(lambda: not is_held(port))


def test_of_processes_that_deploy_one_model_at_once_one_does(deployer: LocalModelDeployer, models_folder: Path) -> None:
    arguments = (deployer.path, str(models_folder), "echo:one")
    command = [sys.executable, "-c", DEPLOYING, *arguments]
    others = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [other.communicate()[1] for other in others]
    assert sorted(other.returncode for other in others) == [0, 1, 1]
    assert sum(NameTakenError.__name__ in text for text in said) == 2
    assert len(supervisors(Path(deployer.path))) == len(deployer.find_model_server()) == 1


def test_of_threads_that_replace_one_model_at_once_one_does_after_the_other(deployer: LocalModelDeployer, echo: Echo) -> None:
    first = deployer.deploy_model(echo())
    done: list[ModelServer] = []
    runs = ["r1", "r2", "r3"]

    def replace(run: str) -> None:
        done.append(deployer.deploy_model(echo("echo:two", run_name=run), replace=True))

    threads = [threading.Thread(target=replace, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(server.deployment.run_name for server in done) == runs
    assert {(server.uuid, server.url) for server in done} == {(first.uuid, first.url)}
    assert deployer.find_model_server() == [done[-1]]
    assert len(supervisors(Path(deployer.path))) == 1


@pytest.fixture
def half_way(deployer: LocalModelDeployer, models_folder: Path, tmp_path: Path) -> Generator[subprocess.Popen[bytes]]:
    """A process that deploys a model which does not come up for long."""
    waiting = tmp_path / "waiting"
    text = f"import time\nfrom pathlib import Path\nPath({str(waiting)!r}).touch()\nwhile True: time.sleep(0.1)\n"
    (models_folder / "endless.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", DEPLOYING, deployer.path, str(models_folder), "endless:predict"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        until(waiting.exists)
        yield process
        process.kill()


def test_nothing_runs_of_a_server_whose_deployment_was_killed_half_way(
    deployer: LocalModelDeployer, half_way: subprocess.Popen[bytes], tmp_path: Path, echo: Echo
) -> None:
    (server,) = deployer.find_model_server()
    assert (server.status, server.url) == ("starting", "")
    half_way.kill()
    until(lambda: not supervisors(tmp_path) and not models(tmp_path))
    (left,) = deployer.find_model_server()
    assert (left.status, left.url, left.message) == ("failed", "", "whoever started it was killed")
    assert deployer.deploy_model(echo(), replace=True).status == "running"


def test_a_deployment_that_is_interrupted_leaves_nothing(
    deployer: LocalModelDeployer, half_way: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    half_way.send_signal(signal.SIGINT)
    half_way.wait()
    assert deployer.find_model_server() == []
    until(lambda: not supervisors(tmp_path) and not models(tmp_path))
