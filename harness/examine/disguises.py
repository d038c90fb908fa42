"""Reads a text as anybody could who undoes its escapes, and knows where each character of the reading came from.

So a secret is found whether it stands as it is or escaped for JSON, Python, HTML or a URL, once or several times.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from harness.inert import is_unseen

MOST_LAYERS = 6
"""How often escapes are undone, one within the other."""

_ESCAPES = re.compile(
    r"""(?:\\(?:u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[0-3][0-7]{2}|[^\w\s]|[abefnrtv0_])
    |%[0-9a-fA-F]{2}
    |&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});)+""",
    re.VERBOSE,
)
_ESCAPING = ("\\", "%", "&")
"""The characters with which escapes begin."""
_SHORT_RUN = 40
"""A longer run of escapes is unlike all others."""
_UNPLAIN = re.compile(r"[^\n\t\r -~]+")
_ONE = re.compile(
    r"""\\u\{(?P<braced>[0-9a-fA-F]+)\}|\\u(?P<unit>[0-9a-fA-F]{4})|\\U(?P<point>[0-9a-fA-F]{8})
    |(?:\\x|%)(?P<byte>[0-9a-fA-F]{2})|\\(?P<octal>[0-3][0-7]{2})|\\(?P<short>.)|(?P<entity>&[^;]+;)|(?P<plain>.)""",
    re.VERBOSE | re.DOTALL,
)
_LETTERS = {"a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "\0"}
Place = tuple[str, int, int]
"""A character that was read, and where it begins and ends."""
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/_-]{60,76}\r?\n)+[A-Za-z0-9+/_-]+={0,2}|[A-Za-z0-9+/_-]{6,}={0,2}")


@dataclass(frozen=True, slots=True)
class Layer:
    """A reading of a text. `places` has the start and end in the text of each character, or is None for the text."""

    text: str
    places: Sequence[tuple[int, int]] | None = None

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from `start` to `end` of this reading stand in the text. There is at least one."""
        return (start, end) if self.places is None else (self.places[start][0], self.places[end - 1][1])

    def places_of(self, start: int, end: int) -> Iterable[tuple[int, int]]:
        """The place of each character from `start` to `end`."""
        if self.places is None:
            return zip(range(start, end), range(start + 1, end + 1), strict=True)
        return self.places[start:end]


@dataclass(frozen=True, slots=True)
class Wrapped:
    """The content of a part of a word that can be read as base64. `whole` if that part is the whole word."""

    content: str
    whole: bool


def layers(text: str) -> Iterator[Layer]:
    """The text itself, and then its readings, each with one more level of escapes undone, as long as there are any.

    Each of them is also read without the characters that nobody sees.
    """
    layer: Layer | None = Layer(text)
    for _ in range(MOST_LAYERS + 1):
        if layer is None:
            break
        yield layer
        if (seen := _undone(layer, _UNPLAIN, _seen)) is not None:
            yield seen
        layer = _undone(layer, _ESCAPES, _read)


def readings(text: str) -> Iterator[str]:
    """The texts of the `layers`. They take less time without the places of their characters."""
    for _ in range(MOST_LAYERS + 1):
        yield text
        if (seen := text.translate(_SEEN)) != text:
            yield seen
        if not any(each in text for each in _ESCAPING):
            break
        before, text = text, _ESCAPES.sub(_meant, text)
        if text == before:
            break


def _meant(run: re.Match[str]) -> str:
    """The characters that a run of escapes stands for. The meanings of short runs are kept: there are few of them."""
    return _meaning_of(run[0]) if run.end() - run.start() <= _SHORT_RUN else _meaning_of.__wrapped__(run[0])


@lru_cache(maxsize=4_096)
def _meaning_of(escapes: str) -> str:
    return "".join(each for each, _, _ in _read(escapes))


def base64_in(text: str) -> Iterator[re.Match[str]]:
    """The words of a text that may be base64. A word goes on behind a line of full length."""
    return _BASE64.finditer(text)


