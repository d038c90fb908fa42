"""Rules of the weather in words: `drop-reply every 7th settlement`, `latency 200ms`, `busy 5% seed 42 at most 3 times`.

A rule begins with the name of a fault and the number that sets it. Then follow, in any order, when it strikes, and the
one operation that it concerns. Without a time it strikes always. Without an operation it concerns every request of a
contract.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches

from mock_server.weather.kinds import KINDS
from mock_server.weather.strikes import Every, Seeded, Strikes, always

_NUMBER = re.compile(r"(\d{1,7})(ms|s|bytes)\Z", re.ASCII)
_NTH = re.compile(r"(\d{1,9})(?:st|nd|rd|th)?\Z", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3})%\Z", re.ASCII)
_COUNT = re.compile(r"\d{1,9}\Z", re.ASCII)
_SEEDS = 10**9
EXAMPLE = "drop-reply every 7th settlement"


class BadRule(Exception):
    """A rule cannot be read. The text has the rule, what is wrong with it, and what to write."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the weather."""

    fault: str
    """The name in `KINDS`."""
    number: int | None = None
    """The setting of the fault, in its unit. None is the default."""
    every: int = 1
    after: int = 0
    most: int = 0
    """How often it strikes at most. 0 is without limit."""
    percent: int = 0
    """Of a hundred requests that it concerns, the number that it strikes. 0 if it counts instead."""
    seed: int | None = None
    operation: str = ""
    """The operation that it concerns, such as `settlement` or `<contract>/settlement`. Empty concerns all."""

    def __str__(self) -> str:
        """The rule in words, with the seed that was drawn for it."""
        kind = KINDS[self.fault]
        words = [self.fault]
        if self.number is not None:
            words.append(f"{self.number}{kind.unit}")
        if self.percent:
            words.append(f"{self.percent}% seed {self.seed}")
        if self.every > 1:
            words.append(f"every {self.every}{_ending(self.every)}")
        if self.after:
            words.append(f"after {self.after}")
        if self.most:
            words.append("once" if self.most == 1 else f"at most {self.most} times")
        return " ".join((*words, *((self.operation,) if self.operation else ())))

    @property
    def settings(self) -> dict[str, int]:
        """The settings of the fault, by field."""
        return {} if self.number is None else {KINDS[self.fault].setting: self.number}

    def strikes(self) -> Strikes:
        """A fresh count or a fresh random sequence."""
        if self.percent and self.seed is not None:
            return Seeded(self.percent, self.seed, most=self.most, skip=self.after)
        if self.every == 1 and not self.after and not self.most:
            return always
        return Every(self.every, skip=self.after + self.every - 1, most=self.most)


def read_rule(text: str, operations: Collection[str]) -> Rule:
    """The rule of a text. `operations` are the names that may stand in it. Raises BadRule."""
    words = text.split()
    if not words or words[0] not in KINDS:
        known = f"the faults are {', '.join(KINDS)}"
        raise _bad(text, f"{words[0]!r} is no fault{_nearest(words[0], KINDS)}" if words else "it is empty", known)
    rule = Rule(words.pop(0))
    if words and (number := _NUMBER.match(words[0])):
        rule = replace(rule, number=_setting(text, rule.fault, int(number[1]), number[2]))
        words.pop(0)
    rest = iter(words)
    for word in rest:
        rule = _with(rule, word, rest, text, operations)
    if rule.percent and rule.every > 1:
        raise _bad(text, "it counts and it draws", "write `every 7th` or `5%`, one of them")
    if rule.seed is not None and not rule.percent:
        raise _bad(text, "a seed draws nothing here", "write it as `5% seed 42`")
    return replace(rule, seed=secrets.randbelow(_SEEDS)) if rule.percent and rule.seed is None else rule


def _with(rule: Rule, word: str, rest: Iterator[str], text: str, operations: Collection[str]) -> Rule:
    """The rule with one more part. Takes the further words of the part from `rest`."""
    match word:
        case "always":
            return rule
        case "once":
            return replace(rule, most=1)
        case "every":
            return replace(rule, every=_counted(_NTH, next(rest, ""), text, "every 7th"))
        case "after":
            return replace(rule, after=_counted(_COUNT, next(rest, ""), text, "after 10"))
        case "seed":
            seed = next(rest, "")
            if not _COUNT.match(seed):
                raise _bad(text, f"{seed!r} is no seed", "write a number, as in `5% seed 42`")
            return replace(rule, seed=int(seed))
        case "at":
            if next(rest, "") != "most":
                raise _bad(text, "`at` stands alone", "write `at most 3 times`")
            most = _counted(_COUNT, next(rest, ""), text, "at most 3 times")
            if next(rest, "") not in {"times", "time"}:
                raise _bad(text, "`at most` has no end", "write `at most 3 times`")
            return replace(rule, most=most)
    if percent := _PERCENT.match(word):
        if not 0 < int(percent[1]) <= 100:
            raise _bad(text, f"{word!r} is no share", "write 1% to 100%")
        return replace(rule, percent=int(percent[1]))
    if word in operations and not rule.operation:
        return replace(rule, operation=word)
    if word in operations:
        raise _bad(text, f"it names {rule.operation!r} and {word!r}", "write a rule for each operation")
    valid = [*operations, "always", "once", "every", "after", "at"]
    raise _bad(text, f"{word!r} has no meaning here{_nearest(word, valid)}", f"write it as `{EXAMPLE}`")


def _setting(text: str, fault: str, number: int, unit: str) -> int:
    kind = KINDS[fault]
    if not kind.setting:
        raise _bad(text, f"{fault} takes no number", f"write `{fault}` alone")
    if kind.unit == "ms" and unit == "s":
        number, unit = 1000 * number, "ms"
    if unit != kind.unit or not number:
        raise _bad(text, f"{number}{unit} is no setting of {fault}", f"write it as `{fault} 2{kind.unit}`")
    return number


def _counted(pattern: re.Pattern[str], word: str, text: str, example: str) -> int:
    found = pattern.match(word)
    number = int(found[1] if found.re.groups else found[0]) if found else 0
    if not number:
        raise _bad(text, f"{word!r} is no number of requests", f"write it as `{example}`")
    return number


def _bad(text: str, wrong: str, remedy: str) -> BadRule:
    return BadRule(f"weather {text[:200]!r}: {wrong}: {remedy}")


def _nearest(word: str, valid: Collection[str]) -> str:
    close = get_close_matches(word, valid, 1)
    return f", did you mean {close[0]}?" if close else ""


def _ending(number: int) -> str:
    if number % 100 in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
