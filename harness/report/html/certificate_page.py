"""The values of a certificate's page: who, what, how long, what was judged in sentences, and how to verify it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from harness.report.html.card import minute, unjudged, wallet_of
from harness.report.html.rosette import rosette

_BLOCK = 8
"""How many digits of a fingerprint stand together."""
_LEVELS = ("MUST", "SHOULD", "MAY")
_HOLD = ("pass", "warn", "waived")
_KEY = 16
"""How many characters of a key's thumbprint are shown, as `walletproof verify` does."""


def certificate_page(
    certificate: Mapping[str, Any], report: Mapping[str, Any], token: str, file: str
) -> dict[str, Any]:
    """The values of the page's template. `token` is the signed certificate, and `file` is the name of its file."""
    contracts = [_contract(name, each, certificate, report) for name, each in certificate["contracts"].items()]
    wallet = wallet_of(report)
    titled = f"{wallet}, {', '.join(certificate['contracts'])}"
    key = _key(token)
    fingerprint = hashlib.sha256(f"{token}\n".encode()).hexdigest()
    return {
        "kind_of_page": "certificate",
        "title": f"Certificate {certificate['run']}: {titled}, until {minute(certificate['expires'])}",
        "certificate": certificate,
        "wallet": wallet,
        "contracts": contracts,
        "issuer": certificate.get("issuer", ""),
        "issued": minute(certificate["issued"]),
        "expires": minute(certificate["expires"]),
        "days": _days(certificate),
        "unjudged": [each["text"] for each in unjudged(report)],
        "command": f"walletproof verify {file} --key KEY.pub",
        "fingerprint": _blocks(fingerprint),
        "rosette": rosette(fingerprint),
        "key": key,
        "file": file,
        "digests": [(name, value[: 2 * _BLOCK]) for name, value in certificate["digests"].items()],
    }


def _contract(
    name: str, claimed: Mapping[str, Any], certificate: Mapping[str, Any], report: Mapping[str, Any]
) -> dict[str, Any]:
    levels = {each["id"]: each["level"] for each in report["requirements"] if each["contract"] == name}
    musts = [status for id, status in claimed["requirements"].items() if levels.get(id) == "MUST"]
    held = sum(status in {"pass", "warn"} for status in musts)
    return {
        "name": name,
        "title": claimed["title"],
        "verdict": claimed["verdict"],
        "target": claimed["target"],
        "reason": claimed["reason"],
        "remarks": claimed["remarks"],
        "repeats": claimed["repeats"],
        "readings": [
            f"{policy.replace('_', ' ')}: {' or '.join(seen).replace('_', ' ')}"
            for policy, seen in claimed["policies"].items()
        ],
        "held": held,
        "of": len(musts),
        "themes": list(_themes(name, claimed, report, levels)),
        "counts": certificate["counts"],
    }


def _themes(
    name: str, claimed: Mapping[str, Any], report: Mapping[str, Any], levels: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    """What was judged, in sentences: the contract's themes, or without them each MUST requirement that holds."""
    statuses: Mapping[str, str] = claimed["requirements"]
    themes: Sequence[Mapping[str, Any]] = report["contracts"][name].get("themes", ())
    for each in themes:
        judged = [id for id in each["requirements"] if statuses.get(id) in _HOLD]
        if judged:
            yield {"title": each["title"], "text": each["text"], "counts": _counted(judged, levels)}
    if not themes:
        for each in report["requirements"]:
            if each["contract"] == name and each["level"] == "MUST" and statuses.get(each["id"]) in _HOLD:
                yield {"title": each["id"], "text": each["text"], "counts": ""}


def _counted(ids: Sequence[str], levels: Mapping[str, str]) -> str:
    counts = Counter(levels.get(each, "MAY") for each in ids)
    return ", ".join(f"{counts[level]} {level}" for level in _LEVELS if counts[level])


def _days(certificate: Mapping[str, Any]) -> int:
    issued, expires = (datetime.fromisoformat(certificate[name]) for name in ("issued", "expires"))
    return (expires - issued).days


def _blocks(digits: str) -> str:
    return " ".join(digits[at : at + _BLOCK] for at in range(0, len(digits), _BLOCK))


def _key(token: str) -> str:
    """The beginning of the thumbprint of the key that signed, as the head of a JWS names it."""
    head = token.partition(".")[0]
    named: Mapping[str, str] = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)), parse_float=Decimal)
    return named["kid"][:_KEY]
