"""What a model's server answers, asked over ASGI with no process in between."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import attrs
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from stackkit.components.model_deployer import ModelDeployment
from stackkit.flavors.model_deployer.predicting import Predictor
from stackkit.flavors.model_deployer.serving import LARGEST, Door, Serving

DEPLOYMENT = ModelDeployment(model_name="churn", model_uri="m:predict")


@attrs.frozen
class Customer:
    """Somebody who may leave."""

    age: int
    tags: list[str] = attrs.field(factory=list[str])


def predict(customer: Customer, fail: bool = False) -> list[float]:
    if fail:
        raise ValueError("the password is hunter2")
    return [customer.age / 100, float("inf")]


def lie(x: int) -> int:
    written: list[Any] = [str(x)]
    first: int = written[0]  # which no type checker sees
    return first


async def later(x: int) -> int:
    await asyncio.sleep(0)
    return x + 1


def door(call: Any = predict, threads: int = 1) -> Door:
    return Serving(DEPLOYMENT, Predictor.of(call, "m:predict"), threads).door()


def ask(
    app: Door, method: str = "POST", path: str = "/predict", *, host: str = "127.0.0.1:80", **request: Any
) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers={"host": host}) as client:
            return await client.request(method, path, **request)

    return asyncio.run(asked())


def test_it_answers_with_what_the_model_returns_as_documents_have_it() -> None:
    answer = ask(door(), json={"customer": {"age": 30}})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == [0.3, {"$float": "inf"}]


def test_an_async_model_is_awaited() -> None:
    assert ask(door(later), json={"x": 1}).json() == 2


def test_all_mistakes_of_a_request_are_told_with_their_places() -> None:
    answer = ask(door(), json={"customer": {"age": "30", "tags": [1]}, "fial": True})
    assert answer.status_code == 422
    assert answer.json() == {
        "problems": [
            {"where": "fial", "what": "predict has no such field", "remedy": "did you mean fail?"},
            {"where": "customer.age", "what": 'expected int, got str "30"', "remedy": ""},
            {"where": "customer.tags[0]", "what": "expected str, got int 1", "remedy": ""},
        ]
    }


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"customer": NaN}', b"[" * 5000, b'{"a": 1, "a": 2}', b"null"])
def test_what_is_not_json_or_no_object_is_told(body: bytes) -> None:
    answer = ask(door(), content=body, headers={"content-type": "application/json; charset=utf-8"})
    assert answer.status_code == 422
    assert len(answer.json()["problems"]) == 1


@settings(max_examples=settings().max_examples // 2)
@given(body=st.binary(max_size=50))
def test_no_bytes_make_it_fail(body: bytes) -> None:
    assert ask(door(), content=body, headers={"content-type": "application/json"}).status_code == 422


def test_what_a_page_in_a_browser_can_send_unasked_is_refused() -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        assert ask(door(), content=b'{"customer": {"age": 1}}', headers={"content-type": kind}).status_code == 415
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", ""):
        assert ask(door(), json={"customer": {"age": 1}}, host=host).status_code == 421
        assert ask(door(), "GET", "/health", host=host).status_code == 421
    for host in ("localhost", "localhost:8000", "127.0.0.1"):
        assert ask(door(), json={"customer": {"age": 1}}, host=host).status_code == 200


def test_a_request_that_is_too_large_is_refused() -> None:
    answer = ask(door(), content=b" " * (LARGEST + 1), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["problems"][0]["what"]) == (413, f"has more than {LARGEST} bytes")


def test_a_model_that_raises_tells_the_log_and_not_the_client(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(door(), json={"customer": {"age": 1}, "fail": True})
    assert (answer.status_code, answer.json()["problems"][0]["what"]) == (500, "the model raised ValueError")
    assert "hunter2" not in answer.text
    assert "the password is hunter2" in capsys.readouterr().err


def test_a_model_that_does_not_return_what_it_says_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(door(lie), json={"x": 1})
    assert answer.status_code == 500
    assert answer.json()["problems"] == [{"where": "return", "what": 'expected int, got str "1"', "remedy": ""}]
    assert "the model does not return what it says" in capsys.readouterr().err


def test_health_says_what_is_served() -> None:
    answer = ask(door(), "GET", "/health")
    assert (answer.status_code, answer.json()["status"], answer.json()["model_uri"]) == (200, "ok", "m:predict")


def test_what_it_does_not_have_is_not_found_and_predictions_are_posted() -> None:
    assert [ask(door(), "GET", path).status_code for path in ("/", "/docs", "/redoc", "/predict")] == [404, 404, 404, 405]


def test_openapi_has_the_json_schemas_of_requests_and_answers() -> None:
    described = ask(door(), "GET", "/openapi.json").json()
    operation = described["paths"]["/predict"]["post"]
    taken = operation["requestBody"]["content"]["application/json"]["schema"]
    given_ = operation["responses"]["200"]["content"]["application/json"]["schema"]

    def fits(schema: object, value: object) -> bool:
        return Draft202012Validator({"allOf": [schema], "components": described["components"]}).is_valid(value)

    assert fits(taken, {"customer": {"age": 1, "tags": ["a"]}, "fail": True})
    assert not fits(taken, {"customer": {"age": "1"}})
    assert not fits(taken, {"customer": {"age": 1}, "other": 1})
    assert fits(given_, ask(door(), json={"customer": {"age": 1}}).json())
    assert not fits(given_, 1)
    customer = described["components"]["schemas"]["Customer"]
    assert (customer["description"], customer["required"]) == ("Somebody who may leave.", ["age"])


def test_a_model_is_called_by_one_thread_unless_more_are_asked_for() -> None:
    inside, most, lock = 0, 0, threading.Lock()

    def count(x: int) -> int:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.01)
        with lock:
            inside -= 1
        return x

    for threads, expected in ((1, {1}), (3, {1, 2, 3})):
        most = 0
        app = door(count, threads)

        async def all_at_once(app: Door = app) -> list[int]:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as client:
                answers = await asyncio.gather(*(client.post("/predict", json={"x": n}) for n in range(12)))
            return [answer.json() for answer in answers]

        assert asyncio.run(all_at_once()) == list(range(12))
        assert most in expected
