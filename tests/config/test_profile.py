"""Profiles: what is read, and that all complaints are printed at once, with line, field, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from whole_profile import WHOLE

from harness.config.profile import KEYS, LIMITS, Overrides, Profile, ProfileError, load_profile
from harness.config.profile.contracts import KEYS as CONTRACT_KEYS
from harness.config.profile.people import PLAYER_KEYS, WAIVER_KEYS
from harness.model import Waiver

TODAY = date(2026, 11, 21)
ENVIRONMENT = {
    "KEY": "k-1",
    "SECRET": "hush-hush",
    "USER_OF_WALLET": "u",
    "PASSWORD": "pass-word",
    "TOKEN_OF_ADMIN": "admin-token",
    "TOKEN": "first-token",
}


def read(
    folder: Path,
    text: str | bytes,
    environment: Mapping[str, str] = ENVIRONMENT,
    overrides: Overrides = Overrides(),  # noqa: B008 - it is frozen
) -> Profile:
    path = folder / "wallet.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_profile(path, environment, overrides, TODAY)


def complaints(folder: Path, text: str | bytes, environment: Mapping[str, str] = ENVIRONMENT) -> list[str]:
    with pytest.raises(ProfileError) as told:
        read(folder, text, environment)
    return [line.removeprefix(f"{folder}/") for line in str(told.value).splitlines()]


def test_everything_that_can_be_said_is_read(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    profile = read(tmp_path, WHOLE)
    casino, sportsbook = profile.contracts.values()
    assert profile.wallet is not None
    assert profile.issuer is not None
    assert (profile.wallet.text, profile.issuer.text) == ("Larkspur Wallet 2.14.1", "Northgate Games")
    assert casino.url is not None
    assert (casino.url.text, casino.url.where) == ("https://wallet.example/casino", f"{tmp_path}/wallet.yaml:3")
    secret = casino.credentials["WALLET_SECRET"]
    assert (secret.text, secret.origin) == ("hush-hush", f"{tmp_path}/wallet.yaml:3 (${{SECRET}})")
    assert sportsbook.credentials["WALLET_PASSWORD"].text == "pass-word"
    assert sportsbook.paths["placebet"].text == "/bet/place"
    assert sportsbook.policies["replay_balance"].text == "current"
    assert {name: [each.text for each in codes] for name, codes in sportsbook.codes.items()} == {
        "insufficient_funds": ["NO_MONEY", "42"],
        "conflict": ["TWICE"],
    }
    assert [each.text for each in sportsbook.lacks] == ["authenticate"]
    assert sportsbook.tls is not None
    assert sportsbook.tls.verify is not None
    assert profile.tls.ca_bundle is not None
    assert profile.tls.ca_bundle.text == str(tmp_path / "ca.pem")
    assert [each.text("id") for each in profile.players] == ["60001001", "007"]
    assert [each.text for each in profile.players[0].bets] == ["b-1", "b-2"]
    assert profile.players[1].text("auth_token") == "first-token"
    assert {name: each.text for name, each in profile.limits.items()} == {
        "parallel": "5",
        "requests_per_second": "12.5",
    }
    assert profile.waivers == (
        Waiver(
            requirement="CAS-SIG-07",
            reason="comes with release 42",
            owner="wallet team",
            until=date(2027, 1, 31),
            where=f"{tmp_path}/wallet.yaml:23",
        ),
    )
    assert not profile.warnings


def test_no_representation_shows_a_secret(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    profile = read(tmp_path, WHOLE)
    assert not [
        each
        for each in ("hush-hush", "pass-word", "first-token", "ended-session", "admin-token")
        if each in repr(profile)
    ]


def test_a_secret_that_is_written_out_is_accepted_with_a_warning_that_does_not_show_it(tmp_path: Path) -> None:
    profile = read(tmp_path, "contracts: {casino: {url: http://w, credentials: {api_key: k, secret: hush-hush}}}")
    (warning,) = profile.warnings
    assert f"{tmp_path}/wallet.yaml:1: contracts.casino.credentials.secret is written out" in warning
    assert "hush-hush" not in warning


def test_a_token_of_provisioning_is_a_secret(tmp_path: Path) -> None:
    profile = read(tmp_path, CASINO + "provision: {url: http://w, token: ${TOKEN_OF_ADMIN}}\n")
    assert profile.provision_token is not None
    assert (profile.provision_token.text, profile.warnings) == ("admin-token", ())
    (warning,) = read(tmp_path, CASINO + "provision: {url: http://w, token: written-out}\n").warnings
    assert "wallet.yaml:2: provision.token is written out" in warning
    assert "written-out" not in warning


CASINO = "contracts: {casino: {url: http://w}}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "wallet.yaml:1: the file is empty: write at least contracts, with the url of one"),
        ("games: [G1]\n", "wallet.yaml:1: contracts is missing: name casino or sportsbook"),
        ("games: [G1]\ncontracts: {}\n", "wallet.yaml:2: contracts is missing: name casino or sportsbook"),
        ("- casino\n", "wallet.yaml:1: : must be a mapping"),
        ("contrats: {}\n", "wallet.yaml:1: unknown key 'contrats'; did you mean 'contracts'?"),
        ("contracts: {casnio: {}}\n", "wallet.yaml:1: contracts: no contract 'casnio': did you mean casino?"),
        ("contracts: {casino: {ulr: x}}\n", "unknown key in contracts.casino 'ulr'; did you mean 'url'?"),
        ("contracts: {casino: {url: wallet.example}}\n", "contracts.casino.url: must be a URL such as https://"),
        ("contracts: {casino: {url: http://w?a=b}}\n", "contracts.casino.url: must be a URL such as https://"),
        (
            "contracts: {casino: {credentials: {secert: x}}}\n",
            "unknown key in contracts.casino.credentials 'secert'; did you mean 'secret'?",
        ),
        ("contracts: {casino: {paths: {bett: /x}}}\n", "unknown key in contracts.casino.paths 'bett'; did you mean"),
        ("contracts: {casino: {paths: {bet: x}}}\n", "contracts.casino.paths.bet: must be a path below the URL"),
        ("contracts: {casino: {policies: {conflict: maybe}}}\n", "contracts.casino.policies.conflict: 'maybe' is none"),
        ("contracts: {casino: {codes: {ok: X}}}\n", "unknown key in contracts.casino.codes 'ok'"),
        (
            "contracts: {casino: {codes: {conflict: X, malformed: X}}}\n",
            "contracts.casino.codes.malformed: the code 'X' stands for conflict already",
        ),
        ("contracts: {casino: {capabilities: {lacks: [settlement]}}}\n", "settlement is the core of the contract"),
        ("contracts: {casino: {capabilities: {lacks: [bett]}}}\n", "no operation 'bett'; did you mean 'bet'?"),
        (CASINO + "provision: {url: http://w, command: x}\n", "wallet.yaml:2: provision: give url or command, one"),
        (CASINO + "provision: {token: x}\n", "wallet.yaml:2: provision: give url or command, one"),
        (CASINO + "provision: {command: x, token: x}\n", "wallet.yaml:2: provision.token: belongs to a url"),
        (CASINO + "provision: {url: http://w, token: ${NOT_SET}}\n", "the environment variable NOT_SET is not set"),
        (CASINO + "players: [{id: 1}]\n", "wallet.yaml:2: players: a player needs currency"),
        (CASINO + "players: [{id: 1, currency: euro}]\n", "players.currency: must be an ISO 4217 code such as EUR"),
        (
            CASINO + "players: [{id: 1, currency: EUR, contract: sportsbook}]\n",
            "players.contract: 'sportsbook' is none",
        ),
        (
            CASINO + "players:\n- {id: 1, currency: EUR}\n- {id: 1, currency: EUR}\n",
            "wallet.yaml:4: players.id: player 1",
        ),
        (CASINO + "limits: {paralel: 3}\n", "unknown key in limits 'paralel'; did you mean 'parallel'?"),
        (CASINO + "limits: {parallel: 0}\n", "limits.parallel: must be a whole number from 1 to 100000"),
        (
            CASINO + "limits: {time_out_seconds: 0.0}\n",
            "limits.time_out_seconds: must be a number above 0, at most 600",
        ),
        (CASINO + "environment: live\n", "environment: 'live' is none of its words"),
        (CASINO + "tls: {verify: maybe}\n", "tls.verify: 'maybe' is none of its words"),
        (CASINO + "tls: {ca_bundle: nowhere.pem}\n", "tls.ca_bundle: there is no file"),
        (CASINO + "tls: {client_key: wallet.yaml}\n", "tls.client_key: needs the client_certificate"),
        (CASINO + "games: [[G1]]\n", "games: must be one value, not a list or a mapping"),
        ("contracts: {casino: {url: ${NOWHERE}}}\n", "the environment variable NOWHERE is not set: export it"),
        ("contracts: {casino: {url: '${9 lives}'}}\n", "${9 lives} names no environment variable"),
        ("contracts: {casino: {url: 'http://${KEY}/x'}}\n", "${...} is filled in only where it is the whole value"),
        ("contracts: {casino: {url: }}\n", "contracts.casino.url: is empty: write a value, or leave the key out"),
        ("contracts: {casino: {url: http://w}, casino: {}}\n", "'casino' stands here twice"),
    ],
)
def test_one_mistake_is_one_complaint(tmp_path: Path, text: str, told: str) -> None:
    (complaint,) = complaints(tmp_path, text)
    assert told in complaint
    assert complaint.startswith("wallet.yaml:")


WAIVER = "waivers: [{{requirement: {0}, reason: r, owner: o, until: {1}}}]\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            WAIVER.format("CAS-SIG-77", "2027-01-31"),
            "no contract of this profile has a requirement 'CAS-SIG-77'; did you",
        ),
        (WAIVER.format("SPB-UNS-01", "2027-01-31"), "no contract of this profile has a requirement 'SPB-UNS-01'"),
        (WAIVER.format("CAS-CON-01", "2027-01-31"), "CAS-CON-01 cannot be waived, because money is lost or made"),
        (WAIVER.format("CAS-SIG-07", "2026-11-20"), "the waiver of CAS-SIG-07 expired on 2026-11-20"),
        (WAIVER.format("CAS-SIG-07", "next year"), "waivers.until: must be a date such as 2027-01-31"),
        (WAIVER.format("CAS-SIG-07", "2027-02-30"), "waivers.until: must be a date such as 2027-01-31"),
        ("waivers: [{requirement: CAS-SIG-07, until: 2027-01-31}]\n", "reason and owner missing"),
    ],
)
def test_a_waiver_must_hold(tmp_path: Path, text: str, told: str) -> None:
    (complaint,) = complaints(tmp_path, CASINO + text)
    assert complaint.startswith("wallet.yaml:2: waivers")
    assert told in complaint


def test_the_last_day_of_a_waiver_counts(tmp_path: Path) -> None:
    profile = read(tmp_path, CASINO + WAIVER.format("CAS-SIG-07", TODAY))
    assert [each.until for each in profile.waivers] == [TODAY]


def test_a_requirement_is_waived_once(tmp_path: Path) -> None:
    one = "- {requirement: CAS-SIG-07, reason: r, owner: o, until: 2027-01-31}\n"
    (complaint,) = complaints(tmp_path, f"{CASINO}waivers:\n{one}{one}")
    assert complaint.startswith("wallet.yaml:4: waivers: CAS-SIG-07 is waived in ")


def test_every_complaint_is_told_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = "contracts:\n  casino:\n    ulr: x\n    credentials: {secret: ${NOWHERE}}\ngame: [G1]\nlimits: {batch: no}\n"
    assert [each.split(":")[1] for each in complaints(tmp_path, text)] == ["3", "4", "5", "6"]


@pytest.mark.parametrize(
    "text",
    [
        "contracts: &a {casino: {}}\ngames: *a\n",
        "contracts: !!python/object:os.system {}\n",
        "contracts: {casino: {}}\n---\ncontracts: {casino: {}}\n",
        "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: [*b,*b,*b,*b]\n",
        "contracts: " + "[" * 5000,
        "contracts: {casino: {}}\n#" + "x" * 70_000,
        b"\xff\xfe",
        "contracts: {casino: {url: http://w}\n",
    ],
)
def test_hostile_files_are_refused(tmp_path: Path, text: str | bytes) -> None:
    assert all(each.startswith("wallet.yaml:") for each in complaints(tmp_path, text))


def test_a_file_that_is_not_there_says_what_writes_one(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"there is no such file; `walletproof init` writes one"):
        load_profile(tmp_path / "walet.yaml", {}, Overrides(), TODAY)


def test_a_file_that_cannot_be_read_is_said_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"cannot be read: Is a directory; name a file that can\Z"):
        load_profile(tmp_path, {}, Overrides(), TODAY)


@pytest.mark.parametrize(
    ("overrides", "missing"),
    [
        (Overrides(), {"3", "5"}),
        (Overrides(contracts=("casino",)), {"3"}),
        (Overrides(contracts=("sportsbook",), url=True), set()),
        (Overrides(variables=frozenset({"WALLET_SECRET"})), {"5"}),
    ],
)
def test_a_variable_may_be_missing_that_nobody_asks_for(
    tmp_path: Path, overrides: Overrides, missing: set[str]
) -> None:
    text = "contracts:\n  casino:\n    credentials: {secret: ${NOWHERE}}\n  sportsbook:\n    url: ${NOWHERE}\n"
    try:
        read(tmp_path, text, overrides=overrides)
        told: set[str] = set()
    except ProfileError as error:
        told = {each.split(":")[1] for each in str(error).splitlines()}
    assert told == missing


def test_no_complaint_repeats_a_value_that_may_be_a_secret(tmp_path: Path) -> None:
    text = (
        "contracts: {casino: {url: 'http://me:" + "hush-hush@w', credentials: {secret: 'hush-hush${KEY}'}}}\n"
        "players: [{id: 1, currency: EUR, auth_token: [hush-hush]}]\n"
    )
    assert not [each for each in complaints(tmp_path, text) if "hush" in each]


def test_the_example_of_the_documentation_is_a_profile(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "PROFILE.md").read_text()
    example = page.partition("## A complete example")[2].partition("```yaml\n")[2].partition("```")[0]
    for name in ("ca.pem", "sportsbook-ca.pem", "client.pem", "client.key"):
        (tmp_path / name).touch()
    variables = ("WALLET_API_KEY", "WALLET_SECRET", "WALLET_USER", "WALLET_PASSWORD")
    profile = read(tmp_path, example, dict.fromkeys(variables, "x"))
    assert list(profile.contracts) == ["casino", "sportsbook"]
    assert profile.waivers
    for key in (*KEYS, *CONTRACT_KEYS, *PLAYER_KEYS, *WAIVER_KEYS, *LIMITS):
        assert f"`{key}" in page or f".{key}" in page, f"docs/PROFILE.md does not explain {key}"
