"""How the servers of the local model deployer compare with bare FastAPI and uvicorn, asked from another process."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from harness.process import environment
from harness.report import Report
from harness.script import Options, run
from harness.timing import Side, Timings, duration, take_turns
from stackkit import ModelDeployment
from stackkit.flavors.model_deployer.local import LocalModelDeployer

ROUNDS = 15
ROUNDS_OF_STARTING = 5
REQUESTS = 400
CONNECTIONS = 8
FEATURES = 1_000
PATIENCE = 30.0

MODELS = """
from attrs import frozen

@frozen
class Customer:
    age: int
    income: float
    plan: str = "basic"
    tags: tuple[str, ...] = ()

def small(customer: Customer) -> dict[str, float]:
    return {"churn": customer.age / 100}

async def small_async(customer: Customer) -> dict[str, float]:
    return {"churn": customer.age / 100}

async def large(features: list[float]) -> float:
    return sum(features)
"""

BARE = """
import sys
import uvicorn
from fastapi import Body, FastAPI
from pydantic import BaseModel, ConfigDict

class Customer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    age: int
    income: float
    plan: str = "basic"
    tags: list[str] = []

class Small(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    customer: Customer

class Large(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    features: list[float]

app = FastAPI()

@app.post("/small")
def small(body: Small) -> dict[str, float]:
    return {"churn": body.customer.age / 100}

@app.post("/small_async")
async def small_async(body: Small) -> dict[str, float]:
    return {"churn": body.customer.age / 100}

@app.post("/large")
async def large(body: Large) -> float:
    return sum(body.features)

uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="warning")
"""

ABOUT = """
The same functions, with the same checks: wrong types and unknown keys are refused by both. FastAPI has pydantic's strict
models; access logs are off. A function that is not async is called by FastAPI in one of 40 threads, by `stackkit` in one
thread unless more are asked for. The client is this process, over raw sockets.
"""

CUSTOMER: Mapping[str, object] = {"customer": {"age": 42, "income": 1234.5, "plan": "gold", "tags": ["new", "eu"]}}
LARGE: Mapping[str, object] = {"features": [n / 7 for n in range(FEATURES)]}


class Question(NamedTuple):
    """What is asked of both.

    Args:
        what: In words.
        model: The function.
        body: The arguments.
        goal: How many times as long as bare FastAPI an answer may take.
    """

    what: str
    model: str
    body: Mapping[str, object]
    goal: float


QUESTIONS = (
    Question("a small request, to a function", "small", CUSTOMER, 1.0),
    Question("a small request, to an async function", "small_async", CUSTOMER, 1.0),
    Question(f"a request of {FEATURES:,} floats, to an async function", "large", LARGE, 1.5),
)


class Target(NamedTuple):
    """Who is asked.

    Args:
        port: Its port.
        path: The path of its predictions.
    """

    port: int
    path: str

    def request(self, body: Mapping[str, object]) -> bytes:
        """A request, as it is sent."""
        content = json.dumps(body).encode()
        head = (
            f"POST {self.path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content


async def answer_to(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The status and body of an answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return int(head[9:12]), await reader.readexactly(length)


async def ask_all(target: Target, body: Mapping[str, object], requests: int, connections: int) -> bytes:
    """Ask over some connections at once, which are kept, one request after the other on each.

    Returns:
        The last answer.

    Raises:
        RuntimeError: A request was refused.
    """
    request = target.request(body)

    async def ask_some(count: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
        answer = b""
        for _ in range(count):
            writer.write(request)
            status, answer = await answer_to(reader)
            if status != 200:  # noqa: PLR2004 - all is well
                raise RuntimeError(f"{target}: {status} {answer!r}")
        writer.close()
        return answer

    answers = await asyncio.gather(*(ask_some(requests // connections) for _ in range(connections)))
    return answers[0]


def asking(target: Target, body: Mapping[str, object], requests: int, connections: int) -> Side:
    """A side of a comparison: requests until all are answered."""
    return lambda: asyncio.run(ask_all(target, body, requests, connections))


@contextmanager
def bare(folder: Path) -> Generator[int]:
    """Bare FastAPI and uvicorn; gives the port."""
    script = folder / "bare.py"
    script.write_text(BARE, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with subprocess.Popen([sys.executable, str(script), str(port)], env=environment()) as process:
        try:
            wait_for(port)
            yield port
        finally:
            process.kill()


def wait_for(port: int) -> None:
    """Wait until somebody listens.

    Raises:
        TimeoutError: Nobody does.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.005)
    raise TimeoutError(f"nobody listens at {port}")


@contextmanager
def deployer_in(folder: Path) -> Generator[LocalModelDeployer]:
    """A deployer of models in a folder; nothing of it is left."""
    (folder / "models.py").write_text(MODELS, encoding="utf-8")
    made = LocalModelDeployer(name="here", path=str(folder / "servers"), model_path=str(folder))
    try:
        yield made
    finally:
        made.deprovision()


def deploy(deployer: LocalModelDeployer, model: str) -> Target:
    """Serve one of the models."""
    server = deployer.deploy_model(ModelDeployment(model_name=model, model_uri=f"models:{model}"))
    return Target(int(server.url.rpartition(":")[2].partition("/")[0]), "/predict")


