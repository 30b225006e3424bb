"""Container registries with a bug each, and one without."""

from __future__ import annotations

import json
import shutil
from collections.abc import Generator
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import attrs
import pytest
from tests.flavors.container_registry.docker_registry import DockerRegistry, docker_registry
from typing_extensions import override

from stackkit import BaseContainerRegistry, StrPath
from stackkit.errors import ImageExistsError, ImageNotFoundError, ImageTransferError, InvalidImageError
from stackkit.flavors.container_registry.default import DefaultContainerRegistry
from stackkit.testing.contracts.container_registry import ContainerRegistryContract
from stackkit.testing.contracts.container_registry.layouts import contents, root_digest


class Wrapped(BaseContainerRegistry):
    """Does what the flavor default does; a mutant does one thing otherwise."""

    FLAVOR: ClassVar[str] = "wrapped"

    @cached_property
    def inner(self) -> DefaultContainerRegistry:
        """The registry that is wrapped."""
        return DefaultContainerRegistry(name=self.name, uri=self.uri)

    @override
    def push_image(self, image: str, source: StrPath) -> str:
        return self.inner.push_image(image, source)

    @override
    def pull_image(self, image: str, target: StrPath) -> str:
        return self.inner.pull_image(image, target)

    @override
    def image_digest(self, image: str) -> str:
        return self.inner.image_digest(image)

    @override
    def tags(self, repository: str) -> list[str]:
        return self.inner.tags(repository)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[DockerRegistry]:
    """A registry for all of them."""
    with docker_registry(tmp_path_factory.mktemp("registry")) as running:
        yield running


class Suite(ContainerRegistryContract[Wrapped]):
    """The contract, kept or broken by a registry that wraps the default one."""

    REGISTRY: ClassVar[type[Wrapped]] = Wrapped

    @pytest.fixture
    @override
    def component(self, server: DockerRegistry) -> Wrapped:
        return self.REGISTRY(name="registry", uri=server.address)


class IntactWrapped(Suite):
    """What is around the mutants' bugs is no bug."""


class KeepsTags(Wrapped):
    @override
    def push_image(self, image: str, source: StrPath) -> str:
        try:
            there = self.inner.image_digest(image)
        except ImageNotFoundError:
            return super().push_image(image, source)
        made = super().push_image(f"{image}-other", source)
        return made if made != there else there


class MutantTagThatStays(Suite):
    """A tag that is there already is not moved to the new image."""

    CAUGHT_BY: ClassVar[str] = "test_pushing_another_image_moves_the_tag_and_keeps_the_first_by_its_digest"
    REGISTRY: ClassVar[type[Wrapped]] = KeepsTags


class TellsConfigurations(Wrapped):
    @override
    def push_image(self, image: str, source: StrPath) -> str:
        digest = super().push_image(image, source)
        manifest = json.loads(contents(Path(source))[digest])
        return str(manifest["config"]["digest"])


class MutantDigestOfTheConfiguration(Suite):
    """What a push returns is the digest of the configuration, as `docker images` shows it, not that of the manifest."""

    CAUGHT_BY: ClassVar[str] = "test_a_pushed_image_has_the_digest_of_its_manifest"
    REGISTRY: ClassVar[type[Wrapped]] = TellsConfigurations


class PullsOnePlatform(Wrapped):
    @override
    def pull_image(self, image: str, target: StrPath) -> str:
        digest = super().pull_image(image, target)
        root = json.loads(contents(Path(target))[digest])
        if "manifests" not in root:
            return digest
        shutil.rmtree(target)
        repository = image.partition("@")[0].rpartition(":")[0]
        return super().pull_image(f"{repository}@{root['manifests'][0]['digest']}", target)


class MutantOnePlatform(Suite):
    """Of an image for several platforms, the first alone is pulled."""

    CAUGHT_BY: ClassVar[str] = "test_an_image_for_several_platforms_is_pushed_and_pulled_whole"
    REGISTRY: ClassVar[type[Wrapped]] = PullsOnePlatform


class ReplacesTargets(Wrapped):
    @override
    def pull_image(self, image: str, target: StrPath) -> str:
        place = Path(target)
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()
        return super().pull_image(image, target)


class MutantTargetReplaced(Suite):
    """An empty folder at the target is taken for no folder, as `rename` takes it."""

    CAUGHT_BY: ClassVar[str] = "test_a_pull_leaves_what_is_there_already"
    REGISTRY: ClassVar[type[Wrapped]] = ReplacesTargets


class LeavesFolders(Wrapped):
    @override
    def pull_image(self, image: str, target: StrPath) -> str:
        try:
            return super().pull_image(image, target)
        except ImageNotFoundError:
            Path(target).mkdir(exist_ok=True)
            raise


class MutantRemains(Suite):
    """A pull of what is not there leaves an empty layout."""

    CAUGHT_BY: ClassVar[str] = "test_an_image_that_is_not_there_is_told"
    REGISTRY: ClassVar[type[Wrapped]] = LeavesFolders


