"""Removes secrets from texts: as they are, in another case, percent-encoded, as hex, and inside base64.

A wallet may echo any part of a request. So every text that leaves the process is redacted, not only request headers.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import quote

from harness.contracts import Contract, CredentialField, Credentials
from harness.examine.common_secrets import is_weak
from harness.model import Player

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{6,}={0,2}")
_HEX_SIGNATURE = re.compile(r"(?<![0-9A-Za-z])([0-9A-Fa-f]{8})[0-9A-Fa-f]{56}(?![0-9A-Za-z])")
_SHORT = 4
"""A shorter key or user, which is no secret, is hidden only in headers."""
_HIDDEN_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
_SHORTEST_SESSION = 8
"""A shorter session id is a placeholder such as `none` and no secret."""
_SHORTEST_LINE = 16
"""If a secret has several lines, a shorter line is not hidden by itself."""
_MOST_TOKENS = 500
"""How many pieces of one text are decoded as base64."""


@dataclass(frozen=True)
class Secrets:
    """The secrets of a run. `named` holds each secret with the name of the shell variable that replaces it."""

    named: tuple[tuple[str, str], ...]
    users: tuple[str, ...] = ()
    """Credentials that are no secret, such as users. Any base64 of `user:...` is hidden."""
    public: frozenset[str] = frozenset()
    """The variable names of the credentials that are no secret."""
    signed: frozenset[str] = frozenset()
    """Lower-case names of the headers that hold a signature."""

    @classmethod
    def of(
        cls, contract: Contract, credentials: Credentials, tokens: Iterable[str] = (), players: Iterable[Player] = ()
    ) -> Secrets:
        """The secrets among a contract's credentials, the one-time tokens, and the sessions of players.

        `players` are the players that the user has named, who exist after the run. Players made for a scenario have no
        secrets, so that reports can show requests with their sessions.
        """
        players = tuple(players)
        public = {each.name: each.variable for each in contract.credentials if not each.secret}
        tokens = (*tokens, *(each.token for each in players))
        pairs = (
            *(pair for each in contract.credentials if each.secret for pair in _forms(each, credentials[each.name])),
            *((credentials[name], variable) for name, variable in public.items() if len(credentials[name]) >= _SHORT),
            *((each, "ONE_TIME_TOKEN") for each in tokens),
            *(pair for each in players for pair in _sessions(each)),
        )
        return cls(
            tuple((text, name) for text, name in pairs if text),
            tuple(credentials[name] for name in public),
            frozenset(public.values()),
            frozenset(contract.signatures),
        )

    def without_public(self) -> Secrets:
        """These secrets without the public credentials, which may be ordinary words."""
        return replace(self, named=tuple(pair for pair in self.named if pair[1] not in self.public))

    def and_those(self, tokens: Iterable[str], players: Iterable[Player]) -> Secrets:
        """These secrets, with one-time tokens and the sessions of players. Returns `self` if none is new."""
        pairs = [
            *((each, "ONE_TIME_TOKEN") for each in tokens),
            *(pair for each in players for pair in _sessions(each)),
        ]
        known = {text for text, _ in self.named}
        new = tuple(pair for pair in pairs if pair[0] not in known)
        return replace(self, named=(*self.named, *new)) if new else self

    def __add__(self, other: Secrets) -> Secrets:
        """The secrets of both, for a run of two contracts."""
        return Secrets(
            tuple(dict.fromkeys((*self.named, *other.named))),
            tuple(dict.fromkeys((*self.users, *other.users))),
            self.public | other.public,
            self.signed | other.signed,
        )

    @property
    def exposed(self) -> tuple[str, ...]:
        """The variables of the secrets that are too short or too common to be hidden everywhere."""
        return tuple(sorted({name for secret, name in self.named if name not in self.public and is_weak(secret)}))

    def hide(self, text: str) -> str:
        """The text without any of the secrets."""
        if not text:
            return text
        for pattern, name in self._patterns:
            text = pattern.sub(rf"\g<before>${name}", text)
        return self._without_base64(text)

    def header(self, name: str, value: str) -> str:
        """A header's value without secrets. Credentials are hidden; of a signature the first eight digits remain."""
        lowered = name.lower()
        if lowered in _HIDDEN_HEADERS and value:
            scheme = value.partition(" ")[0]
            return f"{scheme} (hidden)" if scheme.isalpha() and " " in value else "(hidden)"
        if lowered in self.signed and len(value) > 8:
            return f"{value[:8]}... ({len(value)} characters)"
        whole = next((f"${name}" for secret, name in self.named if secret == value), "")
        return "(hidden)" if value in self.users else whole or self.hide(self._without_parts(value))

    def _without_parts(self, value: str) -> str:
        """A header's value without the weak secrets that are one of its parts: `key=secret`, or `Scheme secret`."""
        for secret, name in self.named:
            if is_weak(secret):
                part = rf"((?:^|[,;])\s*[\w-]+(?:=|\s+)){re.escape(secret)}(?=\s*(?:[,;]|$))"
                value = re.sub(part, rf"\g<1>${name}", value)
        return value

    def headers(self, pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """All headers, each with its value without secrets."""
        return tuple((name, self.header(name, value)) for name, value in pairs)

    def text(self, text: str) -> str:
        """A text of any origin without secrets, and with signatures shortened."""
        return self.hide(_HEX_SIGNATURE.sub(r"\1...", text))

    def body(self, body: bytes) -> str:
        """A body as text without secrets, and with signatures shortened.

        Bytes that are not UTF-8 and characters that cannot be printed are escaped.
        """
        text = body.decode("utf-8", "backslashreplace")
        return self.text("".join(map(_printable, text)))

    def line(self, text: str) -> str:
        """A text for a terminal, without secrets. Characters that cannot be printed are escaped."""
        return self.body(text.encode("utf-8", "surrogatepass"))

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        found = []
        for secret, name in sorted(self.named, key=lambda pair: -len(pair[0])):
            forms = {secret, quote(secret, safe="")}
            if is_weak(secret):
                found += [(pattern, name) for form in sorted(forms, key=len, reverse=True) for pattern in _whole(form)]
                continue
            for form in sorted(forms | {secret.encode().hex()}, key=len, reverse=True):
                pattern = re.escape(form)
                alone = rf"(?<![\w]){pattern}(?![\w])" if name in self.public else pattern
                found.append((re.compile(f"(?P<before>){alone}", re.IGNORECASE), name))
        return tuple(found)

    def _without_base64(self, text: str) -> str:
        if not self.named:
            return text
        count = 0

        def replaced(match: re.Match[str]) -> str:
            nonlocal count
            count += 1
            return "(hidden)" if count <= _MOST_TOKENS and self._reveals(match[0]) else match[0]

        return _BASE64.sub(replaced, text)

    def _reveals(self, token: str) -> bool:
        """True if a text is base64 of bytes with a secret. The base64 may begin at any of its first four characters."""
        for start in range(min(4, len(token))):
            piece = token[start:].rstrip("=").replace("-", "+").replace("_", "/")
            try:
                decoded = base64.b64decode(piece + "=" * (-len(piece) % 4)).lower()
            except (ValueError, binascii.Error):
                continue
            if any(user and decoded.startswith(f"{user.lower()}:".encode()) for user in self.users):
                return True
            if any(secret.lower().encode() in decoded for secret, _ in self.named if not is_weak(secret)):
                return True
            if not start and any(_is_whole(secret.lower().encode(), decoded) for secret, _ in self.named):
                return True
        return False


NO_SECRETS = Secrets(())


def _is_whole(secret: bytes, credentials: bytes) -> bool:
    """True if decoded credentials are the secret, or a user and the secret."""
    user, colon, password = credentials.partition(b":")
    return secret in (credentials, password if user and colon else credentials)


def _whole(form: str) -> tuple[re.Pattern[str], ...]:
    """Patterns that find a form of a secret only as a whole value. The group `before` stays in the text."""
    escaped = re.escape(form)
    return tuple(re.compile(pattern.replace("FORM", escaped)) for pattern in _WHOLE_VALUES)


_WHOLE_VALUES = (
    r'(?P<before>(?<=")(?<!\\"))FORM(?="(?!\s*:))',  # a string of JSON
    r'(?P<before>[:,\[]\s*\\")FORM(?=\\"\s*[,}\]])',  # a string of JSON within a string
    r"(?P<before>(?<=:))FORM(?=@[\w\[])",  # the password of a URL
    r"(?P<before>(?:[?&#]|;\s*)[^\s=&?#;\"'<>]*=)FORM(?![^\s&#;,\"'<>)\\])",  # a parameter of a query, form or cookie
    r"(?P<before>(?<==))FORM(?=&)",  # the first parameter of a form
    r"(?P<before>\A[^\s=&?#;\"'<>]+=)FORM(?=;|\Z)",  # the first of a cookie, or the only parameter of a form
    r"(?P<before>(?i:cookie)[\"']?\s*[:=]\s*[\"']?[^\s=;]+=)FORM(?![^\s;,\"'<>)\\])",  # the same after its name
    r"(?P<before>(?i:authorization)\\?[\"']?\s*[:=]\s*\\?[\"']?(?:[A-Za-z][\w-]*\s+)?)FORM(?![^\s;,\"'<>)\\])",
    r"(?P<before>[\"'](?i:basic|bearer|token|apikey|digest)\s+)FORM(?=[\"'])",  # credentials after their scheme
    r"(?P<before>['\"]\s*(?::|=>)\s*')FORM(?=')",  # a value in the notation of Python, Ruby or PHP
    r"(?P<before><(?P<tag>[\w:.-]+)[^<>]*>)FORM(?=</(?P=tag)>)",  # an element of XML
)
"""Where a value is whole. `FORM` stands for the secret."""


def _forms(field: CredentialField, secret: str) -> Iterator[tuple[str, str]]:
    """A secret, and also each long line of it if it has several lines."""
    yield secret, field.variable
    if field.pem:
        yield from ((line, field.variable) for line in secret.splitlines() if len(line) >= _SHORTEST_LINE)


def _sessions(player: Player) -> Iterator[tuple[str, str]]:
    name = re.sub(r"\W", "_", player.id)
    for session, what in ((player.session, "SESSION"), (player.expired_session, "EXPIRED_SESSION")):
        if len(session) >= _SHORTEST_SESSION:
            yield session, f"{what}_OF_{name}"


def _printable(character: str) -> str:
    if character in "\n\t" or (character.isprintable() and not 0xD800 <= ord(character) <= 0xDFFF):
        return character
    return f"\\x{ord(character):02x}" if ord(character) < 0x100 else f"\\u{ord(character):04x}"


def by_name(headers: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Headers by lower-case name. Of several with one name, the first."""
    found: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(name.lower(), value)
    return found
