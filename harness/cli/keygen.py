"""`walletproof keygen KEY`: a pair of keys for certificates."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("key", type=Path, metavar="KEY", help="file of the private key; an existing one is kept")


def run(options: argparse.Namespace) -> int:
    """Create the keys. Raises ReportError."""
    from harness.report.certificate import new_keys

    public = new_keys(options.key)
    print(f"private key: {options.key} (keep it secret; sign with --wallet-sign-key {options.key})")
    print(f"public key:  {public} (give it to whoever verifies: walletproof verify FILE --key {public})")
    return 0