class TellsTransfers(Wrapped):
    @override
    def image_digest(self, image: str) -> str:
        try:
            return super().image_digest(image)
        except ImageNotFoundError as error:
            raise ImageTransferError(*error.problems) from error


class MutantNotFoundAsFailure(Suite):
    """An image that is not there cannot be told from a registry that cannot be reached."""

    CAUGHT_BY: ClassVar[str] = "test_an_image_that_is_not_there_is_told"
    REGISTRY: ClassVar[type[Wrapped]] = TellsTransfers


class PushesTheFirst(Wrapped):
    @override
    def push_image(self, image: str, source: StrPath) -> str:
        place = Path(source) / "index.json"
        if not place.exists():
            return super().push_image(image, source)
        index = json.loads(place.read_bytes())
        try:
            first = {**index, "manifests": index["manifests"][:1]}
            place.write_text(json.dumps(first), encoding="utf-8")
            return super().push_image(image, source)
        finally:
            place.write_text(json.dumps(index), encoding="utf-8")


class MutantFirstImage(Suite):
    """Of a layout with several images the first is pushed, whatever the tag."""

    CAUGHT_BY: ClassVar[str] = "test_of_several_images_the_one_called_like_the_tag_is_pushed"
    REGISTRY: ClassVar[type[Wrapped]] = PushesTheFirst


class TrustsSources(Wrapped):
    @override
    def push_image(self, image: str, source: StrPath) -> str:
        try:
            return super().push_image(image, source)
        except InvalidImageError:
            if not (Path(source) / "index.json").exists():
                raise
            index = json.loads((Path(source) / "index.json").read_bytes())
            return str(index["manifests"][0]["digest"])


class MutantDamagePassed(Suite):
    """A push of a damaged image is said to have been done."""

    CAUGHT_BY: ClassVar[str] = "test_a_damaged_blob_is_refused_and_the_name_stays_as_it_was"
    REGISTRY: ClassVar[type[Wrapped]] = TrustsSources


class ListsTwice(Wrapped):
    @override
    def tags(self, repository: str) -> list[str]:
        found = super().tags(repository)
        return [*found[1:], *found[:1]] if len(found) > 1 else found


class MutantTagsUnsorted(Suite):
    """Tags come in the order of the pages that the registry gives."""

    CAUGHT_BY: ClassVar[str] = "test_tags_are_sorted_and_each_is_there_once"
    REGISTRY: ClassVar[type[Wrapped]] = ListsTwice


class NeedsRelativeNames(Wrapped):
    @override
    def push_image(self, image: str, source: StrPath) -> str:
        return super().push_image(image.replace(f"{self.uri}/", "address/"), source)


class MutantAddressInNames(Suite):
    """The registry's address before a name becomes a part of the repository's."""

    CAUGHT_BY: ClassVar[str] = "test_the_address_of_the_registry_may_stand_before_a_name"
    REGISTRY: ClassVar[type[Wrapped]] = NeedsRelativeNames


class TakesAnyName(Wrapped):
    @override
    def image_digest(self, image: str) -> str:
        return super().image_digest(image.lower().strip())

    @override
    def push_image(self, image: str, source: StrPath) -> str:
        return super().push_image(image.lower().strip(), source)


class MutantNamesMended(Suite):
    """Names that are none are made into others, silently."""

    CAUGHT_BY: ClassVar[str] = "test_what_is_no_name_of_this_registry_is_refused"
    REGISTRY: ClassVar[type[Wrapped]] = TakesAnyName


class KnowsLatest(Wrapped):
    _pushed: dict[str, str] = attrs.field(init=False, factory=dict[str, str])

    @override
    def push_image(self, image: str, source: StrPath) -> str:
        self._pushed[image] = digest = super().push_image(image, source)
        return digest

    @override
    def image_digest(self, image: str) -> str:
        repository, _, digest = image.partition("@")
        current = {made for name, made in self._pushed.items() if name.rpartition(":")[0] == repository}
        if digest and current and digest not in current and "sha256:0000" not in digest:
            raise ImageNotFoundError(f"{image} is not there")
        return super().image_digest(image)


class MutantOldDigestsForgotten(Suite):
    """An image is gone once its tag has moved on."""

    CAUGHT_BY: ClassVar[str] = "test_pushing_another_image_moves_the_tag_and_keeps_the_first_by_its_digest"
    REGISTRY: ClassVar[type[Wrapped]] = KnowsLatest


class WritesOver(Wrapped):
    @override
    def pull_image(self, image: str, target: StrPath) -> str:
        try:
            return super().pull_image(image, target)
        except ImageExistsError:
            if Path(target).is_file():
                raise
            return root_digest(Path(target)) if (Path(target) / "index.json").exists() else self.image_digest(image)


class MutantTargetTakenForDone(Suite):
    """A folder at the target is taken for the image, whatever is in it."""

    CAUGHT_BY: ClassVar[str] = "test_a_pull_leaves_what_is_there_already"
    REGISTRY: ClassVar[type[Wrapped]] = WritesOver
