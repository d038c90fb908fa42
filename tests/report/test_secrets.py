"""Secrets appear nowhere: every artefact of failing runs is searched, against a wallet that echoes every secret.

What is searched for: the secret in every encoding from which it can be read; base64 of user and password; the sessions
and tokens of players whom the user has named; and whole signatures. A signature does not betray the secret, but whoever
has one and the request that it was made for can send that request again for five minutes: reports show eight digits.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from credentials_at_hand import of_casino
from packed_pages import unpacked_bytes
from patience import PATIENCE_SECONDS
from plugin_run import CREDENTIALS as OF_THE_SOUND
from plugin_run import DEADLINE_SECONDS, Done, environment, run, started, wallet
from telltale_wallet import forms
from unpleasant_secrets import SECRETS, WRITINGS

from harness.contracts import load
from harness.report.certificate import new_keys

CREDENTIALS = {
    "WALLET_API_KEY": "the-key-of-this-test",
    "WALLET_SECRET": "Sëcret/of+the casino=4711",
    "WALLET_USER": "the-user-of-this-test",
    "WALLET_PASSWORD": "Password/of+the.sportsbook=4712",
}
CONTRACTS = {"casino": ("WALLET_API_KEY", "WALLET_SECRET"), "sportsbook": ("WALLET_USER", "WALLET_PASSWORD")}
LOUD = ("-vv", "--showlocals", "--tb=long", "-o", "log_cli=true", "-o", "log_cli_level=DEBUG", "-rA")
SOME = "authentication or signature or idempotency or login or answers or token or session"
SIGNATURE = re.compile(rb"(?<![0-9A-Fa-f])(?<!SHA-256 )[0-9A-Fa-f]{64}(?![0-9A-Fa-f])")


def telling(contract: str, *others: str) -> list[bytes]:
    """What must stand nowhere."""
    key, secret = (CREDENTIALS[name] for name in CONTRACTS[contract])
    basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
    return [each.encode() for text in (secret, *others) for each in forms(text)] + [basic.encode()]


def leaks(artefacts: dict[str, bytes], secrets: list[bytes]) -> list[str]:
    """Where one of them stands, with what is around it."""
    found = []
    for name, content in artefacts.items():
        for secret in secrets:
            for form in {secret, json.dumps(secret.decode())[1:-1].encode(), secret.replace(b"+", b"&#43;")}:
                at = content.lower().find(form.lower())
                if at >= 0:
                    found.append(f"{name}: ...{content[max(0, at - 60) : at + len(form) + 20]!r}...")
    return found


def signatures(artefacts: dict[str, bytes]) -> list[str]:
    """Whole signatures. The digests of scenarios, of schemas and of bodies that were cut look alike."""
    digests = json.loads(artefacts.get("run.json", b"{}"), parse_float=Decimal).get("run", {}).get("digests", {})
    known = {each.encode() for each in digests.values()}
    return [
        f"{name}: {each!r}"
        for name, content in artefacts.items()
        for each in SIGNATURE.findall(content)
        if each not in known
    ]


@contextlib.contextmanager
def telltale(*options: str, credentials: Mapping[str, str] = CREDENTIALS) -> Iterator[str]:
    """The wallet that tells everything; the root of its addresses."""
    with started("telltale_wallet.py", *options, credentials=credentials) as found:
        yield found.root


@pytest.fixture(scope="module")
def root() -> Iterator[str]:
    with telltale() as found:
        yield found


def certify(
    root: str, contract: str, folder: Path, *options: str, credentials: Mapping[str, str] = CREDENTIALS
) -> tuple[Done, dict[str, bytes]]:
    """A run that says all it can, and every artefact of it."""
    new_keys(folder / "key")
    told = run(
        f"--wallet-url={root}/{contract}",
        f"--wallet-contract={contract}",
        *(f"--wallet-report={folder / 'run'}.{form}" for form in ("json", "html", "md", "har")),
        f"--wallet-certificate={folder / 'run.jwt'}",
        f"--wallet-sign-key={folder / 'key'}",
        f"--junitxml={folder / 'junit.xml'}",
        f"--log-file={folder / 'run.log'}",
        "--log-file-level=DEBUG",
        *LOUD,
        *options,
        cwd=folder,
        variables={**credentials, "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(folder / "summary.md")},
        plugins=("no:cacheprovider", "xdist"),
    )
    return told, {"output": told.output.encode()} | written(folder)


def written(folder: Path) -> dict[str, bytes]:
    """Every file that a run has left, but for our own key. Of a page what it holds packed, too."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in {"key", "conftest.py"})
    return {
        path.name: unpacked_bytes(path.read_bytes()) if path.suffix == ".html" else path.read_bytes() for path in paths
    }


