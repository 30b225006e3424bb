"""What holds for every container registry: what was pushed is what is pulled, by the digest that it was pushed with.

>>> import pytest
>>> from stackkit.flavors.container_registry.default import DefaultContainerRegistry
>>> class TestMyRegistry(ContainerRegistryContract[DefaultContainerRegistry]):
...     @pytest.fixture
...     def component(self) -> DefaultContainerRegistry:
...         return DefaultContainerRegistry(name="mine", uri="localhost:5000")
"""

from __future__ import annotations

from stackkit.testing.contracts.container_registry.contract import ContainerRegistryContract

__all__ = ["ContainerRegistryContract"]
