"""Removes secrets from texts, and makes the texts safe to show.

A wallet may echo any part of a request, escaped in any way. So every text that leaves the process is redacted, not only
request headers. What this project escapes itself (JSON, HTML, Markdown, shell lines) is redacted before it is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from harness.contracts import Contract, CredentialField, Credentials
from harness.examine.common_secrets import is_weak
from harness.examine.disguises import Layer, Wrapped, base64_in, contents, layers, readings
from harness.examine.secret_patterns import Pattern, everywhere, possible, whole_values
from harness.inert import CUT, clipped, inert, one_line
from harness.model import Player
from harness.model.words import PROVISION_TOKEN

_HEX_SIGNATURE = re.compile(r"(?<![0-9A-Za-z])([0-9A-Fa-f]{8})[0-9A-Fa-f]{56}(?![0-9A-Za-z])")
LONGEST_SENTENCE = 1_000
"""How many characters of a sentence are kept."""
_SHORT = 4
"""A shorter key or user, which is no secret, is hidden only in headers."""
_HIDDEN_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
_SHORTEST_SESSION = 8
"""A shorter session id is a placeholder such as `none` and no secret."""
_SHORTEST_LINE = 16
"""If a secret has several lines, a shorter line is not hidden by itself."""
_SHORTEST_PIECE = 4
"""A shorter beginning or end of a secret is not hidden where a text was cut."""
_MOST_WRAPPINGS = 3
"""How often base64 is read within base64."""
_LONGEST_KNOWN, _MOST_KNOWN = 100, 20_000
"""Of how many texts and words, and up to which length, the result is kept."""


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
        cls,
        contract: Contract,
        credentials: Credentials,
        tokens: Iterable[str] = (),
        players: Iterable[Player] = (),
        provision_token: str = "",
    ) -> Secrets:
        """The secrets among a contract's credentials, the one-time tokens, and the sessions of players.

        `provision_token` is the token of the provisioning address.

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
            (provision_token, PROVISION_TOKEN),
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
        """The text without any of the secrets, escaped or not. The whole text is searched."""
        if not text or not self.named:
            return text
        if (found := self._known_texts.get(text)) is None:
            # Most texts have no secret, and then nobody asks for the places of their characters.
            has_secret = any(True for reading in readings(text) for _ in self._spans(Layer(reading)))
            spans = [span for layer in layers(text) for span in self._spans(layer)] if has_secret else []
            found = _without(text, spans)
            if len(text) <= _LONGEST_KNOWN and len(self._known_texts) < _MOST_KNOWN:
                self._known_texts[text] = found
        return found

    def header(self, name: str, value: str) -> str:
        """A header's value as a `text`. Credentials are hidden; of a signature the first eight digits remain."""
        lowered = name.lower()
        if lowered in _HIDDEN_HEADERS and value:
            scheme = value.partition(" ")[0]
            return f"{scheme} (hidden)" if scheme.isalpha() and " " in value else "(hidden)"
        whole = next((f"${name}" for secret, name in self.named if secret == value), "")
        if value in self.users or whole:
            return "(hidden)" if value in self.users else whole
        shown = self.text(self._without_parts(value))
        if lowered in self.signed and len(value) > 8 and shown[:8] == value[:8]:
            return f"{value[:8]}... ({len(value)} characters)"
        return shown

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
        """A text of any origin: without secrets, inert, and with signatures shortened."""
        return inert(_HEX_SIGNATURE.sub(r"\1...", self.hide(text)))

    def sentence(self, text: str, longest: int = LONGEST_SENTENCE) -> str:
        """A `text` in one line, so that a wallet cannot begin a line of its own. It is cut after `longest` characters.

        It is cut when the secrets have gone: otherwise half a secret could remain.
        """
        return clipped(one_line(self.text(text)), longest)

    def body(self, body: bytes) -> str:
        """A body as a `text`. Bytes that are not UTF-8 are escaped."""
        return self.text(body.decode("utf-8", "backslashreplace"))

    @cached_property
    def _strong_patterns(self) -> tuple[Pattern, ...]:
        """The patterns of the secrets that are hidden everywhere, longest first."""
        longest_first = sorted(self.named, key=lambda pair: -len(pair[0]))
        return tuple(
            (pattern, name, needle)
            for secret, name in longest_first
            if not is_weak(secret)
            for pattern, needle in everywhere(secret, is_public=name in self.public)
        )

    @cached_property
    def _weak_patterns(self) -> tuple[Pattern, ...]:
        """The patterns of the secrets that are hidden only as whole values, longest first."""
        weak = sorted((pair for pair in self.named if is_weak(pair[0])), key=lambda pair: -len(pair[0]))
        return tuple((pattern, name, needle) for secret, name in weak for pattern, needle in whole_values(secret))

    @cached_property
    def _patterns(self) -> tuple[Pattern, ...]:
        """All patterns, in the order in which they are looked for."""
        return (*self._strong_patterns, *self._weak_patterns)

    def _spans(self, layer: Layer) -> Iterator[Span]:
        """Where secrets stand in a reading of a text: as they are, cut off, and as base64."""
        for pattern, name in possible(self._patterns, layer.text):
            for match in pattern.finditer(layer.text):
                yield (*layer.place(*_secret_in(match)), f"${name}")
        yield from self._pieces(layer)
        for match in base64_in(layer.text):
            if self._is_revealing(match[0]):
                yield (*layer.place(*match.span()), "(hidden)")

    def _pieces(self, layer: Layer) -> Iterator[Span]:
        """The beginnings and the ends of secrets at the places where a text was cut."""
        if CUT not in layer.text:
            return
        text = _lower(layer.text)
        for cut in _CUT.finditer(text):
            start, end = cut.span()
            for secret, name in self._strong_secrets:
                if size := _common(text[max(0, start - len(secret)) : start], secret):
                    yield (*layer.place(start - size, start), f"${name}")
                if size := _common(text[end : end + len(secret)][::-1], secret[::-1]):
                    yield (*layer.place(end, end + size), f"${name}")

    @cached_property
    def _strong_secrets(self) -> tuple[tuple[str, str], ...]:
        """The secrets that are hidden everywhere, in lower case, with their names."""
        return tuple((_lower(secret), name) for secret, name in self.named if not is_weak(secret))

    @cached_property
    def _whole_secrets(self) -> tuple[str, ...]:
        """All secrets in lower case."""
        return tuple(_lower(secret) for secret, _ in self.named)

    @cached_property
    def _beginnings(self) -> tuple[str, ...]:
        """The users in lower case, each with the colon that stands between it and a password."""
        return tuple(f"{_lower(user)}:" for user in self.users if user)

    def _is_revealing(self, word: str, wrappings: int = 1) -> bool:
        """True if a word, read as base64, has a secret in it. Answers are kept, because most words occur many times."""
        if len(word) * 3 < self._shortest * 4:
            return False
        found = self._known_words.get((word, wrappings))
        if found is None:
            found = any(self._reveals(each, wrappings) for each in contents(word))
            if len(word) <= _LONGEST_KNOWN and len(self._known_words) < _MOST_KNOWN:
                self._known_words[word, wrappings] = found
        return found

    @cached_property
    def _known_texts(self) -> dict[str, str]:
        """What remains of short texts: most values of headers occur in every exchange."""
        return {}

    @cached_property
    def _known_words(self) -> dict[tuple[str, int], bool]:
        return {}

    @cached_property
    def _shortest(self) -> int:
        """How many characters the shortest secret has, and a user with its colon."""
        return min(
            len(each) for each in (*(secret for secret, _ in self.named), *(f"{user}:" for user in self.users if user))
        )

    def _reveals(self, wrapped: Wrapped, wrappings: int) -> bool:
        """True if what was base64 has a secret in it."""
        content = _lower(wrapped.content)
        if content.startswith(self._beginnings):
            return True
        if wrapped.whole and any(_is_whole(each, content) for each in self._whole_secrets):
            return True
        for text in readings(wrapped.content):
            if any(each.search(text) for each, _ in possible(self._patterns, text)):
                return True
            if wrappings < _MOST_WRAPPINGS and any(
                self._is_revealing(inner[0], wrappings + 1) for inner in base64_in(text)
            ):
                return True
        return False


