"""A signed certificate: the result of a complete and passed run as a compact JWS that anyone can verify.

It is signed with Ed25519 (RFC 8037, RFC 9864). The private key stays with the person who runs the certification. A
certificate holds no credentials, no player and nothing that the wallet has sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from harness.report.report_files import ReportError, write_text
from harness.verdict import Certification

FORMAT = 2
DAYS = 90
"""Default validity of a certificate in days. It is limited because wallets change."""
_ALGORITHM = "Ed25519"
_TYPE = "walletproof-certificate+jws"


@dataclass(frozen=True, slots=True)
class Inspection:
    """One result of the verification of a certificate. `good` is False if it makes the certificate invalid."""

    good: bool
    text: str


def new_keys(private: Path) -> Path:
    """Create a pair of keys: the private one in this file, which only its owner can read, the public one beside it.

    Returns the public key's file. Raises ReportError, also if the file exists, because a key is never overwritten.
    """
    public = private.with_name(f"{private.name}.pub")
    for path in (private, public):
        if path.exists():
            raise ReportError(f"{path} exists, and a key is not overwritten: give another name, or move it away")
    key = OKPKey.generate_key("Ed25519")
    write_text(private, key.as_pem(private=True).decode("ascii"), private=True)
    write_text(public, key.as_pem(private=False).decode("ascii"))
    return public


def refusal(report: Mapping[str, Any]) -> str:
    """Why a report earns no certificate, or an empty text if it earns one."""
    if not report["complete"]:
        return "the run was not complete"
    for name, contract in report["contracts"].items():
        if contract["certification"] not in {Certification.NOT_RUN, Certification.CERTIFIED}:
            return f"{name} is {contract['verdict']} ({contract['reason']})"
    return "" if _certified(report) else "no contract was certified"


def _certified(report: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The contracts that a certificate covers, without those that were not run."""
    return {name: each for name, each in report["contracts"].items() if each["certification"] != Certification.NOT_RUN}


def claims(report: Mapping[str, Any], issued: datetime, *, days: int = DAYS) -> dict[str, Any]:
    """The claims of a certificate. Raises ReportError for a report that earns none."""
    if reason := refusal(report):
        raise ReportError(f"no certificate: {reason}")
    run = report["run"]
    return {
        "format": FORMAT,
        "issued": issued.isoformat(timespec="seconds"),
        "expires": _end(issued, days, run["waivers"]).isoformat(timespec="seconds"),
        "harness": run["harness"],
        "run": run["id"],
        "seed": run["seed"],
        "strict": run["strict"],
        "started": run["started"],
        "bundled": run["bundled"],
        "wallet": run.get("wallet", ""),
        "issuer": run.get("issuer", ""),
        "contracts": {
            name: {
                "target": run["targets"].get(name, ""),
                "title": contract["title"],
                "verdict": contract["verdict"],
                "reason": contract["reason"],
                "remarks": contract["remarks"],
                "repeats": contract["repeats"],
                "policies": contract["policies"],
                "absent": contract["absent"],
                "requirements": {
                    each["id"]: "waived" if each["waived"] else each["status"]
                    for each in report["requirements"]
                    if each["contract"] == name
                },
            }
            for name, contract in _certified(report).items()
        },
        "waivers": [_waiver(each) for each in run["waivers"]],
        "digests": run["digests"],
        "counts": report["counts"],
    }


def _end(issued: datetime, days: int, waivers: Sequence[Mapping[str, Any]]) -> datetime:
    """The end of a certificate: after this number of days, or with the first waiver that it needs."""
    ends = [datetime.combine(date.fromisoformat(each["until"]), time.max, tzinfo=UTC) for each in waivers]
    return min([issued + timedelta(days=days), *ends])


def _waiver(waiver: Mapping[str, Any]) -> dict[str, Any]:
    return {name: waiver[name] for name in ("contract", "requirement", "reason", "owner", "until", "state")}


def sign(certificate: Mapping[str, Any], key_file: Path) -> str:
    """The certificate as a compact JWS. Raises ReportError for a key that cannot sign."""
    key = signing_key(key_file)
    header = {"alg": _ALGORITHM, "typ": _TYPE, "kid": key.thumbprint()}
    payload = json.dumps(certificate, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return jws.serialize_compact(header, payload, key, algorithms=[_ALGORITHM])


def signing_key(path: Path) -> OKPKey:
    """The key in a file. Raises ReportError for a key that cannot sign."""
    key = _key(path)
    if not key.is_private:
        raise ReportError(f"{path} holds a public key: sign with the private one")
    return key


def verify(
    token: str, key_file: Path, now: datetime, digests: Mapping[str, str]
) -> tuple[Mapping[str, Any] | None, list[Inspection]]:
    """The claims of a certificate and the results of its verification. The claims are None if the signature is wrong.

    `digests` are those of the installed suite. Raises ReportError for a key that cannot be read.
    """
    key = _key(key_file)
    try:
        opened = jws.deserialize_compact(token.strip().encode(), key, algorithms=[_ALGORITHM])
        certificate = json.loads(opened.payload, parse_float=Decimal)
    except (JoseError, ValueError):
        return None, [Inspection(good=False, text=_WRONG)]
    if not isinstance(certificate, dict) or certificate.get("format") != FORMAT:
        text = "the signature is right, but this is no certificate that this version of walletproof can read"
        return None, [Inspection(good=False, text=text)]
    found = [Inspection(good=True, text=f"the signature is right (key {str(key.thumbprint())[:16]})")]
    found.append(_expiry(certificate, now))
    found += [_digest(name, value, digests) for name, value in sorted(certificate["digests"].items())]
    if "profile" in digests and "profile" not in certificate["digests"]:
        found.append(Inspection(good=False, text="profile: it was made without one"))
    return certificate, found


_WRONG = (
    "the signature is wrong: the file was changed, is no certificate, or was signed with another key than the given one"
)


def _expiry(certificate: Mapping[str, Any], now: datetime) -> Inspection:
    issued, expires = (datetime.fromisoformat(certificate[name]) for name in ("issued", "expires"))
    if now < issued:
        return Inspection(
            good=False, text=f"it is not valid yet: it was issued at {certificate['issued']}; is a clock wrong?"
        )
    if now >= expires:
        return Inspection(good=False, text=f"it has expired at {certificate['expires']}: certify the wallet again")
    return Inspection(good=True, text=f"it is valid until {certificate['expires']} ({(expires - now).days} days)")


def _digest(name: str, value: str, here: Mapping[str, str]) -> Inspection:
    if name not in here:
        return Inspection(good=True, text=f"{name}: {value[:16]}, nothing here to compare it with")
    if here[name] == value:
        return Inspection(good=True, text=f"{name}: the same as here")
    why = (
        "it was changed since" if name == "profile" else "another version of walletproof certified it, or files differ"
    )
    text = f"{name}: not the same as here ({value[:16]}, here {here[name][:16]}): {why}"
    return Inspection(good=False, text=text)


def now_utc() -> datetime:
    """The present time, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def _key(path: Path) -> OKPKey:
    try:
        return OKPKey.import_key(path.read_bytes())
    except OSError as error:
        raise ReportError(f"the key {path} cannot be read: {error.strerror or error}") from None
    except (JoseError, ValueError, TypeError):
        raise ReportError(f"{path} is no Ed25519 key in PEM form: `walletproof keygen` makes a pair") from None
