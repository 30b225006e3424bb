"""Values of the fields that registries have."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from stackkit.core.secret import Secret
from stackkit.testing.contracts.container_registry.names import parts

_HOSTS = st.sampled_from(["localhost:5000", "ghcr.io", "[::1]:80", "Registry.Example"])

uris: Final = (
    st.tuples(_HOSTS).map("/".join) | st.tuples(_HOSTS, parts).map("/".join) | st.tuples(_HOSTS, parts, parts).map("/".join)
)
"""Addresses of any registry."""

passwords: Final = st.sampled_from(["hub.password", "a.b.c"]).map(Secret)
"""Secrets by reference."""

timeouts: Final = st.floats(min_value=0.001, max_value=1e6)
"""Times to wait for."""
