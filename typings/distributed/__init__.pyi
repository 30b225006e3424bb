# As much of distributed as the dask orchestrator uses; its own annotations leave most arguments untyped.

from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import TracebackType
from typing import Generic, Self, TypedDict, TypeVar

_T = TypeVar("_T")

class KilledWorker(Exception): ...  # noqa: N818 - its name there

class WorkerInfo(TypedDict):
    resources: Mapping[str, float]
    nthreads: int

class SchedulerInfo(TypedDict):
    address: str
    workers: Mapping[str, WorkerInfo]

class Future(Generic[_T]):
    key: str
    @property
    def status(self) -> str: ...
    def result(self, timeout: float | None = None) -> _T: ...
    def add_done_callback(self, fn: Callable[[Future[_T]], object]) -> None: ...
    def release(self) -> None: ...

class Worker:
    plugins: Mapping[str, WorkerPlugin]

class WorkerPlugin:
    name: str
    def setup(self, worker: Worker) -> Awaitable[None] | None: ...
    def teardown(self, worker: Worker) -> Awaitable[None] | None: ...
    def transition(self, key: str, start: str, finish: str, **kwargs: object) -> None: ...

def get_worker() -> Worker: ...

class Client:
    status: str
    def __init__(
        self, address: str, *, timeout: float | None = None, set_as_default: bool = True, name: str | None = None
    ) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
    def submit(
        self,
        func: Callable[..., _T],
        *args: object,
        key: str | None = None,
        resources: Mapping[str, float] | None = None,
        retries: int = 0,
        pure: bool = True,
    ) -> Future[_T]: ...
    def cancel(self, futures: Iterable[Future[_T]]) -> None: ...
    def run(self, function: Callable[..., object], *args: object, on_error: str = "raise") -> object: ...
    def register_plugin(self, plugin: WorkerPlugin, name: str | None = None) -> object: ...
    def unregister_worker_plugin(self, name: str) -> object: ...
    def scheduler_info(self, n_workers: int = -1) -> SchedulerInfo: ...
    def wait_for_workers(self, n_workers: int, timeout: float | None = None) -> None: ...
    def close(self, timeout: float | None = None) -> None: ...

class LocalCluster:
    scheduler_address: str
    def __init__(
        self,
        *,
        n_workers: int | None = None,
        threads_per_worker: int | None = None,
        processes: bool | None = None,
        host: str | None = None,
        dashboard_address: str | None = None,
        worker_dashboard_address: str | None = None,
        scheduler_kwargs: Mapping[str, object] | None = None,
    ) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
