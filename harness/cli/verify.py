"""`walletproof verify FILE --key PUB`: whether a certificate is valid, and why."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.contracts import UnknownContract, load
from harness.contracts.shared.schema import bundled
from harness.inert import one_line
from harness.report import ReportError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the certificate, as --wallet-certificate wrote it")
    parser.add_argument("--key", type=Path, required=True, metavar="PUB", help="public key of whoever signed it")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="the profile that it must have been made with")


def run(options: argparse.Namespace) -> int:
    """Verify the certificate and explain each result. Raises ReportError for files that cannot be read."""
    from harness.report.certificate import now_utc, verify

    try:
        token = options.file.read_text(encoding="ascii")
    except OSError as error:
        raise ReportError(f"{options.file} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ReportError(f"{options.file} is no certificate: it has bytes that none has") from None
    digests = _digests() | ({"profile": _profile(options.profile)} if options.profile else {})
    certificate, findings = verify(token, options.key, now_utc(), digests)
    for each in findings:
        print(one_line(f"{'ok ' if each.good else 'NO '} {each.text}"))
    if certificate is None or not all(each.good for each in findings):
        print("NOT VALID")
        return 1
    for line in _summary(certificate):
        print(one_line(line))
    return 0


def _summary(certificate: Mapping[str, Any]) -> list[str]:
    named = (("wallet", certificate.get("wallet")), ("issued by", certificate.get("issuer")))
    lines = [f"{what}: {text}" for what, text in named if text]
    for name, contract in certificate["contracts"].items():
        statuses = list(contract["requirements"].values())
        counts = ", ".join(f"{statuses.count(each)} {each}" for each in dict.fromkeys(sorted(statuses)))
        lines.append(f"{name}: {contract['verdict']}, {contract['target']} ({counts})")
        lines += [f"  {contract['repeats']}"] if "repeats" in contract else []
        lines += [f"  note: {each}" for each in contract["remarks"]]
    if certificate["bundled"]:
        lines.append("it is the bundled reference wallet that was examined, not an operator's")
    lines += [
        f"waived until {each['until']} by {each['owner']}: {each['requirement']} ({each['reason']})"
        for each in certificate["waivers"]
    ]
    return [*lines, f"VALID until {certificate['expires']}"]


def _profile(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ReportError(f"the profile {path} cannot be read: {error.strerror or error}") from None


def _digests() -> dict[str, str]:
    from harness.contracts import BUNDLED
    from harness.report.digests import of_suite

    contracts = {}
    for name in BUNDLED:
        try:
            contracts[name] = load(name)
        except UnknownContract:
            continue
    return of_suite({"scenarios": bundled("scenarios").resolve()}, contracts)
