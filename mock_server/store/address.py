"""Where a store is: a URL such as `sqlite:///wallet.db` or `postgresql://host/name`, or the bare path of a file."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

IN_MEMORY = ":memory:"
VARIABLE = "WALLET_STORE"
"""The environment variable of the store's URL, which may hold a password."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_SQLITE = "sqlite://"
_POSTGRES = ("postgresql", "postgres")
_LIKE_A_URL = re.compile(r"://|:.*@|\bpassword\s*=|\A\s*postgres(ql)?:", re.IGNORECASE | re.DOTALL)
"""What occurs in a mistyped URL and in hardly any path."""
_NO_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})|%00")
_PORTS = re.compile(r"[0-9]*(,[0-9]*)*")
FORMS = "sqlite:///wallet.db (in this folder), sqlite:////var/lib/wallet.db, or postgresql://user@host/database"


def is_postgres(where: str) -> bool:
    """True for the URL of a PostgreSQL database."""
    found = _SCHEME.match(where)
    return found is not None and found[1] in _POSTGRES


def sqlite_file(where: str) -> Path | None:
    """The file of an SQLite store, or None for one in memory. Raises OSError for a URL that names no file.

    As elsewhere, three slashes begin a relative path, and four an absolute one. A bare path is taken as it is, unless
    it looks like a mistyped URL.
    """
    if where in (IN_MEMORY, _SQLITE, f"{_SQLITE}/{IN_MEMORY}"):
        return None
    if _SCHEME.match(where) is None and _LIKE_A_URL.search(where) is None:
        return Path(where)
    host, slash, path = where.removeprefix(_SQLITE).partition("/")
    if not where.startswith(_SQLITE) or host or not slash or not path or "?" in path or _LIKE_A_URL.search(path):
        # The address is not repeated, because it may hold a password.
        raise OSError(f"the address of the store is none of these forms: {FORMS}")
    return Path(unquote(path))


def ambiguity(where: str) -> str:
    """What in the URL of a PostgreSQL database would be misread, without a word of it. Empty if there is nothing.

    The library for PostgreSQL takes the rest of a password for a host or a database if the password has such a
    character. Its messages would repeat that rest.
    """
    rest = where.partition("://")[2]
    before, at, _ = rest.partition("@")
    if rest.count("@") > 1:
        return "it has more than one @: write %40 for each but the one before the host"
    if at and "/" in before:
        return "it has a / before the @: write %2F for a / in the user or the password, and %40 for an @ elsewhere"
    if _NO_ESCAPE.search(where):
        return "a % begins no escape such as %40: write %25 for a % in the user or the password"
    if any(each.isspace() for each in where):
        return "it has a space or the end of a line: write %20 for a space"
    return ""


def are_ports(text: str) -> bool:
    """True for the port of a host, or those of several hosts. A host may have none."""
    return _PORTS.fullmatch(text) is not None
