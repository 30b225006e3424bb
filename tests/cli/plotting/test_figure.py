from __future__ import annotations

import math
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from stackkit.cli.plotting.figure import COLOURS, Panel, Series, svg

NAMESPACE = "{http://www.w3.org/2000/svg}"
points = st.lists(st.tuples(st.integers(0, 50), st.floats()), max_size=8)


def line(label: str, places: list[tuple[int, float]]) -> Series:
    return Series(label, sorted(x for x, _ in places), [y for _, y in places])


series = st.builds(line, st.text(), points)
panels = st.builds(Panel, st.text(), st.text(), st.lists(series, max_size=4), st.booleans())


def drawn(*given: Panel) -> ET.Element:
    return ET.fromstring(svg(given))  # noqa: S314 - our own


def texts(root: ET.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{NAMESPACE}text")]


def lines(root: ET.Element, kind: str = "polyline") -> Iterator[ET.Element]:
    yield from root.iter(f"{NAMESPACE}{kind}")


@given(given=st.lists(panels, max_size=3))
def test_whatever_is_plotted_is_well_formed_and_in_its_place(given: list[Panel]) -> None:
    root = drawn(*given)
    for drawing in lines(root):
        places = [tuple(map(float, place.split(","))) for place in drawing.attrib["points"].split()]
        assert all(0 <= x <= 720 and 0 <= y <= 240 for x, y in places)
    for circle in lines(root, "circle"):
        assert 0 <= float(circle.attrib["cx"]) <= 720
        assert 0 <= float(circle.attrib["cy"]) <= 240


def test_names_are_nothing_but_text() -> None:
    evil = '<script>alert("1")</script>&amp;\x1b[31m'
    text = svg([Panel(evil, evil, [Series(evil, [0, 1], [0, 1])])])
    root = ET.fromstring(text)  # noqa: S314 - our own
    assert "script" not in {element.tag.removeprefix(NAMESPACE) for element in root.iter()}
    assert "\x1b" not in text
    assert '<script>alert("1")</script>&amp;\N{REPLACEMENT CHARACTER}[31m' in texts(root)


def test_each_run_has_its_look_in_all_panels_and_in_the_legend() -> None:
    one, other = Series("one", [0, 1], [0, 1]), Series("other", [0, 1], [1, 0])
    root = drawn(Panel("loss", "step", [one, other]), Panel("accuracy", "step", [other]))
    assert [each.attrib["stroke"] for each in lines(root)] == [COLOURS[0], COLOURS[1], COLOURS[1]]
    assert texts(root)[:2] == ["one", "other"]
    assert {"loss", "accuracy", "step"} <= set(texts(root))


def test_more_runs_than_colours_have_dashes() -> None:
    many = [Series(f"run {number}", [0, 1], [number, number]) for number in range(20)]
    looks = {(each.attrib["stroke"], each.attrib.get("stroke-dasharray")) for each in lines(drawn(Panel("loss", "step", many)))}
    assert len(looks) == len(many)


def test_what_is_no_finite_number_is_a_gap_and_told() -> None:
    values = [1.0, 2.0, math.nan, 3.0, math.inf, 4.0, 5.0]
    root = drawn(Panel("loss", "step", [Series("run", range(7), values)]))
    assert [len(each.attrib["points"].split()) for each in lines(root)] == [2, 2]
    assert len(list(lines(root, "circle"))) == 1
    assert "2 points left out: no finite number" in texts(root)


def test_what_is_not_positive_is_a_gap_on_a_logarithmic_scale() -> None:
    root = drawn(Panel("loss", "step", [Series("run", range(4), [100.0, 1.0, 0.0, 10.0])], log=True))
    [drawing] = lines(root)
    assert drawing.attrib["points"] == "0.0,0.0 240.0,240.0"
    assert "1 point left out: no positive number" in texts(root)
    assert {"1", "10", "100"} <= set(texts(root))


def test_a_figure_without_a_point_is_one_too() -> None:
    root = drawn(Panel("loss", "step", [Series("run", [], []), Series("other", [0], [math.nan])]))
    assert {"loss", "run", "other"} <= set(texts(root))
    assert list(lines(root)) == []
