"""Parts of a page that are compressed in it, because few of them are ever opened. The page's script unpacks them."""

from __future__ import annotations

import base64
import zlib

from harness.inert import inert

SEPARATOR = "\0"
"""Stands between two parts. No inert text has it."""


class PackedTexts:
    """Parts of a page, as HTML, in one stream in the format of zlib. A browser calls that format `deflate`."""

    def __init__(self) -> None:
        """Without any part."""
        self._compressor = zlib.compressobj(9)
        self._compressed = bytearray()
        self._count = 0

    def put(self, markup: str) -> int:
        """Add a part, and return its place among all parts. What is added is inert, as in every file of ours."""
        text = inert(markup) if self._count == 0 else SEPARATOR + inert(markup)
        self._compressed += self._compressor.compress(text.encode("utf-8", "backslashreplace"))
        self._count += 1
        return self._count - 1

    def encoded(self) -> str:
        """All parts in base64. Nothing can be added afterwards."""
        self._compressed += self._compressor.flush()
        return base64.b64encode(self._compressed).decode("ascii")
