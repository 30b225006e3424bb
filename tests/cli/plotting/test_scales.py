from __future__ import annotations

import math

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from stackkit.cli.plotting.scales import LARGEST, SMALLEST, Scale, text_of

numbers = st.floats(-LARGEST, LARGEST)
positive = st.floats(SMALLEST, LARGEST)


@given(values=st.lists(numbers, max_size=6))
def test_all_values_are_on_the_scale(values: list[float]) -> None:
    scale = Scale.around(values).wider()
    assert scale.low < scale.high
    assert all(0 <= scale.place(value) <= 1 for value in values)


@given(values=st.lists(positive, max_size=6))
@example(values=[1.0000000000000002e-300, 1e-300])
def test_all_values_are_on_a_logarithmic_scale(values: list[float]) -> None:
    scale = Scale.around(values, log=True).wider()
    assert scale.low < scale.high
    assert all(-1e-9 <= scale.place(value) <= 1 + 1e-9 for value in values)


@given(values=st.lists(numbers, min_size=1, max_size=4))
def test_few_numbers_are_marked_in_ascending_order_each_with_a_text_of_its_own(values: list[float]) -> None:
    scale = Scale.around(values)
    assume(scale.high / 2 - scale.low / 2 > 1e-12 * max(abs(scale.low), abs(scale.high)))
    ticks = scale.ticks()
    assert 1 <= len(ticks) <= 12
    assert [value for value, _ in ticks] == sorted(value for value, _ in ticks)
    assert len({text for _, text in ticks}) == len(ticks)
    assert all(-1e-9 <= scale.place(value) <= 1 + 1e-9 for value, _ in ticks)


@given(low=st.integers(-300, 290), decades=st.integers(1, 9))
def test_powers_of_ten_are_marked_on_a_logarithmic_scale(low: int, decades: int) -> None:
    scale = Scale(float(f"1e{low}"), float(f"1e{low + decades}"), log=True)
    marked = [value for value, _ in scale.ticks()]
    assert marked[0] == scale.low
    assert len(marked) <= 12
    assert all(math.isclose(float(text), value) for value, text in scale.ticks())


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0, 1, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (0, 1_000_000, ["0", "200000", "400000", "600000", "800000", "1e6"]),
        (0.001, 0.002, ["0.001", "0.0012", "0.0014", "0.0016", "0.0018", "0.002"]),
        (1_000_000, 1_000_005, ["1e6", "1.000001e6", "1.000002e6", "1.000003e6", "1.000004e6", "1.000005e6"]),
        (-1e-9, 1e-9, ["-1e-9", "-5e-10", "0", "5e-10", "1e-9"]),
    ],
)
def test_texts_are_short_and_differ(low: float, high: float, texts: list[str]) -> None:
    assert [text for _, text in Scale(low, high).ticks()] == texts


def test_one_value_is_in_the_middle_of_its_scale() -> None:
    for value in (0.0, 5.0, -3.0):
        assert Scale.around([value]).place(value) == pytest.approx(0.5)
    assert Scale.around([5.0], log=True).place(5.0) == pytest.approx(0.5)


@given(value=numbers)
def test_a_number_is_told_to_four_digits_at_least(value: float) -> None:
    assert float(text_of(value)) == pytest.approx(value, rel=1e-2, abs=0)
    assert len(text_of(value)) <= 14
