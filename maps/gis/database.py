"""A connection to PostgreSQL whose work is kept whole or not at all, and the catalogue of what tongtu wrote there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from geo.errors import MissingExtraError, OutputError

if TYPE_CHECKING:
    import psycopg

__all__ = ["CATALOGUE", "handed_over", "transaction"]

CATALOGUE = "tongtu_tables"
"""Table of the tables: which contract each follows, and in what order they came."""


class transaction:  # noqa: N801  (used as a function)
    """A connection whose work is kept whole or not at all; errors of the database become ours."""

    def __init__(self, address: str) -> None:
        try:
            import psycopg
        except ImportError as error:
            message = "PostGIS needs psycopg; install it with: pip install 'tongtu[postgis]'"
            raise MissingExtraError(message) from error
        self._error = psycopg.Error
        try:
            self._connection = psycopg.connect(address, connect_timeout=10)
        except psycopg.Error as error:
            message = f"cannot connect to {_without_password(address)}: {_first_line(error)}"
            raise OutputError(message) from error

    def __enter__(self) -> psycopg.Connection:
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        try:
            if kind is None:
                self._connection.commit()
            else:
                self._connection.rollback()
        finally:
            self._connection.close()
        if isinstance(error, self._error):
            message = f"the database refused, and nothing was changed: {_first_line(error)}"
            raise OutputError(message) from error


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rsplit('@', 1)[-1]}{parts.path}"


def handed_over(cursor: psycopg.Cursor, schema: str) -> list[tuple[str, str, str, str]]:
    """Return name, contract, kind and columns of the tables that a hand-over wrote, in order."""
    from psycopg import sql

    cursor.execute("SELECT to_regclass(%s)", (f'"{schema}"."{CATALOGUE}"',))
    found = cursor.fetchone()
    if found is None or found[0] is None:
        return []
    cursor.execute(
        sql.SQL("SELECT name, contract, kind, columns FROM {} ORDER BY place").format(sql.Identifier(schema, CATALOGUE))
    )
    return cursor.fetchall()
