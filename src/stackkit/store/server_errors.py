"""What database servers and their drivers raise, told in one line with what to do about it, and never with the password."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Final, TypeAlias

from stackkit.errors import Problem, StoreError
from stackkit.store.server_url import ServerUrl

_Reason: TypeAlias = tuple[str, str]  # what is wrong, and the remedy

_LOCKED: Final = ("another program keeps it locked", "wait until that is done, then repeat")
_IN_THE_WAY: Final = ("another program's transaction was in the way", "repeat the change")
_FORBIDDEN: Final = ("the server does not let this user do that ({detail})", "have its administrator grant the right")
_ALTERED: Final = (
    "its table of documents is missing or altered ({detail})",
    "restore it from a backup, or name another database",
)
_READ_ONLY: Final = ("it takes no changes now ({detail})", "name a server that does, or wait until this one does")
_FULL: Final = ("its disk is full", "have some space freed, then repeat")
_TOO_LARGE: Final = ("a document is larger than the server takes ({detail})", "make it smaller, or raise the server's limit")
_CROWDED: Final = ("it has too many clients", "repeat later, or raise the server's limit")
_NO_DATABASE: Final = ("there is no such database", "create it, or name another one")
_REFUSED: Final = ("it does not let this user in ({detail})", "correct the user or password in the URL, or have access granted")
_UNREACHABLE: Final = (
    "it cannot be connected to ({detail})",
    "look whether the server runs, and whether the URL has its host and port",
)
_ENDED: Final = ("the connection broke off ({detail})", "look whether the change was made before you repeat it")
_OTHER: Final = ("it refused: {detail}", "")

# By SQLSTATE of PostgreSQL, or number of MySQL and MariaDB.
_REASONS: Final[Mapping[str, _Reason]] = {
    **dict.fromkeys(("55P03", "1205"), _LOCKED),
    **dict.fromkeys(("40001", "40P01", "1213", "1020"), _IN_THE_WAY),
    **dict.fromkeys(("42501", "1142", "1143", "1370"), _FORBIDDEN),
    **dict.fromkeys(("42P01", "42703", "42804", "42883", "1146", "1054", "1366"), _ALTERED),
    **dict.fromkeys(("25006", "1290", "1792", "1836"), _READ_ONLY),
    **dict.fromkeys(("53100", "1021", "1114"), _FULL),
    **dict.fromkeys(("54000", "53200", "1153", "1301"), _TOO_LARGE),
    **dict.fromkeys(("53300", "1040", "1203"), _CROWDED),
    **dict.fromkeys(("3D000", "1049"), _NO_DATABASE),
    **dict.fromkeys(("28000", "28P01", "1044", "1045", "1130", "1698"), _REFUSED),
}
# Of PostgreSQL's refusal to connect, the driver gives the text alone.
_TEXTS: Final[Mapping[str, _Reason]] = {
    "too many clients": _CROWDED,
    "remaining connection slots": _CROWDED,
    "authentication failed": _REFUSED,
    "no password supplied": _REFUSED,
    "no pg_hba.conf entry": _REFUSED,
    "role ": _REFUSED,
    "permission denied for database": _REFUSED,
    "does not exist": _NO_DATABASE,
}


def code_of(error: BaseException | None) -> str:
    """The SQLSTATE or number that a server gave an error; empty where there is none."""
    first: object = error.args[0] if error is not None and error.args else None
    if isinstance(first, int):  # PyMySQL has a SQLSTATE too, which says less
        return str(first)
    sqlstate: object = getattr(error, "sqlstate", None)
    return sqlstate if isinstance(sqlstate, str) else ""


@contextmanager
def explained(address: ServerUrl, *, connecting: bool = False) -> Generator[None]:
    """Make a StoreError of what SQLAlchemy raises inside the block.

    Args:
        address: The server.
        connecting: Whether the block makes a connection.

    Yields:
        Nothing.

    Raises:
        StoreError: The block failed there; that error is the cause.
    """
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    try:
        yield
    except DBAPIError as e:
        cause = e.orig or e
        raise StoreError(_problem(cause, address, connecting=connecting, broken=e.connection_invalidated)) from _bare(cause)
    except UnicodeDecodeError as e:
        what, remedy = "a document in it is damaged", "restore it from a backup"
        raise StoreError(Problem(what, where=address.shown, remedy=remedy)) from e
    except SQLAlchemyError as e:
        raise StoreError(_problem(e, address, connecting=connecting, broken=False)) from _bare(e)
    except (TypeError, ValueError) as e:
        if not connecting:
            raise
        what, remedy = f"an option of its URL is wrong ({_detail(e, address)})", "correct what stands behind the ?"
        raise StoreError(Problem(what, where=address.shown, remedy=remedy)) from _bare(e)


def _problem(error: BaseException, address: ServerUrl, *, connecting: bool, broken: bool) -> Problem:
    detail = _detail(error, address)
    otherwise = _UNREACHABLE if connecting else _ENDED if broken else _OTHER
    if connecting and not code_of(error):
        otherwise = next((reason for text, reason in _TEXTS.items() if text in detail), otherwise)
    what, remedy = _REASONS.get(code_of(error), otherwise)
    return Problem(what.format(detail=detail), where=address.shown, remedy=remedy)


def _detail(error: BaseException, address: ServerUrl) -> str:
    """What a driver says, in one line: the last of the reasons that it gives one inside the other."""
    number, *texts = error.args or ("",)
    text = str(texts[0] if texts and isinstance(number, int) else error)
    line = next(iter(text.strip().splitlines()), type(error).__name__)
    return " ".join(address.without_password(line.rpartition("failed: ")[2]).split())


def _bare(error: BaseException) -> BaseException:
    """An error without the frames of the driver, whose variables hold the password: some programs show or send these."""
    error.__context__ = error.__cause__ = None
    return error.with_traceback(None)
