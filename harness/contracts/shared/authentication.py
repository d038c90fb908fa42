"""How requests of a contract are authenticated: credentials, forgeries, and the way to sign by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from harness.model import Level, Request

_PEM = "-----BEGIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialField:
    """One of the values that a platform authenticates with: a key, a secret, a private key."""

    name: str
    """Its name in `Credentials` and in a profile: `api_key`."""
    variable: str
    """The environment variable that holds it."""
    secret: bool = True
    """True if reports hide it everywhere. Other values, such as a user, are hidden only where they stand alone."""
    pem: bool = False
    """True if it is PEM text of several lines. Its value may also be the path of a file with such text."""
    made: Callable[[str], str] | None = None
    """Makes a valid value from a text, for the reference wallet. None if every text is valid."""

    def read(self, value: str) -> str:
        """The credential for the configured value.

        Raises OSError for a file that cannot be read, ValueError for a file without PEM text.
        """
        if not self.pem or value.lstrip().startswith(_PEM):
            return value
        found = Path(value).read_text(encoding="ascii")
        if not found.lstrip().startswith(_PEM):
            raise ValueError("the file holds no PEM text")
        return found


class Credentials(Mapping[str, str]):
    """The values that a platform authenticates with, by credential field name. Its `repr` hides them."""

    __slots__ = ("_values",)

    def __init__(self, **values: str) -> None:
        """`Credentials(user="operator", password="...")`."""
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Credentials({', '.join(f'{name}=...' for name in self._values)})"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to authenticate a request by hand, for people who check a signature and for `curl`. Holds no secret.

    * `steps` takes headers by lower-case name and a body. It returns pairs, each of a step and its result.
    * `shell` holds the shell lines that make variables such as `$SIGNATURE` from `$BODY`.
    * `headers` holds the `curl` headers with those variables, by lower-case name.
    * `text` takes headers, a body and credentials. It returns the text that is signed or encoded, for worked examples
      with made-up credentials. None if there is no such text.
    """

    steps: Callable[[Mapping[str, str], bytes], tuple[tuple[str, str], ...]]
    shell: tuple[str, ...]
    headers: Mapping[str, str]
    text: Callable[[Mapping[str, str], bytes, Credentials], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """The changes that a forgery makes in a recipe: texts to replace, a line to add, headers to replace."""

    replaced: tuple[tuple[str, str], ...] = ()
    added: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def of(self, recipe: Recipe) -> tuple[list[str], dict[str, str]]:
        """The lines and the headers that make a request with this forgery."""
        lines = [*recipe.shell, *([self.added] if self.added else [])]
        for old, new in self.replaced:
            lines = [line.replace(old, new) for line in lines]
        return lines, {**recipe.headers, **dict(self.headers)}


@dataclass(frozen=True, slots=True)
class Remedy:
    """The probable error of a wallet, and the change that corrects it."""

    cause: str
    fix: str


Spoil: TypeAlias = Callable[[Request, Credentials, int], Request]
"""Returns a well-signed request with its authentication spoilt. The number is the signing time, in Unix
milliseconds."""


Reuse: TypeAlias = Callable[[Request, Request], Request]
"""Returns a well-signed request with credentials of an earlier request, which is the second argument."""

_SAME_IN_ANOTHER_CASE = re.compile(r"[^@\s]+@[^@\s]+|[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
"""An e-mail address or a UUID. Written in another case it may be the same."""


def in_another_case(text: str) -> str:
    """Another text: its letters in the other case.

    If the case says nothing, because there are no letters or it is an e-mail address or a UUID, one letter more.
    """
    swapped = text.swapcase()
    return f"{text}a" if swapped == text or _SAME_IN_ANOTHER_CASE.fullmatch(text) else swapped


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgery:
    """One way to spoil the authentication of a well-signed request. A sound wallet refuses the request."""

    name: str
    spoil: Spoil
    reuse: Reuse | None = None
    """Takes the credentials of the last request that was accepted. Without such a request, `spoil` is used."""
    remedy: Remedy | None = None
    """The error of a wallet that accepts this request."""
    level: Level = Level.MUST
    """How binding the refusal is.

    SHOULD if the request is signed, but over another form of the text. MAY if it holds right credentials, too, or if
    a lenient reader sees the right ones."""
    lenient: Remedy | None = None
    """For a SHOULD: the error of a wallet that accepts both this request and the documented one."""
    shell: Shell | None = None
    """How to make the request by hand. If None, reports show the recorded request instead."""
    mistake: str = ""
    """For a common mistake of wallet developers: what a wallet takes that makes it. Empty for any other forgery.

    Pre-flight sends the request if the wallet refuses a good one."""
    slip: str = ""
    """The typing error in the credentials that this request corrects.

    If the wallet accepts the request, the wallet is right and the configuration is wrong."""
    near: str = ""
    """The name of a plainer forgery that implies this one: a wallet that accepts the plainer one accepts this one."""


def forgery(
    cause: str = "",
    fix: str = "",
    *,
    level: Level = Level.MUST,
    lenient: Remedy | None = None,
    shell: Shell | None = None,
    mistake: str = "",
    slip: str = "",
    reuse: Reuse | None = None,
    near: str = "",
) -> Callable[[Spoil], Forgery]:
    """A decorator that makes a forgery from a function that spoils a request. The forgery has the function's name."""

    def named_for(spoil: Spoil) -> Forgery:
        return Forgery(
            name=spoil.__name__,
            spoil=spoil,
            reuse=reuse,
            remedy=Remedy(cause, fix) if cause else None,
            level=level,
            lenient=lenient,
            shell=shell,
            mistake=mistake,
            slip=slip,
            near=near,
        )

    return named_for


def by_name(*forgeries: Forgery) -> Mapping[str, Forgery]:
    """Forgeries by name. Pre-flight tries the mistakes among them in this order."""
    return MappingProxyType({each.name: each for each in forgeries})
