"""A stack of two components, used and written down."""

from stackkit import ALERTER, ARTIFACT_STORE, Stack, dumps, loads
from stackkit.flavors.alerter.console import ConsoleAlerter
from stackkit.flavors.artifact_store.local import LocalArtifactStore

files = LocalArtifactStore(name="files", path="artifacts")
stack = Stack(files, ConsoleAlerter(name="terminal"), name="laptop")

store = stack[ARTIFACT_STORE]  # an ArtifactStore to every type checker
with store.open("models/first.txt", "w") as file:
    file.write("accuracy: 0.93\n")
with store.open("models/first.txt") as file:
    stack[ALERTER].post(file.read().strip())

document = dumps(files, "yaml")
print(document.decode().splitlines()[0])
print(store.glob("**/*.txt"))
print(loads(document, LocalArtifactStore, "yaml") == files)