def contents(word: str) -> Iterator[Wrapped]:
    """What a word is when it is read as base64.

    The base64 may begin at any of the first four characters of a word, so a word has up to four contents.
    """
    word = word.replace("\r", "").replace("\n", "").rstrip("=").replace("-", "+").replace("_", "/")
    for start in range(min(4, len(word))):
        piece = word[start:]
        if len(piece) % 4 == 1:
            piece = piece[:-1]
        try:
            content = base64.b64decode(piece + "=" * (-len(piece) % 4))
        except (ValueError, binascii.Error):
            continue
        yield Wrapped(_text(content), not start)


def _text(content: bytes) -> str:
    """Bytes as UTF-8, or as Latin-1 if they are not UTF-8."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _undone(layer: Layer, pattern: re.Pattern[str], read: Callable[[str], list[Place]]) -> Layer | None:
    """The reading with everything that a pattern finds read in another way, or None if that changes nothing."""
    text, done = layer.text, 0
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    changed = False
    for run in pattern.finditer(text):
        characters = read(run[0])
        if [*run[0]] == [character for character, _, _ in characters]:
            continue
        changed = True
        parts.append(text[done : run.start()])
        places += layer.places_of(done, run.start())
        for character, start, end in characters:
            parts.append(character)
            places.append(layer.place(run.start() + start, run.start() + end))
        done = run.end()
    if not changed:
        return None
    parts.append(text[done:])
    places += layer.places_of(done, len(text))
    return Layer("".join(parts), places)


def _seen(characters: str) -> list[Place]:
    """The characters that a reader sees, each with its start and end."""
    return [(each, at, at + 1) for at, each in enumerate(characters) if _is_seen(each)]


def _is_seen(character: str) -> bool:
    """True for a character that a reader sees. Wide spaces are seen."""
    return unicodedata.category(character) == "Zs" or not is_unseen(character)


class _Seen(dict[int, int | None]):
    """A table for `str.translate` that removes the characters that `_UNPLAIN` finds and nobody sees.

    It grows by each character that is met, up to `_MOST_SEEN` of them.
    """

    def __missing__(self, code: int) -> int | None:
        """The code of a character that stays, and None for one that goes."""
        character = chr(code)
        stays = _UNPLAIN.match(character) is None or _is_seen(character)
        if len(self) < _MOST_SEEN:
            self[code] = code if stays else None
        return code if stays else None


_MOST_SEEN = 10_000
_SEEN = _Seen()


def _read(escapes: str) -> list[Place]:
    """The characters that a run of escapes stands for, each with its start and end in the run."""
    found: list[Place] = []
    octets: list[tuple[int, int, int]] = []
    for match in _ONE.finditer(escapes):
        kind = match.lastgroup or ""
        start, end = match.span()
        if kind in {"byte", "octal"}:
            octets.append((int(match[kind], 16 if kind == "byte" else 8), start, end))
            continue
        found += _characters(octets)
        octets = []
        _add(found, _meaning(kind, match[kind]), start, end)
    return found + _characters(octets)


def _meaning(kind: str, value: str) -> str:
    match kind:
        case "braced" | "unit" | "point":
            code = int(value, 16)
            return chr(code) if code <= 0x10FFFF else ""
        case "short":
            return _LETTERS.get(value, value)
        case "entity":
            return html.unescape(value)
    return value


def _add(found: list[Place], text: str, start: int, end: int) -> None:
    """Add characters. The second half of a surrogate pair completes the first half."""
    for character in text:
        if found and "\udc00" <= character <= "\udfff" and "\ud800" <= found[-1][0] <= "\udbff":
            high, begun, _ = found.pop()
            whole = (high + character).encode("utf-16-le", "surrogatepass").decode("utf-16-le")
            found.append((whole, begun, end))
        else:
            found.append((character, start, end))


def _characters(octets: Sequence[tuple[int, int, int]]) -> list[Place]:
    """The characters of escaped bytes: as UTF-8, or one for each byte if they are no UTF-8."""
    data = bytes(octet for octet, _, _ in octets)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return [(chr(octet), start, end) for octet, start, end in octets]
    found, at = [], 0
    for character in text:
        size = len(character.encode())
        found.append((character, octets[at][1], octets[at + size - 1][2]))
        at += size
    return found