@pytest.mark.full
@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one process", "two processes"])
def test_no_artefact_of_a_failing_run_has_a_secret(
    root: str, contract: str, processes: tuple[str, ...], tmp_path: Path
) -> None:
    provision = f"--wallet-provision={root}/__admin/player"
    done, artefacts = certify(root, contract, tmp_path, provision, "-k", SOME, *processes)
    assert done.status == 1, done.output
    assert {"run.json", "run.html", "run.md", "run.har", "junit.xml", "run.log", "summary.md"} <= set(artefacts)
    assert "run.jwt" not in artefacts
    assert b"x-debug-0" in artefacts["run.json"]  # the wallet sent it, and the report hides it
    assert f"${CONTRACTS[contract][1]}".encode() in artefacts["run.json"]
    assert leaks(artefacts, telling(contract)) == []
    assert signatures(artefacts) == []


@pytest.mark.full
@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("secret", SECRETS)
def test_no_artefact_has_an_unpleasant_secret_in_any_writing(secret: str, contract: str, tmp_path: Path) -> None:
    """The wallet sends it back escaped, too, and each format of a report escapes what it writes."""
    credentials = {**CREDENTIALS, CONTRACTS[contract][1]: secret}
    with telltale(credentials=credentials) as root:
        options = (f"--wallet-provision={root}/__admin/player", "-k", "resent_settlement or resent_bet")
        done, artefacts = certify(root, contract, tmp_path, *options, credentials=credentials)
    assert done.status == 1, done.output
    assert b"x-debug-1" in artefacts["run.json"]
    written = [write(secret).encode() for write in WRITINGS.values()]
    assert leaks(artefacts, [*(each.encode() for each in forms(secret)), *written]) == []


@pytest.mark.full
def test_nor_has_a_certificate(tmp_path: Path) -> None:
    with wallet() as sound:
        new_keys(tmp_path / "key")
        jwt = tmp_path / "run.jwt"
        options = (f"--wallet-certificate={jwt}", f"--wallet-sign-key={tmp_path / 'key'}")
        done = run(*sound.options("sportsbook"), *options, cwd=tmp_path, variables=OF_THE_SOUND)
    assert done.status == 0, done.output
    payload = jwt.read_text(encoding="utf-8").split(".")[1]
    artefacts = {"claims": base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), **written(tmp_path)}
    assert {"run.jwt", "run.jwt.html"} <= set(artefacts)
    key, secret = (OF_THE_SOUND[name] for name in CONTRACTS["sportsbook"])
    basic = base64.b64encode(f"{key}:{secret}".encode())
    assert leaks(artefacts, [*(each.encode() for each in forms(secret)), basic]) == []


