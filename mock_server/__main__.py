"""`python -m mock_server`: the reference wallet on a socket."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from harness.contracts import BUNDLED, CredentialField, Credentials, load
from mock_server import logs
from mock_server.limits import Limits
from mock_server.serving import GRACE_SECONDS, Settings, StartError, serve
from mock_server.wallet import CoreOnlyWallet, Wallet

STORE = "WALLET_STORE"
"""The environment variable of the store's URL, which may hold a password."""
TOKEN = "WALLET_PROVISION_TOKEN"
"""The environment variable of the token for the admin paths. The harness reads the same one."""
MOST_WORKERS, MOST_AT_ONCE = 256, 1_000_000
"""The largest numbers of processes, and of connections or requests at once, that the command line accepts."""
LONGEST_LATENCY_MS = 3_600_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Returns exit status 0 after it was stopped and 2 if it could not start.

    If the reader of the output closes it, as `head` does, the status is 1.
    """
    try:
        try:
            return _run(arguments)
        finally:
            # Short output is written only now. Without this, its error would be one of the interpreter's end.
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(arguments: Sequence[str] | None) -> int:
    options = _parser().parse_args(arguments)
    try:
        if options.list_defects:
            _list_defects()
        elif options.list_weather:
            _list_weather()
        else:
            serve(_settings(options, os.environ))
    except StartError as error:
        print(f"mock_server: {error}", file=sys.stderr)
        return 2
    return 0


def _list_defects() -> None:
    from mock_server.defects import DEFECTS

    for name, each in DEFECTS.items():
        print(f"{name:<44} {', '.join(each.contracts):<20} {each.text}")


def _list_weather() -> None:
    from mock_server.weather.kinds import KINDS

    for name, each in KINDS.items():
        setting = f"{name} {getattr(each.fault, each.setting)}{each.unit}" if each.setting else name
        print(f"{setting:<18} {each.effect:<9} {(each.fault.__doc__ or '').strip()}")


def _wallet_type(options: argparse.Namespace) -> type[Wallet]:
    """The wallet to serve: the sound one, one with the core operations alone, or one with a deliberate bug."""
    if options.defect and options.core_only:
        raise StartError("--defect and --core-only are two wallets: choose one")
    if options.core_only:
        return CoreOnlyWallet
    if not options.defect:
        return Wallet
    # The defects take time to import, so they are imported only when one is served.
    from mock_server.defects import UnknownDefect, named

    try:
        return named(options.defect).wallet_type
    except UnknownDefect as error:
        raise StartError(str(error)) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mock_server",
        description="Serves the reference wallet: each contract below its name ("
        + ", ".join(f"/{name}" for name in BUNDLED)
        + "). A contract is served when its credentials are given.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    parser.add_argument(
        "--store",
        default="",
        metavar="URL",
        help="keep the books in sqlite:///wallet.db, the path of an SQLite file, or postgresql://... "
        f"(default: ${STORE}, else none are kept)",
    )
    parser.add_argument(
        "--workers",
        type=_whole(1, MOST_WORKERS),
        default=1,
        metavar="N",
        help="processes that serve, on PostgreSQL (default: 1)",
    )
    parser.add_argument("--provision", action="store_true", help="offer POST /__admin/player, to this machine alone")
    parser.add_argument("--core-only", action="store_true", help="lack every operation but the core one")
    parser.add_argument("--defect", default="", metavar="NAME", help="serve a wallet with this deliberate bug")
    parser.add_argument("--list-defects", action="store_true", help="list the deliberate bugs, and stop")
    _add_admin(parser)
    parser.add_argument("--ready-json", action="store_true", help="print the ready line as JSON")
    parser.add_argument("--stop-with-parent", action="store_true", help="stop when standard input ends")
    for option, each in _options().items():
        warning = "; an option shows in the process list" if each.secret else ""
        parser.add_argument(option, dest=each.variable, default="", help=f"default: ${each.variable}{warning}")
    return parser


def _add_admin(parser: argparse.ArgumentParser) -> None:
    """Declare the options about the admin paths and the weather."""
    add = parser.add_argument
    add(
        "--admin-token",
        default="",
        metavar="TEXT",
        help="answer the admin paths to everybody who sends this token, instead of to this machine alone "
        f"(default: ${TOKEN}; an option shows in the process list)",
    )
    add(
        "--weather",
        action="append",
        default=[],
        metavar="RULE",
        help="make a fault, as in 'drop-reply every 7th settlement'; repeatable (--list-weather)",
    )
    add("--live-weather", action="store_true", help="offer /__admin/weather, and players that bring their own weather")
    add("--list-weather", action="store_true", help="list the faults of --weather, and stop")
    add(
        "--latency",
        type=_whole(0, LONGEST_LATENCY_MS),
        default=0,
        metavar="MS",
        help="the same as --weather 'latency MSms'",
    )
    _add_limits(parser)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    """Declare the options about the limits and the log."""
    add = parser.add_argument
    limits = Limits()
    add(
        "--most-connections",
        type=_whole(1, MOST_AT_ONCE),
        default=limits.connections,
        metavar="N",
        help="connections that are open at once (default: %(default)s)",
    )
    add(
        "--most-requests",
        type=_whole(1, MOST_AT_ONCE),
        default=limits.requests,
        metavar="N",
        help="requests that are served at once; more are answered with 503 (default: %(default)s)",
    )
    add(
        "--grace",
        type=_whole(0, 600),
        default=GRACE_SECONDS,
        metavar="SECONDS",
        help="how long a signal to stop waits for the answers in flight, 0 to 600 (default: %(default)s)",
    )
    add("--log-format", choices=logs.FORMATS, default=logs.FORMATS[0], help="form of the log (default: %(default)s)")
    add("--log-level", choices=tuple(logs.LEVELS), default="warning", help="info logs every request")


def _whole(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers from `least` to `most`. It raises ArgumentTypeError for any other text."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > 9 or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text[:40]!r} is no whole number from {least} to {most}")
        return int(text)

    return read


def _settings(options: argparse.Namespace, environment: Mapping[str, str]) -> Settings:
    return Settings(
        host=options.host,
        port=options.port,
        store=options.store or environment.get(STORE, ""),
        credentials=_credentials(options, environment),
        provision=options.provision,
        admin_token=options.admin_token or environment.get(TOKEN, ""),
        wallet_type=_wallet_type(options),
        weather=_weather(options),
        live_weather=options.live_weather,
        grace_seconds=options.grace,
        limits=Limits(connections=options.most_connections, requests=options.most_requests),
        log_format=options.log_format,
        log_level=options.log_level,
        ready_json=options.ready_json,
        stop_with_parent=options.stop_with_parent,
        workers=options.workers,
    )


def _weather(options: argparse.Namespace) -> tuple[str, ...]:
    """The rules of the weather, in words."""
    return (*options.weather, *((f"latency {options.latency}ms",) if options.latency else ()))


def _options() -> dict[str, CredentialField]:
    """The options for credentials. A name that two contracts share gets the contract's name as a prefix."""
    fields = [(name, each) for name in BUNDLED for each in load(name).credentials]
    names = Counter(each.name for _, each in fields)
    return {
        f"--{f'{contract}-' if names[each.name] > 1 else ''}{each.name.replace('_', '-')}": each
        for contract, each in fields
    }


def _credentials(options: argparse.Namespace, environment: Mapping[str, str]) -> dict[str, Credentials]:
    """The credentials of each contract for which all of them are given. Raises StartError."""
    found = {}
    for name in BUNDLED:
        fields = load(name).credentials
        given = {each: getattr(options, each.variable) or environment.get(each.variable, "") for each in fields}
        missing = [each.variable for each in fields if not given[each]]
        if missing and len(missing) < len(fields):
            raise StartError(f"the {name} contract needs {_listed(name)}: set {' and '.join(missing)} too")
        if not missing:
            found[name] = Credentials(**{each.name: _read(each, given[each]) for each in fields})
    if not found:
        needed = ", ".join(f"{_listed(name)} for the {name} contract" for name in BUNDLED)
        raise StartError(f"no credentials: set {needed}, or those of several")
    return found


def _listed(contract: str) -> str:
    return " and ".join(load(contract).environment)


def _read(field: CredentialField, value: str) -> str:
    try:
        return field.read(value)
    except (OSError, ValueError):
        raise StartError(f"{field.variable} is no PEM text and no file that holds it") from None


if __name__ == "__main__":
    sys.exit(main())
