"""`python -m mock_server`: the reference wallet on a socket."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

from harness.contracts import Credentials
from mock_server.serving import Settings, StartError, serve
from mock_server.wallet import CoreOnlyWallet, Wallet

CREDENTIALS = {
    "casino": ("api_key", "WALLET_API_KEY", "secret", "WALLET_SECRET"),
    "sportsbook": ("user", "WALLET_USER", "password", "WALLET_PASSWORD"),
}
"""By contract: the option and the environment variable of its key and of its secret."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 0 when it was stopped, 2 when it could not start."""
    options = _parser().parse_args(arguments)
    try:
        serve(_settings(options, os.environ))
    except StartError as error:
        print(f"mock_server: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mock_server",
        description="Serves the reference wallet: the casino contract at /casino, the sportsbook at /sportsbook. "
        "A contract is served when its credentials are given.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    parser.add_argument(
        "--store",
        default="",
        metavar="WHERE",
        help="an SQLite file or a postgresql:// address that keeps the books (default: none are kept)",
    )
    parser.add_argument("--provision", action="store_true", help="offer POST /__admin/player, to anybody who asks")
    parser.add_argument("--core-only", action="store_true", help="lack every operation but the core one")
    parser.add_argument("--latency", type=int, default=0, metavar="MS", help="wait this long before each answer")
    parser.add_argument("--ready-json", action="store_true", help="print the ready line as JSON")
    parser.add_argument("--stop-with-parent", action="store_true", help="stop when standard input ends")
    for key, key_variable, secret, secret_variable in CREDENTIALS.values():
        parser.add_argument(f"--{key.replace('_', '-')}", help=f"default: ${key_variable}")
        parser.add_argument(f"--{secret}", help=f"default: ${secret_variable}; an option shows in the process list")
    return parser


def _settings(options: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    return Settings(
        host=options.host,
        port=options.port,
        store=options.store,
        credentials=_credentials(options, environment),
        provision=options.provision,
        wallet_type=CoreOnlyWallet if options.core_only else Wallet,
        latency_ms=options.latency,
        ready_json=options.ready_json,
        stop_with_parent=options.stop_with_parent,
    )


def _credentials(options: argparse.Namespace, environment: Mapping[str, str]) -> dict[str, Credentials]:
    found = {}
    for contract, (key, key_variable, secret, secret_variable) in CREDENTIALS.items():
        given_key = getattr(options, key) or environment.get(key_variable, "")
        given_secret = getattr(options, secret) or environment.get(secret_variable, "")
        if bool(given_key) != bool(given_secret):
            missing = secret_variable if given_key else key_variable
            raise StartError(f"the {contract} contract needs {key_variable} and {secret_variable}: set {missing} too")
        if given_key:
            found[contract] = Credentials(given_key, given_secret)
    if not found:
        raise StartError(
            "no credentials: set WALLET_API_KEY and WALLET_SECRET for the casino contract, WALLET_USER and "
            "WALLET_PASSWORD for the sportsbook, or both pairs"
        )
    return found


if __name__ == "__main__":
    sys.exit(main())