def made(root: str, contract: str, number: int) -> dict[str, str]:
    """A player of the wallet."""
    asked = {"contract": contract, "playerId": str(number), "currency": "EUR", "balance": "1000"}
    request = urllib.request.Request(f"{root}/__admin/player", json.dumps(asked).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        found: dict[str, str] = json.loads(answer.read(), parse_float=Decimal)
        return found


@pytest.mark.full
@pytest.mark.parametrize("contract", CONTRACTS)
def test_nor_the_sessions_and_tokens_of_players_who_were_named(root: str, contract: str, tmp_path: Path) -> None:
    players = [made(root, contract, 60002000 + number) for number in range(4)]
    fields = {"id": "playerId", "currency": "currency", "session": "sessionId", "token": "authToken"}
    fields |= {"expired_session": "expiredSessionId"}
    named = [",".join(f"{name}={each[wire]}" for name, wire in fields.items() if each.get(wire)) for each in players]
    options = [f"--wallet-player={each}" for each in named]
    done, artefacts = certify(root, contract, tmp_path, "-k", "authentication or session or idempotency", *options)
    assert done.status == 1, done.output
    owned = [each[wire] for each in players for wire in ("sessionId", "authToken", "expiredSessionId") if wire in each]
    assert len(owned) >= 2 * len(players)
    assert b"SESSION_OF_6000200" in artefacts["run.json"]
    assert leaks(artefacts, [*telling(contract), *(each.encode() for each in owned)]) == []


CRASHES = {
    "a scenario": """
import harness.examine
def judge(self, scenario, histories, **others):
    credentials = self._under_test.credentials
    headers = [each.transmission.sent.headers for history in histories for each in history.exchanges]
    raise RuntimeError(f"crash {credentials['secret']} {headers}")
harness.examine.Examiner.judge = judge
""",
    "pytest": """
import os
class Wreck:
    def pytest_runtest_logreport(self, report):
        secrets = {name: value for name, value in os.environ.items() if name.startswith("WALLET_")}
        if report.when == "call":
            raise RuntimeError(f"crash {secrets}")
def pytest_configure(config):
    config.pluginmanager.register(Wreck())
""",
    "the end": """
import harness.plugin.outputs
def wrecked(*arguments, **others):
    import os
    secret = os.environ["WALLET_SECRET"]
    raise RuntimeError("crash " + secret)
harness.plugin.outputs.report_data = wrecked
""",
}


@pytest.mark.full
@pytest.mark.parametrize("where", CRASHES)
@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one process", "two processes"])
def test_a_mistake_of_ours_does_not_tell_them_either(
    root: str, where: str, processes: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "conftest.py").write_text(CRASHES[where], encoding="utf-8")
    options = (f"--wallet-provision={root}/__admin/player", "--full-trace", "-k", "resent_settlement", *processes)
    done, artefacts = certify(root, "casino", tmp_path, *options)
    assert done.status not in {0, 5}
    assert "crash" in done.output
    assert leaks(artefacts, telling("casino")) == []


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_secret_that_the_wallet_does_not_believe_is_not_told(contract: str, root: str, tmp_path: Path) -> None:
    """A configuration error is where users paste output into tickets."""
    key, name = CONTRACTS[contract]
    wrong = "Wröng/one+of the=4713"
    provision = f"--wallet-provision={root}/__admin/player"
    target = (f"--wallet-url={root}/{contract}", f"--wallet-contract={contract}")
    checking = (f"--contract={contract}", f"--provision={root}/__admin/player")
    variables = CREDENTIALS | {name: wrong}
    done = run(*target, provision, *LOUD, cwd=tmp_path, variables=variables)
    assert done.status == 10, done.output
    checked = subprocess.run(
        [sys.executable, "-P", "-m", "harness.cli", "check", f"{root}/{contract}", *checking],
        cwd=tmp_path,
        env=environment(variables),
        capture_output=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    assert checked.returncode == 3, checked
    basic = base64.b64encode(f"{CREDENTIALS[key]}:{wrong}".encode())
    artefacts = {"output": done.output.encode(), "check": checked.stdout + checked.stderr}
    assert leaks(artefacts, [*(each.encode() for each in forms(wrong)), basic]) == []


PROFILE = """\
contracts:
  {contract}: {{url: "{root}/{contract}", credentials: {{{key}: "{user}", {word}: "{secret}"}}}}
players:
{players}
"""
WORDS = {"casino": ("api_key", "secret"), "sportsbook": ("user", "password")}


@pytest.mark.full
@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_profile_with_literal_secrets_is_read_and_not_repeated(contract: str, root: str, tmp_path: Path) -> None:
    players = [made(root, contract, 60003000 + number) for number in range(3)]
    words = ("playerId", "sessionId", "authToken", "expiredSessionId")
    owned = [each[wire].encode() for each in players for wire in words[1:] if wire in each]
    rows = [
        f"  - {{id: '{each['playerId']}', contract: {contract}, currency: EUR, session: '{each['sessionId']}', "
        f"auth_token: '{each['authToken']}'}}"
        for each in players
    ]
    key, secret = (CREDENTIALS[name] for name in CONTRACTS[contract])
    names = WORDS[contract]
    filled = {"contract": contract, "root": root, "key": names[0], "word": names[1], "user": key, "secret": secret}
    good = PROFILE.format(**filled, players="\n".join(rows))
    typo = good.replace(f" {names[1]}: ", f" {names[1]}z: ").replace("session: ", "sesion: ")
    artefacts = {}
    for name, text in (("good", good), ("typo", typo), ("broken", good.replace("}}", "}"))):
        (tmp_path / "wallet.yaml").write_text(text, encoding="utf-8")
        for command in ("show-config", "check", "certify --dry-run -k resent", "certify -vv --showlocals -k resent"):
            done = subprocess.run(
                [sys.executable, "-P", "-m", "harness.cli", *command.split()],
                cwd=tmp_path,
                env=environment(),
                capture_output=True,
                timeout=DEADLINE_SECONDS,
                check=False,
            )
            artefacts[f"{name}: {command}"] = done.stdout + done.stderr
            assert b"Traceback" not in artefacts[f"{name}: {command}"]
    assert b"NOT CERTIFIED" in artefacts["good: certify -vv --showlocals -k resent"]
    assert leaks(artefacts, [*telling(contract), *owned]) == []


def test_the_search_would_find_them() -> None:
    """Each form is looked for, whatever case it is in."""
    for contract in CONTRACTS:
        for secret in telling(contract):
            assert leaks({"page": b"<p>" + secret.upper() + b"</p>"}, [secret])
    assert signatures({"page": b"x-signature: " + b"0a" * 32})


def test_no_value_of_ours_shows_a_secret_when_it_is_printed() -> None:
    who = of_casino("a-key", "a-secret")
    assert "a-secret" not in repr(who)
    assert "a-secret" not in f"{who}"
    assert load("casino").recipe is not None
