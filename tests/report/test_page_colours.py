"""The colours of the pages can be read: every text on each of its grounds, in light and in dark."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

import harness.report.html

STYLE = Path(harness.report.html.__file__).parent / "templates" / "common.css"
TEXTS = ("ink", "dim", "link", "fail", "warn", "pass", "unk", "skip")
GROUNDS = ("bg", "card", "sunk")
OWN_GROUNDS = (("fail", "failbg"), ("warn", "warnbg"), ("pass", "passbg"), ("ink", "failbg"), ("ink", "warnbg"))
LEAST = {"light": Fraction("4.9"), "dark": Fraction("5.7")}
LEAST_OF_FRAMES = Fraction(3)


def tokens(scheme: str) -> dict[str, str]:
    """Token to colour, as six hexadecimal digits."""
    light, dark = re.findall(r":root\{([^}]*)\}", STYLE.read_text(encoding="utf-8"))[:2]
    found = dict(re.findall(r"--(\w+):#([0-9a-f]{6})", light))
    return found | dict(re.findall(r"--(\w+):#([0-9a-f]{6})", dark)) if scheme == "dark" else found


def luminance(colour: str) -> Fraction:
    """Relative luminance, as the accessibility guidelines define it."""

    def linear(digits: str) -> Fraction:
        part = int(digits, 16) / 255
        return Fraction(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(colour[at : at + 2]) for at in (0, 2, 4))
    return Fraction(2126, 10000) * red + Fraction(7152, 10000) * green + Fraction(722, 10000) * blue


def contrast(one: str, other: str) -> Fraction:
    """Between 1 and 21."""
    low, high = sorted(map(luminance, (one, other)))
    return (high + Fraction("0.05")) / (low + Fraction("0.05"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_grounds(scheme: str) -> None:
    colours = tokens(scheme)
    pairs = [(text, ground) for text in TEXTS for ground in GROUNDS] + list(OWN_GROUNDS)
    weak = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: float(each) for pair, each in weak.items() if each < LEAST[scheme]} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_frames_of_controls_can_be_seen(scheme: str) -> None:
    colours = tokens(scheme)
    assert {each: float(found) for each in GROUNDS if (found := contrast(colours["edge"], colours[each])) < 3} == {}


def test_the_measure_knows_black_white_and_equal_colours() -> None:
    assert contrast("000000", "ffffff") == 21
    assert contrast("777777", "777777") == 1
