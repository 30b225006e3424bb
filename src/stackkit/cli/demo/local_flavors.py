"""The second part of the demo: features, experiments, models and images, by the local flavors of the kit."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from importlib.resources import files
from importlib.util import find_spec
from typing import Final

from stackkit.cli.demo.guide import DemoError, Guide

MODULE: Final = "rentals"
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "features": ("polars", "pyarrow"),
    "serving": ("fastapi", "uvicorn"),
    "images": ("httpx",),
}
"""What each extra of stackkit brings, as far as the demo needs it."""


def show_local_flavors(guide: Guide) -> None:
    """Features, training, serving, and pushing an image; what is not installed is said to be left out."""
    lacking = [extra for extra, modules in NEEDED.items() if not all(find_spec(module) for module in modules)]
    if "features" in lacking or "serving" in lacking:
        guide.step("Features, experiments, models: left out")
        guide.note(f"pip install 'stackkit[{','.join(lacking)}]' brings what they need")
        return
    _raise_platform(guide)
    try:
        for part in (_features, _train, _serve):
            part(guide)
        if "images" in lacking or shutil.which("docker-registry") is None:
            guide.step("Images: left out")
            guide.note("a registry is needed (Debian: docker-registry), and pip install 'stackkit[images]'")
        else:
            _images(guide)
    finally:  # no server outlives the demo
        guide.run("stackkit stack down --force --yes")


def project_source() -> str:
    """The project's file: the source of `rentals.py` beside this module."""
    return (files("stackkit.cli.demo") / f"{MODULE}.py").read_text(encoding="utf-8")


VIEWS: Final = """\
- name: weather
  entity_keys: {station: string}
  features: {temperature: float64}
  ttl: P0DT7200S
"""


def _raise_platform(guide: Guide) -> None:
    guide.step("The stack of a project: files, features, experiments, models")
    (guide.folder / f"{MODULE}.py").write_text(project_source(), encoding="utf-8")
    guide.run("stackkit feature-store register features --flavor=local --path=features")
    guide.run("stackkit experiment-tracker register notes --flavor=local --path=runs")
    guide.run("stackkit model-deployer register here --flavor=local")
    guide.run(
        "stackkit stack register project --artifact-store prod --secrets-manager vault --alerter terminal"
        " --feature-store features --experiment-tracker notes --model-deployer here --set"
    )
    guide.run("stackkit stack up")


HISTORY: Final = """
import rentals
rentals.write_features()
rows = rentals.training_rows()
print(len(rows), "rows, each with the temperature that was known at its time; the first:", rows[0])
"""


def _features(guide: Guide) -> None:
    guide.step("Features as they were known: no look into the future")
    (guide.folder / "views.yaml").write_text(VIEWS, encoding="utf-8")
    guide.run("stackkit feature-store views apply views.yaml")
    guide.python(HISTORY)
    guide.run("stackkit feature-store views list")


TRAIN: Final = """
import rentals
for rate in (0.05, 0.2, 0.5):
    print(f"rate {rate}: loss {rentals.train(rate):.3f}")
"""


def _train(guide: Guide) -> None:
    guide.step("Three trainings, and how they went")
    guide.python(TRAIN)
    guide.run("stackkit experiment-tracker runs list")
    guide.run("stackkit experiment-tracker runs plot loss --experiment rentals --to loss.svg")


ASK: Final = """
from urllib.request import Request, urlopen
from stackkit import MODEL_DEPLOYER, Workspace
with Workspace.find() as workspace:
    (server,) = workspace.stacks.get()[MODEL_DEPLOYER].find_model_server(model_name="rentals")
question = b'{"weather": {"temperature": 20.0}}'
with urlopen(Request(server.url, question, {"content-type": "application/json"})) as answer:
    print("rentals at 20 degrees:", answer.read().decode())
"""


def _serve(guide: Guide) -> None:
    guide.step("The last model is served, and asked")
    guide.run(f"stackkit model-deployer deploy rentals {MODULE}:Rentals")
    if "rentals at 20 degrees: 8" not in guide.python(ASK):
        raise DemoError("the model does not answer what it should")
    guide.run("stackkit model-deployer servers list")


REGISTRY: Final = """\
version: 0.1
log: {level: info, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: registry}}
http: {addr: "127.0.0.1:0", secret: shared}
"""

PUSH: Final = """
import subprocess, threading
from pathlib import Path
from stackkit.flavors.container_registry.default import DefaultContainerRegistry
from stackkit.testing.images import layer_of, write_layout
server = subprocess.Popen(["docker-registry", "serve", "registry.yml"], stderr=subprocess.PIPE, text=True)
try:
    address = next(line for line in server.stderr if "listening on" in line).split("listening on ")[1].split('"')[0]
    threading.Thread(target=server.stderr.read, daemon=True).start()
    registry = DefaultContainerRegistry(name="images", uri=address.strip())
    digest = write_layout(Path("image"), layer_of({"model.json": Path("artifacts/models/rentals.json").read_bytes()}))
    print("the same digest:", registry.push_image("rentals:v1", "image") == digest == registry.image_digest("rentals:v1"))
    print("tags:", registry.tags("rentals"))
finally:
    server.terminate()
    server.wait()
"""


def _images(guide: Guide) -> None:
    guide.step("An image is pushed to a registry of this machine")
    (guide.folder / "registry.yml").write_text(REGISTRY, encoding="utf-8")
    if "the same digest: True" not in guide.python(PUSH):
        raise DemoError("the registry has another digest")
