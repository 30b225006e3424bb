"""The HTTP server of one model: `POST /predict`, `GET /health`, `GET /openapi.json`."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from email.utils import formatdate
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs
from typing_extensions import TypeIs

from stackkit.components.model_deployer import ModelDeployment
from stackkit.errors import Problem, StackkitError
from stackkit.flavors.model_deployer.describing import openapi
from stackkit.flavors.model_deployer.predicting import Predictor
from stackkit.flavors.model_deployer.specs import WorkerSpec
from stackkit.serialization.formats.table import decode, encode

if TYPE_CHECKING:  # the vendor's libraries are imported where they are used
    from fastapi import Request, Response
    from uvicorn import Config
    from uvicorn.server import ServerState

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

LARGEST: Final = 64 * 2**20
"""How many bytes a request may have."""
_HOSTS: Final = frozenset({b"127.0.0.1", b"localhost"})
_CLOSE: Final = (b"connection", b"close")
_PATIENCE: Final = 2.0
"""How long a client that is connected and silent may still send a request to a server that leaves, in seconds."""
_SETTLING: Final = 0.05
_TICK: Final = 0.01


@attrs.frozen
class Serving:
    """A model, ready to answer requests.

    Args:
        deployment: What is served.
        predictor: The predict callable.
        threads: In how many threads it is called at once.
    """

    deployment: ModelDeployment
    predictor: Predictor
    threads: int

    @classmethod
    def load(cls, spec: WorkerSpec) -> Serving:
        """Load a model.

        Args:
            spec: What the process was started with.

        Raises:
            StackkitError: It cannot be served; all that is wrong with it is said.
        """
        sys.dont_write_bytecode = True  # a module that is changed within a second is another one
        try:
            return cls(spec.deployment, Predictor.load(spec.deployment, Path(spec.root)), spec.threads)
        except StackkitError:
            traceback.print_exc()
            raise

    def run(self, listening: int, ready: Callable[[], None]) -> None:
        """Answer requests until a signal ends it.

        Args:
            listening: The descriptor of the socket to take connections from.
            ready: Called as soon as requests are answered.
        """
        from uvicorn import Config

        door = self.door()
        config = Config(door, loop="asyncio", ws="none", lifespan="off", access_log=False, log_level="warning")
        with socket.socket(fileno=listening) as taken:
            asyncio.run(Server(config, door).run(taken, ready))

    def door(self) -> Door:
        """The application, as ASGI has it."""
        from fastapi import FastAPI

        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)  # whose pages would load scripts from elsewhere
        answer = Answering(self.predictor, ThreadPoolExecutor(self.threads, "predict"))
        app.router.add_route("/predict", answer.predict, methods=["POST"])
        app.router.add_route("/health", _constant({"status": "ok", **attrs.asdict(self.deployment)}))
        app.router.add_route("/openapi.json", _constant(openapi(self.deployment, self.predictor)))
        return Door(app)


def _constant(value: Mapping[str, object]) -> Callable[[Request], Awaitable[Response]]:
    body = encode(dict(value), "json")

    async def answer(_: Request) -> Response:
        return _json(body, 200)

    return answer


def _json(body: bytes, status: int) -> Response:
    from fastapi import Response

    return Response(body, status, media_type="application/json")


@attrs.frozen
class Answering:
    """Answers requests for predictions.

    Args:
        predictor: The predict callable.
        threads: The threads that it is called in, unless it is async.
    """

    predictor: Predictor
    threads: ThreadPoolExecutor

    async def predict(self, request: Request) -> Response:
        """Answer one request: with what the model returns, or with all that is wrong.

        Args:
            request: The request.
        """
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":  # a page in somebody's browser may send anything else unasked
            return _refusal(415, Problem("is no JSON", where="content-type", remedy="send application/json"))
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > LARGEST:
                return _refusal(413, Problem(f"has more than {LARGEST} bytes"))
        try:
            arguments = self.predictor.arguments(decode(body, "json"))
        except StackkitError as error:
            return _refusal(422, *error.problems)
        return await self._answer(arguments)

    async def _answer(self, arguments: Mapping[str, object]) -> Response:
        try:
            returned = await self._call(arguments)
        except Exception as error:  # noqa: BLE001 - the model may raise anything
            traceback.print_exc()
            return _refusal(500, Problem(f"the model raised {type(error).__name__}", remedy="look into its log"))
        try:
            return _json(encode(self.predictor.response.dump(returned), "json"), 200)
        except StackkitError as error:
            sys.stderr.write(f"the model does not return what it says: {error}\n")
            return _refusal(500, *(problem.under("return") for problem in error.problems))

    async def _call(self, arguments: Mapping[str, object]) -> object:
        if self.predictor.is_async:
            awaited = self.predictor.call(**arguments)
            assert _is_awaitable(awaited)  # noqa: S101 - it is a coroutine function
            return await awaited
        return await asyncio.get_running_loop().run_in_executor(self.threads, partial(self.predictor.call, **arguments))


def _is_awaitable(value: object) -> TypeIs[Awaitable[object]]:
    return isinstance(value, Awaitable)


def _refusal(status: int, *problems: Problem) -> Response:
    told = [{"where": problem.where, "what": problem.what, "remedy": problem.remedy} for problem in problems]
    return _json(encode({"problems": told}, "json"), status)


class Door:
    """What every request passes: asks who is meant, and tells clients when they are to connect anew.

    Args:
        app: What is behind it.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self.is_closing = False

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Let a request pass, as ASGI has it."""

        async def tell(message: Message) -> None:
            if self.is_closing and message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), _CLOSE]
            await send(message)

        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        if host.rpartition(b":")[0] in _HOSTS or host in _HOSTS:
            await self._app(scope, receive, tell)
        else:  # a name that leads here, and that a page in somebody's browser comes from
            await _refusal(421, Problem("is not this server", where="host"))(scope, receive, tell)


class Server:
    """Takes connections, and lets them go.

    Args:
        config: How uvicorn speaks HTTP.
        door: What every request passes.
    """

    def __init__(self, config: Config, door: Door) -> None:
        from uvicorn.server import ServerState

        self._config = config
        self._door = door
        self._state: ServerState = ServerState()
        self._told = asyncio.Event()
        self._at_once = False

    async def run(self, listening: socket.socket, ready: Callable[[], None]) -> None:
        """Answer requests until a signal ends it.

        Args:
            listening: The socket to take connections from.
            ready: Called as soon as requests are answered.
        """
        self._config.load()
        loop = asyncio.get_running_loop()
        protocol = partial(self._config.http_protocol_class, config=self._config, server_state=self._state, app_state={})  # type: ignore[call-arg] # it is uvicorn's own, not any asyncio.Protocol
        server = await loop.create_server(protocol, sock=listening, backlog=socket.SOMAXCONN)
        loop.add_signal_handler(signal.SIGTERM, self._leave, True)  # noqa: FBT003 - the handler's own argument
        loop.add_signal_handler(signal.SIGUSR1, self._leave, False)  # noqa: FBT003 - the same
        self._set_date()
        ready()
        while not self._told.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), 1.0)
            self._set_date()
        loop.remove_reader(listening)
        await asyncio.sleep(_SETTLING)  # what was accepted just now is no connection yet, and asyncio drops it at a close
        server.close()
        await self._let_go()

    def _leave(self, at_once: bool) -> None:
        self._at_once = self._at_once or at_once
        self._told.set()

    def _set_date(self) -> None:
        self._state.default_headers = [(b"date", formatdate(time.time(), usegmt=True).encode())]

    async def _let_go(self) -> None:
        """Wait until every request is answered.

        A server that another one takes over from closes no connection that a client may be sending a request on at this moment:
        it answers that, and says in the answer that it closes. Who is silent for long is not sending.
        """
        self._door.is_closing = True
        patient_until = time.monotonic() + _PATIENCE
        while self._state.connections or self._state.tasks:
            for connection in list(self._state.connections):
                if self._at_once or time.monotonic() > patient_until:
                    connection.shutdown()
            await asyncio.sleep(_TICK)