NO_SECRETS = Secrets(())

Span = tuple[int, int, str]
"""The start and the end of a part of a text, and what replaces it."""

_CUT = re.compile(re.escape(CUT))


def _without(text: str, spans: Iterable[Span]) -> str:
    """The text with each span replaced. Of spans that overlap, the first and longest decides by what."""
    parts: list[str] = []
    done = 0
    for start, end, replacement in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= done:
            parts += (text[done:start], replacement)
        done = max(done, end)
    return "".join((*parts, text[done:]))


def _common(text: str, secret: str) -> int:
    """How many characters a text's end and a secret's beginning have in common. 0 if they are too few."""
    longest = min(len(text), len(secret) - 1)
    return next((size for size in range(longest, _SHORTEST_PIECE - 1, -1) if text.endswith(secret[:size])), 0)


def _lower(text: str) -> str:
    """The text in lower case, with as many characters as before."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text


def _secret_in(match: re.Match[str]) -> tuple[int, int]:
    """Start and end of the secret that a pattern has found."""
    return (match.end("before") if "before" in match.re.groupindex else match.start()), match.end()


def _is_whole(secret: str, credentials: str) -> bool:
    """True if decoded credentials are the secret, or a user and the secret."""
    user, colon, password = credentials.partition(":")
    return secret in (credentials, password if user and colon else credentials)


def _forms(field: CredentialField, secret: str) -> Iterator[tuple[str, str]]:
    """A secret, and also each long line of it if it has several lines."""
    yield secret, field.variable
    if field.pem or "\n" in secret:
        yield from ((line, field.variable) for line in secret.splitlines() if len(line) >= _SHORTEST_LINE)


def _sessions(player: Player) -> Iterator[tuple[str, str]]:
    name = re.sub(r"\W", "_", player.id)
    for session, what in ((player.session, "SESSION"), (player.expired_session, "EXPIRED_SESSION")):
        if len(session) >= _SHORTEST_SESSION:
            yield session, f"{what}_OF_{name}"


def by_name(headers: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Headers by lower-case name. Of several with one name, the first."""
    found: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(name.lower(), value)
    return found
