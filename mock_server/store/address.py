"""Where a store is: a URL such as `sqlite:///wallet.db` or `postgresql://host/name`, or the bare path of a file."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

IN_MEMORY = ":memory:"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_SQLITE = "sqlite://"
_POSTGRES = ("postgresql", "postgres")
FORMS = "sqlite:///wallet.db (in this folder), sqlite:////var/lib/wallet.db, or postgresql://user@host/database"


def is_postgres(where: str) -> bool:
    """True for the URL of a PostgreSQL database."""
    found = _SCHEME.match(where)
    return found is not None and found[1] in _POSTGRES


def sqlite_file(where: str) -> Path | None:
    """The file of an SQLite store, or None for one in memory. Raises OSError for a URL that names no file.

    As elsewhere, three slashes begin a relative path, and four an absolute one. A bare path is taken as it is.
    """
    if where in (IN_MEMORY, _SQLITE, f"{_SQLITE}/{IN_MEMORY}"):
        return None
    if _SCHEME.match(where) is None:
        return Path(where)
    host, slash, path = where.removeprefix(_SQLITE).partition("/")
    if not where.startswith(_SQLITE) or host or not slash or not path or "?" in path:
        # The address is not repeated, because it may hold a password.
        raise OSError(f"the address of the store is none of these forms: {FORMS}")
    return Path(unquote(path))
