"""What a predict callable takes and gives, as its annotations say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Literal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackkit.components.model_deployer import ModelDeployment
from stackkit.errors import ConfigurationError, DocumentError, ImportPathError, StackkitError, UnsupportedTypeError
from stackkit.flavors.model_deployer.predicting import Predictor


@attrs.frozen
class Customer:
    """Somebody who may leave."""

    age: int
    joined: date
    plan: Literal["basic", "gold"] = "basic"


def churn(customer: Customer, weights: list[float], *, scale: float = 1.0) -> dict[str, float]:
    return {customer.plan: sum(weights) * scale * customer.age}


@given(age=st.integers(0, 150), weights=st.lists(st.floats(0, 1)), scale=st.floats(0, 1), gold=st.booleans())
def test_arguments_are_what_the_request_holds(age: int, weights: list[float], scale: float, gold: bool) -> None:
    plan = {"plan": "gold"} if gold else {}
    request = {"customer": {"age": age, "joined": "2020-01-31", **plan}, "weights": weights, "scale": scale}
    arguments = Predictor.of(churn, "m:churn").arguments(request)
    customer = Customer(age, date(2020, 1, 31), "gold" if gold else "basic")
    assert arguments == {"customer": customer, "weights": weights, "scale": scale}


def test_a_parameter_with_a_default_may_be_left_out() -> None:
    request = {"customer": {"age": 1, "joined": "2020-01-31"}, "weights": [0.5]}
    assert Predictor.of(churn, "m:churn").arguments(request)["scale"] == 1.0


def test_all_that_is_wrong_with_a_request_is_told_with_its_place() -> None:
    with pytest.raises(DocumentError) as raised:
        Predictor.of(churn, "m:churn").arguments(
            {"customer": {"age": "7", "joined": "soon", "plan": "silver"}, "weights": [1.0, None], "scael": 1}
        )
    assert [problem.where for problem in raised.value.problems] == [
        "scael",
        "customer.age",
        "customer.joined",
        "customer.plan",
        "weights[1]",
    ]


@pytest.mark.parametrize("request_", [None, [], "text", 7, {"customer": None}])
def test_what_is_no_request_is_refused(request_: object) -> None:
    with pytest.raises(DocumentError):
        Predictor.of(churn, "m:churn").arguments(request_)


def test_what_cannot_be_called_by_name_is_refused_all_at_once() -> None:
    def wrong(a: int, /, *c: int, _d: int, **e: int) -> int:
        raise NotImplementedError

    with pytest.raises(ConfigurationError) as raised:
        Predictor.of(wrong, "m:wrong")
    assert [(problem.where, problem.what) for problem in raised.value.problems] == [
        ("m:wrong.a", "cannot be given by name"),
        ("m:wrong.c", "cannot be given by name"),
        ("m:wrong._d", "is private"),
        ("m:wrong.e", "cannot be given by name"),
    ]


def test_what_does_not_say_what_it_takes_or_returns_is_refused() -> None:
    untyped: Callable[[int], int] = lambda x: x  # noqa: E731 - it has no annotations
    with pytest.raises(ConfigurationError) as raised:
        Predictor.of(untyped, "m:f")
    assert (
        str(raised.value)
        == "m:f.x: has no annotation; write x: <its type>\nm:f: does not say what it returns; write -> <its type>"
    )


def test_types_that_no_document_can_hold_are_refused() -> None:
    def takes(what: object) -> int:
        raise NotImplementedError

    def gives(what: int) -> object:
        raise NotImplementedError

    with pytest.raises(UnsupportedTypeError, match=r"takes\.what: object has no serialization hook"):
        Predictor.of(takes, "m:takes")
    with pytest.raises(UnsupportedTypeError, match=r"gives\.return: object has no serialization hook"):
        Predictor.of(gives, "m:gives")


MODELS = '''
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from decimal import Decimal

class Weights:
    """A type of the module's own."""
    def __init__(self, values): self.values = values

class Model:
    def __init__(self) -> None:
        self.factor = 2
    def predict(self, weights: Weights) -> float:
        return self.factor * sum(weights.values)
    @classmethod
    def configure_converter(cls, converter):
        converter.register_structure_hook(Weights, lambda value, _: Weights(list(value)))
        converter.register_unstructure_hook(Weights, lambda weights: weights.values)

class Called:
    def __call__(self, x: int) -> int:
        return x + 1

class Needy:
    def __init__(self, path: str) -> None: ...
    def predict(self, x: int) -> int: ...

class Broken:
    def __init__(self) -> None: raise OSError("no weights")

async def later(x: int) -> int:
    return x

def unresolved(x: Decimal) -> int: ...

instance = Called()
constant = 7
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("models")
    (made / "predicted_models.py").write_text(MODELS, encoding="utf-8")
    return made


def load(name: str, folder: Path) -> Predictor:
    return Predictor.load(ModelDeployment(model_name="m", model_uri=f"predicted_models:{name}"), folder)


def test_a_class_is_made_once_and_its_predict_is_called_with_types_of_its_own(folder: Path) -> None:
    predictor = load("Model", folder)
    assert predictor.call(**predictor.arguments({"weights": [1, 2]})) == 6


@pytest.mark.parametrize("name", ["Called", "instance"])
def test_what_can_be_called_itself_is(folder: Path, name: str) -> None:
    predictor = load(name, folder)
    assert predictor.call(**predictor.arguments({"x": 1})) == 2
    assert not predictor.is_async


def test_an_async_callable_is_known_as_one(folder: Path) -> None:
    assert load("later", folder).is_async


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("constant", ConfigurationError, "predicted_models:constant: cannot be called; name a function, or a class with a"),
        ("Needy", ConfigurationError, "Needy() raised TypeError: "),
        ("Broken", ConfigurationError, "Broken() raised OSError: no weights; its constructor is called without arguments"),
        ("unresolved", ConfigurationError, "its annotations cannot be resolved: name 'Decimal' is not defined; import at"),
        ("latr", ImportPathError, "predicted_models has no latr; did you mean predicted_models:later?"),
        ("nothing_like_it", ImportPathError, "predicted_models has no nothing_like_it; it has Weights, Model, Called, Needy"),
    ],
)
def test_what_is_no_model_is_told(folder: Path, name: str, error: type[StackkitError], said: str) -> None:
    with pytest.raises(error) as raised:
        load(name, folder)
    assert said in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1
