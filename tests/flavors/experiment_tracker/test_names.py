from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from stackkit.components.experiment_runs import LONGEST_NAME
from stackkit.flavors.experiment_tracker.names import file_name

names = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=LONGEST_NAME)


@given(name=names)
@example(name="..")
@example(name="../../etc/passwd")
@example(name=".")
@example(name="\N{BOMB}" * LONGEST_NAME)
def test_every_name_has_a_short_file_name_that_leads_nowhere(name: str) -> None:
    made = file_name(name)
    assert made.isascii()
    assert "/" not in made
    assert not made.startswith((".", "-"))
    assert 1 <= len(made) <= 80


@given(one=names, other=names)
@example(one="Loss", other="loss")
@example(one="a/b", other="a_b")
@example(one="é", other="e\N{COMBINING ACUTE ACCENT}")
@example(one="val/loss", other=file_name("val/loss"))
@example(one="x" * 80, other="x" * 81)
def test_other_names_have_other_file_names_even_where_case_is_ignored(one: str, other: str) -> None:
    assert (file_name(one).lower() == file_name(other).lower()) == (one == other)


def test_plain_names_stay_as_they_are() -> None:
    assert [file_name(name) for name in ("loss", "val_loss", "f1", "top-5", "v1.2")] == [
        "loss",
        "val_loss",
        "f1",
        "top-5",
        "v1.2",
    ]