def check(question: Question, sides: Mapping[str, Target]) -> None:
    """Both give the same answer.

    Raises:
        RuntimeError: They do not.
    """
    answers = {name: json.loads(asyncio.run(ask_all(target, question.body, 1, 1))) for name, target in sides.items()}
    if len({json.dumps(answer) for answer in answers.values()}) > 1:
        raise RuntimeError(f"{question.what}: {answers}")


def throughput(timings: Timings) -> list[tuple[str, str, str]]:
    """Rows: requests per second, and what one takes beside the other."""
    return [
        (side, f"{REQUESTS / timings.median(side):,.0f}", f"{timings.ratio(side, 'FastAPI'):.2f}") for side in timings.rounds
    ]


def measure_answering(report: Report, deployer: LocalModelDeployer, port: int, rounds: int) -> None:
    """Requests per second over eight connections, and how long one waits alone."""
    for question in QUESTIONS:
        targets = {"FastAPI": Target(port, f"/{question.model}"), "stackkit": deploy(deployer, question.model)}
        check(question, targets)
        many = {name: asking(target, question.body, REQUESTS, CONNECTIONS) for name, target in targets.items()}
        timings = take_turns(many, rounds=rounds)
        header = ("", "requests per second", "time, ratio to FastAPI")
        report.table(f"{question.what.capitalize()}, over {CONNECTIONS} connections", header, throughput(timings))
        report.goal(f"{question.what}, beside FastAPI", at_most=question.goal, found=timings.ratio("stackkit", "FastAPI"))
        alone = {name: asking(target, question.body, REQUESTS // 4, 1) for name, target in targets.items()}
        latency = take_turns(alone, rounds=rounds)
        rows = [
            (side, duration(latency.median(side) * 4 / REQUESTS), f"{latency.ratio(side, 'FastAPI'):.2f}")
            for side in latency.rounds
        ]
        report.table(f"{question.what.capitalize()}, one at a time", ("", "latency", "ratio to FastAPI"), rows)


def measure_starting(report: Report, deployer: LocalModelDeployer, folder: Path, rounds: int) -> None:
    """From the call until requests are answered, and a takeover while clients ask."""

    def start_bare() -> None:
        with bare(folder):
            pass

    def start_ours() -> None:
        server = deployer.deploy_model(ModelDeployment(model_name="started", model_uri="models:small"))
        deployer.delete_model_server(server.uuid)

    timings = take_turns({"FastAPI": start_bare, "stackkit": start_ours}, rounds=rounds)
    report.table("Starting and stopping a server", *timings.table("FastAPI"))
    report.text(
        "FastAPI is killed at the end, and `stackkit` stops its server and deletes it; it starts a supervisor before it starts"
        " the model."
    )


async def ask_until(stop: asyncio.Event, target: Target, body: Mapping[str, object]) -> list[float]:
    """Ask one request after the other, over a connection that is kept as long as the server does.

    Returns:
        How long each took, in seconds; minus one where it was not answered.
    """
    request, taken = target.request(body), list[float]()
    reader = writer = None
    while not stop.is_set():
        begun = time.perf_counter()
        try:
            if reader is None or writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]))
            taken.append(time.perf_counter() - begun if head.startswith(b"HTTP/1.1 200 ") else -1)
            is_last = b"connection: close" in head.lower()
        except (OSError, asyncio.IncompleteReadError):
            taken.append(-1)
            is_last = True
        if is_last and writer is not None:
            writer.close()
            reader = writer = None
    return taken


async def take_over(deployer: LocalModelDeployer, target: Target, times: int) -> list[float]:
    """New versions while eight clients ask: how long each request took."""
    stop = asyncio.Event()
    clients = [asyncio.create_task(ask_until(stop, target, CUSTOMER)) for _ in range(CONNECTIONS)]
    version = ModelDeployment(model_name="small_async", model_uri="models:small_async")
    for _ in range(times):
        await asyncio.to_thread(deployer.deploy_model, version, replace=True)
    stop.set()
    return [seconds for client in clients for seconds in await client]


def measure_takeover(report: Report, deployer: LocalModelDeployer, times: int) -> None:
    """Requests that fail, and how long the slowest waits, while new versions take over."""
    (server,) = deployer.find_model_server(model_name="small_async")
    target = Target(int(server.url.rpartition(":")[2].partition("/")[0]), "/predict")
    taken = asyncio.run(take_over(deployer, target, times))
    failed = sum(seconds < 0 for seconds in taken)
    report.text(
        f"While {CONNECTIONS} clients asked without a pause, {times} new versions took over: of {len(taken):,} requests"
        f" {failed} failed; half took at most {duration(median(taken))}, and the slowest {duration(max(taken))}, while the"
        " machine was loading the next version."
    )
    report.goal("failed requests while new versions take over", at_most=0, found=failed)


def measure(report: Report, options: Options) -> None:
    """Measure both in one folder."""
    rounds = options.rounds or ROUNDS
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        with deployer_in(folder) as deployer:
            with bare(folder) as port:
                report.text(ABOUT)
                measure_answering(report, deployer, port, rounds)
            measure_takeover(report, deployer, min(rounds, ROUNDS_OF_STARTING))
            measure_starting(report, deployer, folder, min(rounds, ROUNDS_OF_STARTING))


if __name__ == "__main__":
    run("Model deployer", __file__, measure, packages=("fastapi", "uvicorn", "pydantic"))
