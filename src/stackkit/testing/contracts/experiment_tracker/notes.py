"""Laws of parameters and tags."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Generic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.errors import ConfigurationError, NameTakenError
from stackkit.testing.contracts.component import few
from stackkit.testing.contracts.experiment_tracker.values import (
    BAD_NAMES,
    NAMES,
    ODD_NAMES,
    PARAMS,
    TEXTS,
    T,
    TrackerLaws,
    bits,
    fresh,
)


class NoteLaws(TrackerLaws[T], Generic[T]):
    """The laws of `log_params` and `set_tags`."""

    @few
    @given(params=st.dictionaries(NAMES, PARAMS, max_size=5))
    def test_parameters_are_read_with_their_types(self, component: T, params: Mapping[str, Any]) -> None:
        run_id = component.start_run(fresh())
        component.log_params(run_id, params)
        assert bits(component.get_run(run_id).params) == bits(params)
        component.log_params(run_id, params)
        assert bits(component.replace().get_run(run_id).params) == bits(params)

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 2**1000, "line\nline", "", " ", "None", "1", "true"])
    def test_odd_parameters_are_kept_or_refused(self, component: T, value: Any) -> None:
        run_id = component.start_run(fresh())
        try:
            component.log_params(run_id, {"odd": value})
            component.log_params(run_id, {"odd": value})
        except ConfigurationError:
            assert component.get_run(run_id).params == {}
        else:
            assert bits(component.get_run(run_id).params) == bits({"odd": value})

    @pytest.mark.parametrize(("first", "second"), [(3, 4), (3, "3"), (1, True), (0, None), (1, 1.0), (0.0, -0.0), ("a", "A")])
    def test_a_parameter_is_written_once(self, component: T, first: Any, second: Any) -> None:
        run_id = component.start_run(fresh())
        component.log_params(run_id, {"depth": first})
        with pytest.raises(NameTakenError, match="depth"):
            component.log_params(run_id, {"new": 1, "depth": second, "later": 2})
        assert bits(component.get_run(run_id).params) == bits({"depth": first})
        component.log_params(run_id, {"depth": first, "new": 5})
        assert bits(component.get_run(run_id).params) == bits({"depth": first, "new": 5})

    @pytest.mark.parametrize("value", [[1], {"a": 1}, b"bytes", object(), 1j, "\ud800"], ids=lambda value: type(value).__name__)
    def test_values_of_other_types_are_no_parameters(self, component: T, value: Any) -> None:
        run_id = component.start_run(fresh())
        with pytest.raises(ConfigurationError, match="depth"):
            component.log_params(run_id, {"fine": 1, "depth": value})
        assert component.get_run(run_id).params == {}

    @few
    @given(first=st.dictionaries(NAMES, TEXTS, max_size=4), second=st.dictionaries(NAMES, TEXTS, max_size=4))
    def test_tags_are_written_anew(self, component: T, first: Mapping[str, str], second: Mapping[str, str]) -> None:
        run_id = component.start_run(fresh(), tags=first)
        assert component.get_run(run_id).tags == first
        component.set_tags(run_id, second)
        assert component.replace().get_run(run_id).tags == {**first, **second}

    @pytest.mark.parametrize("value", [3, None, b"bytes", "\ud800"], ids=repr)
    def test_what_is_no_text_is_no_tag(self, component: T, value: Any) -> None:
        run_id = component.start_run(fresh())
        with pytest.raises(ConfigurationError, match="by"):
            component.set_tags(run_id, {"fine": "yes", "by": value})
        assert component.get_run(run_id).tags == {}
        with pytest.raises(ConfigurationError, match="by"):
            component.start_run(fresh(), tags={"by": value})
        assert [run.run_id for run in component.list_runs()] == [run_id]

    @pytest.mark.parametrize("name", BAD_NAMES)
    def test_what_is_no_name_is_refused(self, component: T, name: str) -> None:
        run_id = component.start_run(fresh())
        with pytest.raises(ConfigurationError):
            component.log_params(run_id, {"fine": 1, name: 1})
        with pytest.raises(ConfigurationError):
            component.set_tags(run_id, {"fine": "1", name: "1"})
        run = component.get_run(run_id)
        assert (run.params, run.tags) == ({}, {})

    @pytest.mark.parametrize("name", ODD_NAMES)
    def test_odd_names_are_kept_or_refused(self, component: T, name: str) -> None:
        run_id = component.start_run(fresh())
        component.log_params(run_id, {"other": 1})
        try:
            component.log_params(run_id, {name: 2})
        except ConfigurationError:
            assert component.get_run(run_id).params == {"other": 1}
        else:
            assert component.get_run(run_id).params == {"other": 1, name: 2}
        component.set_tags(run_id, {"other": "1"})
        try:
            component.set_tags(run_id, {name: "2"})
        except ConfigurationError:
            assert component.get_run(run_id).tags == {"other": "1"}
        else:
            assert component.get_run(run_id).tags == {"other": "1", name: "2"}
