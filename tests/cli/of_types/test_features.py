"""`stackkit feature-store …`: feature views, rows, and features as they were and as they are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from tests.cli.command_line import CommandLine

STORE = "feature-store"
VIEWS = """
- name: driver_stats
  description: What is known of drivers.
  entity_keys: {driver_id: int64}
  features: {rating: float64, trips: int64}
- name: zones
  entity_keys: {city: string, zone: int64}
  features: {open: bool, image: bytes}
  ttl: P1DT0S
"""
ROWS = """driver_id,rating,trips,event_timestamp
1001,4.5,10,2026-01-31T08:00:00Z
1001,4.7,12,2026-01-31T10:00:00Z
1002,,4,2026-01-31T09:30:00Z
"""
TRAINING = """driver_id,late,event_timestamp
1001,true,2026-01-31T09:59:59.999999Z
1001,false,2026-01-31T10:00:00Z
1003,false,2026-01-31T10:00:00Z
"""
ONLINE = f"{STORE} online driver_stats:rating driver_stats:trips"


@pytest.fixture
def viewed(stackkit: CommandLine) -> CommandLine:
    """With a feature store and two feature views."""
    stackkit.done(f"{STORE} register features --flavor=local --path=features")
    stackkit.write("views.yaml", VIEWS)
    stackkit.done(f"{STORE} views apply views.yaml")
    return stackkit


@pytest.fixture
def written(viewed: CommandLine) -> CommandLine:
    """With rows in one of the views."""
    viewed.write("rows.csv", ROWS)
    viewed.done(f"{STORE} write driver_stats rows.csv")
    viewed.write("training.csv", TRAINING)
    return viewed


class TestViews:
    def test_what_is_applied_is_listed(self, viewed: CommandLine) -> None:
        assert viewed.done(f"{STORE} views list --output json").json == [
            {
                "view": "driver_stats",
                "entity_keys": "driver_id",
                "features": "rating, trips",
                "ttl": None,
                "materialized_until": None,
            },
            {
                "view": "zones",
                "entity_keys": "city, zone",
                "features": "open, image",
                "ttl": "1 day, 0:00:00",
                "materialized_until": None,
            },
        ]

    def test_applying_says_what_and_where(self, viewed: CommandLine) -> None:
        assert viewed.done(f"{STORE} views apply views.yaml").out == "applied to features: driver_stats, zones\n"

    def test_no_views_are_listed_with_what_to_do(self, stackkit: CommandLine) -> None:
        stackkit.done(f"{STORE} register features --flavor=local --path=features")
        answer = stackkit(f"{STORE} views list")
        assert (answer.status, answer.out) == (0, "")
        assert answer.err == "no feature view yet: stackkit feature-store views apply FILE\n"

    def test_a_view_is_described(self, viewed: CommandLine) -> None:
        lines = viewed.done(f"{STORE} views describe zones").out.splitlines()
        assert lines == [
            "name                      zones",
            "description               -",
            "entity keys               city (string), zone (int64)",
            "features                  open (bool), image (bytes)",
            "timestamp field           event_timestamp",
            "created timestamp column  created",
            "ttl                       1 day, 0:00:00",
            "materialized until        -",
        ]

    def test_what_is_described_as_json_can_be_applied_again(self, viewed: CommandLine) -> None:
        described = viewed.done(f"{STORE} views describe zones --output json")
        document = described.json
        del document["materialized_until"]
        viewed.write("again.json", f"[{described.out}]".replace(',\n  "materialized_until": null', ""))
        viewed.done(f"{STORE} views delete zones --yes")
        viewed.done(f"{STORE} views apply again.json")
        assert viewed.done(f"{STORE} views describe zones --output json").json == described.json

    def test_a_view_is_deleted_when_it_was_said_twice(self, viewed: CommandLine) -> None:
        assert "Nobody can be asked here: repeat with --yes" in viewed.refused(f"{STORE} views delete zones", status=2)
        assert viewed.done(f"{STORE} views delete zones --yes").out == "feature view zones deleted from features\n"
        assert [row["view"] for row in viewed.done(f"{STORE} views list --output json").json] == ["driver_stats"]

    def test_all_that_is_wrong_with_views_is_told_by_place(self, viewed: CommandLine) -> None:
        viewed.write("wrong.yaml", "- {name: a, entity_keys: {id: int}, features: {x: float64}, tl: 3}")
        message = viewed.refused(f"{STORE} views apply wrong.yaml")
        assert "[0].tl: FeatureView has no such field; did you mean ttl?" in message
        assert '[0].entity_keys.id: expected one of int64, string, got str "int"' in message


class TestHistory:
    def test_features_are_shown_as_they_were(self, written: CommandLine) -> None:
        rows = written.done(f"{STORE} historical driver_stats:rating driver_stats:trips --entities training.csv").rows
        assert [row[3:] for row in rows] == [["4.5", "10"], ["4.7", "12"], ["-", "-"]]

    def test_they_are_shown_as_json(self, written: CommandLine) -> None:
        line = f"{STORE} historical driver_stats:rating --full-names --entities training.csv --output json"
        assert written.done(line).json[1] == {
            "driver_id": 1001,
            "late": False,
            "event_timestamp": "2026-01-31T10:00:00+00:00",
            "driver_stats__rating": 4.7,
        }

    @pytest.mark.parametrize("name", ["out.parquet", "out.csv"])
    def test_they_are_written_to_a_file(self, written: CommandLine, name: str) -> None:
        line = f"{STORE} historical driver_stats:rating --entities training.csv --out {name}"
        assert written.done(line).out == f"3 rows written to {name}\n"
        file = written.folder / name
        read = pl.read_parquet(file) if name.endswith("parquet") else pl.read_csv(file)
        assert read.get_column("rating").to_list() == [4.5, 4.7, None]
        assert read.columns == ["driver_id", "late", "event_timestamp", "rating"]

    def test_rows_are_written_from_parquet_too(self, viewed: CommandLine) -> None:
        viewed.write("rows.csv", ROWS)
        pl.read_csv(viewed.folder / "rows.csv", try_parse_dates=True).write_parquet(viewed.folder / "rows.parquet")
        answer = viewed.done(f"{STORE} write driver_stats rows.parquet")
        assert answer.out == "3 rows of rows.parquet written to driver_stats in features\n"


class TestOnline:
    def test_nothing_is_online_before_it_is_materialized(self, written: CommandLine) -> None:
        assert written.done(f"{ONLINE} --entity driver_id=1001").rows == [["1001", "-", "-"]]

    def test_features_are_put_online_up_to_a_time_and_later_the_rest(self, written: CommandLine) -> None:
        answer = written.done(f"{STORE} materialize --end 2026-01-31T09:00:00 --view driver_stats")
        assert answer.out == "materialized up to 2026-01-31T09:00:00+00:00: driver_stats of features\n"
        assert written.done(f"{ONLINE} --entity driver_id=1001").rows == [["1001", "4.5", "10"]]
        written.done(f"{STORE} materialize")
        rows = written.done(f"{ONLINE} --entity driver_id=1002 --entity driver_id=1001").rows
        assert rows == [["1002", "-", "4"], ["1001", "4.7", "12"]]

    def test_what_lies_between_two_times_is_put_online(self, written: CommandLine) -> None:
        written.done(f"{STORE} materialize --start 2026-01-31T09:00:00Z --end 2026-01-31T09:45:00Z")
        rows = written.done(f"{ONLINE} --entity driver_id=1001 --entity driver_id=1002").rows
        assert rows == [["1001", "-", "-"], ["1002", "-", "4"]]

    def test_views_tell_up_to_when_they_were_materialized(self, written: CommandLine) -> None:
        written.done(f"{STORE} materialize --end 2026-01-31T12:00:00+02:00 --view driver_stats")
        listed = written.done(f"{STORE} views list --output json").json
        assert [row["materialized_until"] for row in listed] == ["2026-01-31T10:00:00+00:00", None]

    def test_keys_of_several_columns_are_given_as_pairs_or_json(self, viewed: CommandLine) -> None:
        row = {"city": "a,b", "zone": 7, "open": True, "image": b"\0\xff", "event_timestamp": datetime(2026, 1, 31, tzinfo=UTC)}
        pl.DataFrame([row]).write_parquet(viewed.folder / "rows.parquet")
        viewed.done(f"{STORE} write zones rows.parquet")
        changed = VIEWS.replace("  ttl: P1DT0S\n", "")
        viewed.write("views.yaml", changed)
        viewed.done(f"{STORE} views apply views.yaml")
        viewed.done(f"{STORE} materialize")
        answer = viewed.done(
            f"{STORE} online zones:open zones:image --output json",
            "--entity",
            '{"zone": 7, "city": "a,b"}',
            "--entity",
            "city=a,zone=7",
        )
        assert answer.json == [
            {"city": "a,b", "zone": 7, "open": True, "image": "AP8="},
            {"city": "a", "zone": 7, "open": None, "image": None},
        ]


class TestRefused:
    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("views describe driver_stat", "there is no feature view driver_stat; did you mean driver_stats?"),
            ("views delete nothing --yes", "there is no feature view nothing; there are driver_stats, zones"),
            ("views apply nowhere.yaml", "nowhere.yaml: cannot be read"),
            ("write driver_stats rows.txt", "rows.txt: is neither .parquet nor .csv"),
            ("write driver_stats nowhere.csv", "nowhere.csv: cannot be read"),
            ("write driver_stats broken.parquet", "broken.parquet: is no table"),
            ("write driver_stats training.csv", "rows.late: is no column of the feature view"),
            ("write driver_stat rows.csv", "did you mean driver_stats?"),
            ("historical driver_stats:ratng --entities training.csv", "did you mean driver_stats:rating?"),
            ("historical rating --entities training.csv", "did you mean driver_stats:rating?"),
            ("historical driver_stats:rating --entities training.csv --out a.xlsx", "a.xlsx: is neither .parquet nor .csv"),
            ("historical driver_stats:rating --entities training.csv --out no/a.csv", "no/a.csv: cannot be written"),
            ("materialize --view driver_stat", "did you mean driver_stats?"),
            ("materialize --end yesterday", "'yesterday' is no time; write it as 2026-01-31T12:00:00Z"),
            ("materialize --start 2026-01-31 --end 2026-01-30", "is before the start"),
            ("online driver_stats:rating --entity 1001", "'1001' is no entity; write KEY=VALUE"),
            ("online driver_stats:rating --entity driver_id=one", "--entity driver_id: 'one' is no whole number"),
            ("online driver_stats:rating --entity driver=1", "entities[0].driver_id: is missing; the entity has driver"),
            ("online driver_stats:rating --entity '{\"driver_id\": [1]}'", "[1] is no key"),
            ("online driver_stats:rating --entity '{'", "is no JSON object"),
            ("views list --store featurs", "did you mean features?"),
        ],
    )
    def test_a_mistake_says_what_to_do(self, written: CommandLine, line: str, said: str) -> None:
        written.write("broken.parquet", "nothing")
        assert said in written.refused(f"{STORE} {line}")

    def test_a_store_that_is_a_file_is_told(self, stackkit: CommandLine, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        stackkit.done(f"{STORE} register features --flavor=local --path={tmp_path / 'file' / 'below'}")
        stackkit.write("views.yaml", VIEWS)
        assert "cannot be made" in stackkit.refused(f"{STORE} views apply views.yaml")


class TestWhichStore:
    def test_without_any_the_first_is_to_be_registered(self, stackkit: CommandLine) -> None:
        message = stackkit.refused(f"{STORE} views list")
        assert message == "there is no feature store yet; stackkit feature-store register NAME --flavor=local"

    def test_of_several_one_is_to_be_chosen(self, viewed: CommandLine) -> None:
        viewed.done(f"{STORE} register other --flavor=local --path=other")
        message = viewed.refused(f"{STORE} views list")
        assert message == "there are several feature stores: features, other; choose one: --store NAME"
        assert viewed.done(f"{STORE} views list --store other --output json").json == []

    def test_the_active_stacks_is_meant(self, viewed: CommandLine) -> None:
        viewed.done(f"{STORE} register other --flavor=local --path=other")
        viewed.done("stack register main --feature-store features --set")
        assert len(viewed.done(f"{STORE} views list --output json").json) == 2
