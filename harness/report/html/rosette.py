"""A rosette for a certificate's page: curves whose waves follow from the fingerprint.

It is decoration, and proves nothing.
"""

from __future__ import annotations

from math import cos, pi, sin

SIZE = 180
_POINTS = 240
_RINGS = (78, 66, 54)
"""The mean radius of each group of curves, from the outside to the inside."""
_TWINS = 3
"""How many curves a group has, shifted against each other."""


def rosette(fingerprint: str) -> list[str]:
    """The paths of the curves in a square of `SIZE`. `fingerprint` is a SHA-256, hexadecimal."""
    octets = bytes.fromhex(fingerprint)
    found = []
    for ring, radius in enumerate(_RINGS):
        waves, height, shift = octets[3 * ring : 3 * ring + 3]
        found += [
            _curve(radius, 5 + waves % 11, 3 + height % 5, shift + twin * 256 // _TWINS) for twin in range(_TWINS)
        ]
    return found


def _curve(radius: int, waves: int, height: int, shift: int) -> str:
    """A circle with a number of waves. `shift` turns the waves, in 256ths of a period."""
    points = []
    for place in range(_POINTS):
        angle = 2 * pi * place / _POINTS
        reach = radius + height * cos(waves * angle + 2 * pi * shift / 256)
        points.append(f"{SIZE / 2 + reach * cos(angle):.1f} {SIZE / 2 + reach * sin(angle):.1f}")
    return f"M{'L'.join(points)}z"
