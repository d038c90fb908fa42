"""What a page holds packed, as its script unpacks it, for tests that look for a text in a page."""

from __future__ import annotations

import base64
import re
import zlib

from harness.report.html.packed_texts import SEPARATOR

_PARTS = re.compile(r'(<template id="parts">)([A-Za-z0-9+/=]*)(</template>)')
_PLACE = re.compile(r'<div class="packed" data-n="(\d+)"></div>')


def parts_of(page: str) -> list[str]:
    """The packed parts of a page, in their order. None if the page has no room for any."""
    found = _PARTS.search(page)
    if found is None:
        return []
    return zlib.decompress(base64.b64decode(found[2])).decode("utf-8").split(SEPARATOR)


def unpacked(page: str) -> str:
    """The page with each packed part in its place, as a reader sees it who opens everything."""
    parts = parts_of(page)
    return _PARTS.sub("", _PLACE.sub(lambda place: parts[int(place[1])], page))


def unpacked_bytes(page: bytes) -> bytes:
    """The same for the bytes of a page."""
    return unpacked(page.decode("utf-8")).encode("utf-8")
