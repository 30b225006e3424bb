"""Which features are asked for, and what stands in the way of an answer."""

from __future__ import annotations

import pytest

from stackkit import FeatureView
from stackkit.errors import ConfigurationError, FeatureNotFoundError
from stackkit.flavors.feature_store.requests import check_columns, key_types, requests
from stackkit.flavors.feature_store.views import ViewRecord

DRIVERS = FeatureView("drivers", {"id": "int64"}, {"rating": "float64", "trips": "int64"})
CARS = FeatureView("cars", {"id": "string", "zone": "int64"}, {"rating": "float64"})
RECORDS = [ViewRecord(number, view, view.features, 1, None, 0) for number, view in enumerate((DRIVERS, CARS))]


def test_features_are_gathered_by_view_in_the_order_in_which_they_are_asked_for() -> None:
    found = requests(RECORDS, ["drivers:trips", "cars:rating", "drivers:rating"], full=True)
    assert [(request.record.view.name, dict(request.features)) for request in found] == [
        ("drivers", {"trips": "drivers__trips", "rating": "drivers__rating"}),
        ("cars", {"rating": "cars__rating"}),
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("trips", "'trips' names no view; did you mean drivers:trips?"),
        ("nothing", "'nothing' names no view; write view:feature"),
        ("driver:trips", "there is no feature view driver; did you mean drivers?"),
        ("drivers:trip", "the feature view drivers has no feature 'trip'; did you mean drivers:trips?"),
        ("drivers:x", "the feature view drivers has no feature 'x'; it has rating, trips"),
        ("drivers:", "the feature view drivers has no feature ''; it has rating, trips"),
        (":trips", "there is no feature view ; there are cars, drivers"),
    ],
)
def test_what_is_not_there_is_told_with_what_may_be_meant(asked: str, said: str) -> None:
    with pytest.raises(FeatureNotFoundError) as caught:
        requests(RECORDS, [asked], full=False)
    assert str(caught.value) == said


def test_asking_twice_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="drivers:trips: is asked for twice"):
        requests(RECORDS, ["drivers:trips", "drivers:rating", "drivers:trips"], full=False)


def test_keys_of_one_name_and_two_types_cannot_be_asked_for_together() -> None:
    with pytest.raises(ConfigurationError, match="id: is int64 to one view and string to another, cars"):
        key_types(requests(RECORDS, ["drivers:trips", "cars:rating"], full=False))


def test_all_names_that_are_there_twice_are_told() -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_columns(["a", "b", "a", "c", "b"])
    assert [problem.what for problem in caught.value.problems] == [
        "two columns would be called a",
        "two columns would be called b",
    ]
