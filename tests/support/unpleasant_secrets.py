"""Ten secrets that are hard to find again, and the ways in which programs write a text."""

from __future__ import annotations

import base64
import html
import json
import shlex
from collections.abc import Callable
from urllib.parse import quote, quote_plus

SECRETS = (
    'with "quotes" in it',
    "with 'single' ones",
    "back\\slash\\nand\\u0041",
    "first line of it\nsecond line of it",
    "tab\tand spaces  twice",
    "Sëcret-Ünicode-ßß",
    "тайный-ключ-4711",
    "emoji🎲in🎲the🎲middle",
    "a&b=c%20d+e/f#g?h;i",
    "<script>${HOME}`id`</script>",
)

WRITINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "JSON": json.dumps,
    "JSON with letters as they are": lambda text: json.dumps(text, ensure_ascii=False),
    "JSON with slashes escaped": lambda text: json.dumps(text).replace("/", "\\/"),
    "JSON in JSON": lambda text: json.dumps(json.dumps({"inner": text})),
    "repr": repr,
    "ascii": ascii,
    "bytes": lambda text: repr(text.encode()),
    "repr of repr": lambda text: repr(repr(text)),
    "URL": lambda text: quote(text, safe=""),
    "form": quote_plus,
    "URL twice": lambda text: quote(quote(text, safe=""), safe=""),
    "HTML": html.escape,
    "HTML numbers": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "hexadecimal": lambda text: text.encode().hex(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 in lines": lambda text: base64.encodebytes(("." * 100 + text).encode()).decode(),
    "base64 of JSON": lambda text: base64.b64encode(json.dumps({"secret": text}).encode()).decode(),
    "base64 of base64": lambda text: base64.b64encode(base64.b64encode(text.encode())).decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(b".." + text.encode()).decode().rstrip("="),
    "a header read as Latin-1": lambda text: text.encode().decode("latin-1"),
    "capitals": str.upper,
    "with invisible characters": "\u200b\U000e0041\U000e0100\x0b".join,
    "a shell word": lambda text: shlex.quote(text).replace("'\"'\"'", "'"),
}
"""By name: what a program makes of a text that it writes."""
