"""Which URLs stand for a store on a server, and what is said of others: nothing that may be of a password."""

from __future__ import annotations

import sys

import pytest

from stackkit.errors import MissingExtraError, StoreError
from stackkit.store.server import ServerStore

from .store_use import assert_one_line

PLACE = "STACKKIT_STORE_URL"


def refusal(url: str) -> StoreError:
    with pytest.raises(StoreError) as caught:
        ServerStore(url, where=PLACE)
    assert_one_line(caught.value)
    assert caught.value.problems[0].where == PLACE
    assert caught.value.problems[0].remedy
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://me:s3cr3t@db:5433/team", "postgresql+psycopg://me@db:5433/team"),
        ("postgresql://me:s3cr3t@db/team?password=s3cr3t&sslmode=require", "postgresql+psycopg://me@db/team"),
        ("postgresql+psycopg:///team?host=/run/postgresql", "postgresql+psycopg:///team"),
        ("POSTGRESQL://db/team", "postgresql+psycopg://db/team"),
        ("mysql+pymysql://me:s3cr3t@[::1]:3307/team", "mysql+pymysql://me@[::1]:3307/team"),
        ("mysql://me:s3cr3t@db/team", "mysql+pymysql://me@db/team"),
        ("mariadb://me:s3%2Fcr3t%40@db/team", "mysql+pymysql://me@db/team"),
        ("mariadb+pymysql://me:s3/cr3t?#@db/team", "mysql+pymysql://me@db/team"),
    ],
)
def test_a_url_is_shown_with_its_host_and_without_its_password_and_options(url: str, shown: str) -> None:
    store = ServerStore(url)
    assert store.url == shown
    assert "s3" not in f"{store!r} {vars(store)!r}"


@pytest.mark.parametrize(
    ("url", "what", "remedy"),
    [
        ("", "is no URL", "postgresql+psycopg://USER:PASSWORD@HOST/DATABASE or mysql+pymysql://"),
        ("s3cr3t", "is no URL", "postgresql+psycopg://"),
        ("me:s3cr3t@db://", "is no URL", "postgresql+psycopg://"),
        ("oracle://me:s3cr3t@db/team", "no store can be on oracle", "postgresql+psycopg://"),
        ("postgresql+asyncpg://me:s3cr3t@db/team", "no store can be on postgresql+asyncpg", "postgresql+psycopg://"),
        ("sqlite:////tmp/team.db", "cannot be shared", "unset it"),
        ("postgresql://me:p@s3cr3t@db/team", "cannot be read", "%40"),
        ("postgresql://me:p@s3cr3t/x@db/team", "cannot be read", "%40"),
        ("mysql://me:s3cr3t@db:s3cr3t/team", "cannot be read", "%2F"),
        ("mysql://me:s3cr3t@db", "names no database", "mysql+pymysql://USER:PASSWORD@HOST/DATABASE"),
    ],
)
def test_a_url_of_no_store_is_refused_without_a_word_of_its_password(url: str, what: str, remedy: str) -> None:
    error = refusal(url)
    assert what in error.problems[0].what
    assert remedy in error.problems[0].remedy
    assert "s3cr3t" not in str(error)


@pytest.mark.parametrize(
    ("url", "missing", "extra"),
    [
        ("postgresql+psycopg://db/team", "psycopg", "postgresql"),
        ("mysql+pymysql://db/team", "pymysql", "mysql"),
        ("mysql+pymysql://db/team", "sqlalchemy", "mysql"),
    ],
)
def test_a_library_that_is_not_installed_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, url: str, missing: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingExtraError) as caught:
        ServerStore(url)
    assert str(caught.value) == f"{missing} is not installed; pip install 'stackkit[{extra}]'"
