"""How a contract's requests prove who sends them: forgeries, and the way to sign by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from harness.model import Level, Request

_PEM = "-----BEGIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialField:
    """One of the values that a platform proves itself with: a key, a secret, a private key."""

    name: str
    """Its name in `Credentials` and in a profile: `api_key`."""
    variable: str
    """The environment variable that holds it."""
    secret: bool = True
    """Whether it is hidden everywhere. A value that is no secret, such as a user, is hidden where it stands alone."""
    pem: bool = False
    """Whether it is PEM text, of several lines; a value that is not such text is the path of a file that holds it."""
    made: Callable[[str], str] | None = None
    """Makes a valid value of a text, for a wallet of ours. None: every text is valid."""

    def read(self, value: str) -> str:
        """The credential for a value as it was set. Raises OSError or ValueError for a file without it."""
        if not self.pem or value.lstrip().startswith(_PEM):
            return value
        found = Path(value).read_text(encoding="ascii")
        if not found.lstrip().startswith(_PEM):
            raise ValueError("the file holds no PEM text")
        return found


class Credentials(Mapping[str, str]):
    """What a platform proves itself with, by the names of the contract's credential fields. Never printed."""

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
    """How a request is authenticated by hand: for people who check a signature, and for `curl`. Holds no secret.

    `steps` gives, for headers by lower-case name and a body, pairs of what is done and what comes of it. `shell` is
    shell lines that make `$SIGNATURE` and the like of `$BODY`, and `headers` are `curl` headers in those variables,
    by lower-case name.
    """

    steps: Callable[[Mapping[str, str], bytes], tuple[tuple[str, str], ...]]
    shell: tuple[str, ...]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What a forgery changes in the shell lines of a recipe: texts to replace, a line to add, headers to replace."""

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
    """What a wallet probably does wrong, and what to change there."""

    cause: str
    fix: str


Spoil: TypeAlias = Callable[[Request, Credentials, int], Request]
"""A well-signed request, spoilt. The number is the Unix time in milliseconds at which it was signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgery:
    """One way to spoil the authentication of a well-signed request. A sound wallet refuses the request."""

    name: str
    spoil: Spoil
    remedy: Remedy | None = None
    """What a wallet does that believes this request."""
    level: Level = Level.MUST
    """How binding it is to refuse the request: SHOULD for one that is signed, over a text of another form."""
    lenient: Remedy | None = None
    """For a SHOULD: what a wallet does that believes this request and the documented one."""
    shell: Shell | None = None
    """How the request is made by hand. None when that takes more than a line: reports show the recorded request."""
    mistake: bool = False
    """An honest mistake of a wallet's developer: pre-flight sends it when the wallet refuses a good request."""
    slip: str = ""
    """The typing error in the credentials that this request corrects. A wallet that believes it is right, and the
    configuration is wrong."""


def forgery(
    cause: str = "",
    fix: str = "",
    *,
    level: Level = Level.MUST,
    lenient: Remedy | None = None,
    shell: Shell | None = None,
    mistake: bool = False,
    slip: str = "",
) -> Callable[[Spoil], Forgery]:
    """Makes a forgery of a function that spoils a request; its name is that of the function."""

    def named_for(spoil: Spoil) -> Forgery:
        return Forgery(
            name=spoil.__name__,
            spoil=spoil,
            remedy=Remedy(cause, fix) if cause else None,
            level=level,
            lenient=lenient,
            shell=shell,
            mistake=mistake,
            slip=slip,
        )

    return named_for


def by_name(*forgeries: Forgery) -> Mapping[str, Forgery]:
    """Forgeries by their names, in the order in which pre-flight tries those that are mistakes."""
    return MappingProxyType({each.name: each for each in forgeries})
