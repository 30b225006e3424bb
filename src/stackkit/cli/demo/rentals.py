"""How many bicycles are rented: features, training, and a model that answers; `stackkit demo` puts it into its project."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from attrs import frozen

from stackkit import ARTIFACT_STORE, EXPERIMENT_TRACKER, FEATURE_STORE, Workspace

HOURS = 200
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def weather(hour: int) -> float:
    """Degrees Celsius, up and down as the day goes."""
    return 12.0 + 8.0 * (1 - abs(hour % 24 - 12) / 6)


def write_features() -> None:
    """What was known of the weather, hour by hour."""
    import polars as pl

    hours = range(HOURS)
    rows = {
        "station": ["north"] * HOURS,
        "temperature": [weather(hour) for hour in hours],
        "event_timestamp": [BEGIN + timedelta(hours=hour) for hour in hours],
    }
    with Workspace.find() as workspace:
        workspace.stacks.get()[FEATURE_STORE].write("weather", pl.DataFrame(rows))


def training_rows() -> list[tuple[float, float]]:
    """The weather as it was known at the time of each rental, with how many there were."""
    import polars as pl

    hours = range(5, HOURS, 7)
    asked = {
        "station": ["north"] * len(hours),
        "event_timestamp": [BEGIN + timedelta(hours=hour, minutes=30) for hour in hours],
        "rentals": [30.0 + 2.5 * weather(hour) for hour in hours],
    }
    with Workspace.find() as workspace:
        store = workspace.stacks.get()[FEATURE_STORE]
        found = pl.DataFrame(store.get_historical_features(pl.DataFrame(asked), ["weather:temperature"]))
    return found.select("temperature", "rentals").rows()


def train(rate: float, epochs: int = 60) -> float:
    """Fit a line by gradient descent, and write down how it went.

    Args:
        rate: How far each step goes.
        epochs: How many steps.

    Returns:
        The mean square of what the line is wrong by.
    """
    rows = [((temperature - 12.0) / 8.0, rentals) for temperature, rentals in training_rows()]
    slope = intercept = loss = 0.0
    with Workspace.find() as workspace:
        stack = workspace.stacks.get()
        with stack[EXPERIMENT_TRACKER].run("rentals", name=f"rate {rate}") as run:
            run.log_params({"rate": rate, "epochs": epochs})
            for _ in range(epochs):
                wrong = [(slope * x + intercept - y, x) for x, y in rows]
                loss = sum(error * error for error, _ in wrong) / len(rows)
                slope -= rate * sum(error * x for error, x in wrong) / len(rows)
                intercept -= rate * sum(error for error, _ in wrong) / len(rows)
                run.log_metrics({"loss": loss})
        with stack[ARTIFACT_STORE].open("models/rentals.json", "w") as file:
            json.dump({"slope": slope, "intercept": intercept}, file)
    return loss


@frozen
class Weather:
    """What is asked about."""

    temperature: float


class Rentals:
    """The model, read from the artifact store when its server starts."""

    def __init__(self) -> None:
        with Workspace.find() as workspace, workspace.stacks.get()[ARTIFACT_STORE].open("models/rentals.json") as file:
            found: dict[str, float] = json.load(file)
        self.slope: float = found["slope"]
        self.intercept: float = found["intercept"]

    def predict(self, weather: Weather) -> float:
        """How many bicycles are rented in an hour of this weather."""
        return round(self.slope * (weather.temperature - 12.0) / 8.0 + self.intercept, 1)
