"""The third part of the demo: a pipeline runs on the stack, comes out of the cache, is killed, and goes on."""

from __future__ import annotations

from importlib.resources import files
from importlib.util import find_spec
from typing import Final

from stackkit.cli.demo.guide import DemoError, Guide

MODULE: Final = "iris"
NEEDED: Final = ("fastapi", "uvicorn")
"""What the extra `serving` of stackkit brings."""


def show_pipeline(guide: Guide) -> None:
    """Run a pipeline twice, kill it in the middle of the third time, and go on; without its extra, say what is left out."""
    if not all(find_spec(module) for module in NEEDED):
        guide.step("A pipeline: left out")
        guide.note("pip install 'stackkit[serving]' brings what its model is served with")
        return
    _write_pipeline(guide)
    _raise_stack(guide)
    try:
        for part in (_run, _serve, _run_again, _kill_and_resume):
            part(guide)
    finally:  # no server outlives the demo
        guide.run("stackkit stack down --force --yes")


def pipeline_files() -> dict[str, str]:
    """The project's files: the pipeline, and the flowers that it learns from."""
    folder = files("stackkit.cli.demo")
    return {name: (folder / name).read_text(encoding="utf-8") for name in (f"{MODULE}.py", f"{MODULE}.csv")}


def _write_pipeline(guide: Guide) -> None:
    guide.step("Somebody writes a pipeline: typed functions, and one that wires them")
    found = pipeline_files()
    for name, text in found.items():
        (guide.folder / name).write_text(text, encoding="utf-8")
    source = found[f"{MODULE}.py"]
    for begin, end in (("@step(retries=2)\ndef evaluate", "@step(retries=2)\ndef best"), ("@pipeline", "class Iris")):
        guide.show(source[source.index(begin) : source.index(end)].rstrip())
    guide.note(f"… of {len(source.splitlines())} lines; its flowers are in {MODULE}.csv: Fisher's, of 1936")
    guide.run(f"stackkit pipeline graph {MODULE}:training --to training.svg")


def _raise_stack(guide: Guide) -> None:
    guide.step("Its stack: beside files, experiments and models, something that runs it, and keeps records")
    guide.run("stackkit orchestrator register processes --flavor=local")
    guide.run("stackkit metadata-store register records --flavor=sqlite --path=records.db")
    guide.run("stackkit experiment-tracker register trials --flavor=local --path=trials")
    guide.run("stackkit model-deployer register models --flavor=local")
    guide.run(
        "stackkit stack register training --orchestrator processes --metadata-store records --artifact-store prod"
        " --experiment-tracker trials --model-deployer models --alerter terminal --set"
    )
    guide.run("stackkit stack up")


def _run(guide: Guide) -> None:
    guide.step("It runs: steps side by side, each in a process; all they give goes through the flavor of the first part")
    if "0 from cache" not in guide.run(f"stackkit run {MODULE}:training --name first"):
        raise DemoError("the first run took something from the cache")
    guide.run("stackkit runs logs first announce")
    guide.run("stackkit experiment-tracker runs list --experiment iris")


ASK: Final = """
import json
from urllib.request import Request, urlopen
from stackkit import MODEL_DEPLOYER, Workspace
with Workspace.find() as workspace:
    (server,) = workspace.stacks.get()[MODEL_DEPLOYER].find_model_server(model_name="iris")
flower = {"sepal_length": 6.3, "sepal_width": 3.3, "petal_length": 6.0, "petal_width": 2.5}
with urlopen(Request(server.url, json.dumps(flower).encode(), {"content-type": "application/json"})) as answer:
    print("this iris is a", answer.read().decode())
"""


def _serve(guide: Guide) -> None:
    guide.step("The model that it deployed is asked")
    if "virginica" not in guide.python(ASK):
        raise DemoError("the model does not answer what it should")


def _run_again(guide: Guide) -> None:
    guide.step("It runs again: nothing is computed twice; the file is read, and the world is told, each time")
    if "8 from cache" not in guide.run(f"stackkit run {MODULE}:training --name second"):
        raise DemoError("the second run computed something that the first one had")


def _kill_and_resume(guide: Guide) -> None:
    guide.step("It is killed in the middle, and goes on: what was done is not done again")
    guide.run_and_kill(f"stackkit run {MODULE}:training --rates=0.05 --rates=0.5 --epochs=300 --name third", after="split  ")
    if "killed" not in guide.run("stackkit runs list --status killed"):
        raise DemoError("the run that was killed is not known as such")
    if "of 9 steps are done already" not in guide.run("stackkit run --resume third"):
        raise DemoError("the run began again")
    guide.run("stackkit runs show third")
