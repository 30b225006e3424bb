"""Everything that the README and the documentation show is tried, as a reader would."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.docs.pages import Reader, blocks
from tests.flavors.container_registry.docker_registry import docker_registry
from tests.flavors.orchestrator.dask_cluster import cluster
from tests.flavors.step_operator.offline import packages_of_the_kit
from tests.servers.postgresql import postgresql

from stackkit.flavors.model_deployer.local import LocalModelDeployer

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@contextmanager
def surroundings(page: Path, folder: Path) -> Generator[Mapping[str, str]]:
    """What a page takes for granted, as environment variables."""
    if page.name == "container-registry.md":
        folder.mkdir()
        with docker_registry(folder) as running:
            yield {"REGISTRY": running.address}
    elif page.name == "metadata-store.md":
        with postgresql() as server:
            place = {"DB_PORT": str(server.port), "DB_NAME": server.database, "DB_USER": server.user}
            yield {**place, "DB_PASSWORD": server.password, "NO_PORT": "1"}
    elif page.name == "shared-workspaces.md":
        with postgresql() as server:
            yield {"STACKKIT_STORE_URL": server.url("postgresql+psycopg"), "URL": server.url("postgresql+psycopg")}
    elif page.name == "cluster.md":
        with postgresql() as server, cluster(folder.parent / "work") as dask:
            place = {"DB_PORT": str(server.port), "DB_NAME": server.database, "DB_USER": server.user}
            url = server.url("postgresql+psycopg")
            yield {**place, "DB_PASSWORD": server.password, "STACKKIT_STORE_URL": url, "URL": url, "SCHEDULER": dask.address}
    elif page.name == "step-operators.md":
        folder.mkdir()
        yield packages_of_the_kit(folder)
    else:
        yield {}


def stop_servers(folder: Path) -> None:
    """Stop what a page has deployed and, since it was wrong, did not stop itself."""
    servers = folder / ".stackkit" / "model_servers"
    if servers.exists():
        LocalModelDeployer(name="here", path=str(servers)).deprovision()


@each_page
def test_its_examples_do_what_it_says(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    with surroundings(page, tmp_path / "surroundings") as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        try:
            Reader(page, tmp_path / "work", variables=variables).read()
        finally:
            stop_servers(tmp_path / "work")


@each_page
def test_it_has_no_code_that_nobody_tries(page: Path) -> None:
    unchecked = [f"{page.name}:{b.line}" for b in blocks(page.read_text(encoding="utf-8")) if not b.is_checked]
    assert unchecked == []
