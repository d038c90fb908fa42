"""The OpenAPI documents: valid, complete, about the same wire as the codecs, and served by the reference wallet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from wallet_process import CREDENTIALS, DEADLINE_SECONDS, Running, running, signed, start

from harness.cli import main
from harness.contracts import BUNDLED, Contract, load
from harness.contracts.shared.openapi import OpenApiError, as_json, as_yaml, document
from harness.model import (
    Authenticate,
    Bet,
    BetBatch,
    GetBalance,
    Operation,
    Payout,
    Retry,
    Reward,
    Rollback,
    Settle,
    Unsettle,
)

CONTRACTS = [load(name) for name in BUNDLED]
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


@pytest.fixture(params=CONTRACTS, ids=lambda each: each.name)
def contract(request: pytest.FixtureRequest) -> Contract:
    found: Contract = request.param
    return found


def plain(contract: Contract) -> dict[str, Any]:
    """The document as a tool reads it: from its text."""
    found: dict[str, Any] = json.loads(as_json(document(contract)), parse_float=Decimal)
    return found


def operations(whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and operation object of every operation."""
    for path, item in whole["paths"].items():
        assert not set(item) - METHODS
        for operation in item.values():
            yield path, operation


def fits(whole: dict[str, Any], schema: dict[str, Any], value: object) -> bool:
    """Whether a value fits a schema of the document, references into its components included."""
    complete = {**schema, "components": whole["components"]}
    return bool(Draft202012Validator(complete).is_valid(value))


def test_a_validator_finds_nothing_wrong_with_it(contract: Contract) -> None:
    validate(json.loads(as_json(document(contract)), parse_float=Decimal))


def test_a_validator_would_have_found_something(contract: Contract) -> None:
    whole = plain(contract)
    del whole["info"]["version"]
    with pytest.raises(Exception, match="version"):
        validate(whole)


def test_yaml_says_what_json_says(contract: Contract) -> None:
    class Exact(yaml.SafeLoader):
        """Reads a number as it is written."""

    Exact.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal(node.value))
    assert yaml.load(as_yaml(document(contract)), Loader=Exact) == plain(contract)


def test_every_operation_is_there_under_its_path(contract: Contract) -> None:
    found = {operation["operationId"]: path for path, operation in operations(plain(contract))}
    assert found == {spec.name: spec.path for spec in contract.specs.values()}


def test_every_reference_leads_to_a_component(contract: Contract) -> None:
    text = as_json(document(contract))
    targets = {line.split('"')[3] for line in text.splitlines() if '"$ref"' in line}
    components = document(contract)["components"]["schemas"]
    assert targets
    assert {target.removeprefix("#/components/schemas/") for target in targets} <= set(components)
    assert '"$id"' not in text
    assert '"$defs"' not in text


def test_fields_that_a_success_alone_must_have_are_seen_by_makers_of_stubs() -> None:
    answer = plain(load("casino"))["components"]["schemas"]["SettlementResponseAnswer"]
    assert {"status", "transactionId", "balance", "currency"} <= set(answer["properties"])
    assert answer["required"] == ["status"]


def test_every_requirement_stands_once_in_general_or_with_its_operations(contract: Contract) -> None:
    whole = plain(contract)
    general = {each["id"] for each in whole["x-requirements"]}
    special = {each["id"]: each["level"] for _, found in operations(whole) for each in found["x-requirements"]}
    assert general | set(special) == set(contract.requirements)
    assert not general & set(special)
    for path, found in operations(whole):
        for each in found["x-requirements"]:
            assert f"**{each['level']}** {each['text']} (`{each['id']}`)" in found["description"], path


def test_every_example_fits_the_schema_beside_it(contract: Contract) -> None:
    whole, counted = plain(contract), 0
    for path, operation in operations(whole):
        answers = [each for each in operation["responses"].values() if "content" in each]
        for each in (operation["requestBody"], *answers):
            content = each["content"]["application/json"]
            for name, example in content.get("examples", {}).items():
                assert fits(whole, content["schema"], example["value"]), f"{path} {name}"
                counted += 1
    assert counted > 2 * len(contract.specs)


def test_the_schemas_refuse_what_is_no_answer(contract: Contract) -> None:
    whole = plain(contract)
    for path, operation in operations(whole):
        for each in operation["responses"].values():
            if "content" in each:
                assert not fits(whole, each["content"]["application/json"]["schema"], {"balance": "much"}), path


def test_refusals_stand_under_the_status_that_the_contract_gives_them() -> None:
    bet = next(found for path, found in operations(plain(load("sportsbook"))) if path == "/placebet")
    responses = bet["responses"]
    funds = responses["402"]["content"]["application/json"]["examples"]["insufficient_funds"]["value"]
    assert funds["errorCode"] == "INSUFFICIENT_FUNDS"
    assert list(responses) == ["200", "400", "401", "402", "4XX", "5XX"]
    session = next(found for path, found in operations(plain(load("sportsbook"))) if path == "/authenticate")
    assert "invalid_token" in session["responses"]["403"]["content"]["application/json"]["examples"]


def found_in(body: Any, expression: str) -> Any:
    """The part of a request or an answer that a runtime expression means."""
    for key in expression.partition("#")[2].split("/")[1:]:
        body = body[int(key) if isinstance(body, list) else key]
    return body


def resolved(linked: Any, bodies: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The name of each linked field, and what it is in the bodies of the operation that the link comes from."""
    if isinstance(linked, dict):
        for key, each in linked.items():
            if isinstance(each, str):
                yield key, found_in(bodies[each.partition(".")[0]], each)
            yield from resolved(each, bodies)
    elif isinstance(linked, list):
        for each in linked:
            yield from resolved(each, bodies)


def linked_fields(whole: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """The linked fields by operation and name of the link, with their values in the examples of the operation."""
    found = {}
    for _, operation in operations(whole):
        answer = operation["responses"]["200"]
        bodies = {
            "$request": operation["requestBody"]["content"]["application/json"]["examples"]["request"]["value"],
            "$response": answer["content"]["application/json"]["examples"]["success"]["value"],
        }
        for name, link in answer.get("links", {}).items():
            found[operation["operationId"], name] = dict(resolved(link["requestBody"], bodies))
    return found


def test_every_link_leads_to_an_operation_and_its_expressions_to_fields_of_the_examples(contract: Contract) -> None:
    whole = plain(contract)
    named = {operation["operationId"]: operation for _, operation in operations(whole)}
    linked = linked_fields(whole)
    for (source, name), values in linked.items():
        link = named[source]["responses"]["200"]["links"][name]
        target = named[link["operationId"]]["requestBody"]["content"]["application/json"]["schema"]
        assert set(values) <= set(fields(whole, target)), f"{source} {name}"
        assert link["operationId"] == (source if name == "again" else name)
        assert link["requestBody"] == "$request.body" or values
    assert {source for source, _ in linked} == set(named) - {"balance"}


def test_a_link_says_which_fields_of_a_later_request_are_those_of_the_first() -> None:
    sportsbook, casino = (linked_fields(plain(load(name))) for name in ("sportsbook", "casino"))
    assert sportsbook["placebet", "rollbackbet"] == {
        "originalTransactionId": "bet-1",
        "betId": "ticket-1",
        "playerId": "player-1",
        "sessionId": "session-1",
    }
    assert sportsbook["authenticate", "balance"] == {"playerId": "player-1", "sessionId": "session-1"}
    assert casino["bet", "settlement"]["refTransactionId"] == "bet-1"
    assert "transactionId" not in casino["bet", "settlement"]
    assert ("bet", "bet_batch") not in casino


def test_a_casino_refuses_with_either_status() -> None:
    """Its document gives no HTTP status for a refusal, so the answers under 200 are of two shapes."""
    bet = next(found for path, found in operations(plain(load("casino"))) if path == "/transaction/bet")
    schema = bet["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"anyOf": [{"$ref": "#/components/schemas/BetResponse"}, {"$ref": "#/components/schemas/Error"}]}
    assert "insufficient_funds" in bet["responses"]["200"]["content"]["application/json"]["examples"]


@pytest.mark.parametrize(
    ("name", "headers"), [("casino", {"x-api-key", "x-timestamp", "x-signature"}), ("sportsbook", {"authorization"})]
)
def test_the_security_schemes_are_the_headers_that_are_signed(name: str, headers: set[str]) -> None:
    whole = plain(load(name))
    schemes = whole["components"]["securitySchemes"]
    assert whole["security"] == [{scheme: [] for scheme in schemes}]
    assert {each.get("name", "authorization") for each in schemes.values()} == headers
    sent = {header for header, _ in load(name).sign(b"{}", CREDENTIALS[name], 1)}
    assert sent == headers | {"content-type"}


def test_money_keeps_its_decimals() -> None:
    for text in (as_json(document(load("sportsbook"))), as_yaml(document(load("sportsbook")))):
        assert "200.00" in text


def test_the_command_writes_what_a_file_name_asks_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["openapi", "sportsbook", "--server", "https://staging.example/x", "-o", str(tmp_path / "a.yaml")]) == 0
    assert "6 operations" in capsys.readouterr().out
    assert "- url: https://staging.example/x\n" in (tmp_path / "a.yaml").read_text()
    assert main(["openapi", "sportsbook"]) == 0
    assert json.loads(capsys.readouterr().out, parse_float=Decimal)["openapi"] == "3.1.0"


def test_a_contract_that_does_not_exist_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["openapi", "casina"]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "did you mean casino?" in said.err


def test_a_missing_schema_file_is_named(contract: Contract, tmp_path: Path) -> None:
    with pytest.raises(OpenApiError, match=rf"contract {contract.name}: .*error\.response\.json"):
        document(replace(contract, schemas=tmp_path))


# ----------------------------------------------------------------------------------------------------------------------
# The reference wallet


def served(wallet: Running, name: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """What the wallet answers for its document."""
    connection = wallet.connect()
    try:
        connection.request(method, f"/{name}/openapi.json")
        answer = connection.getresponse()
        return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def wallet() -> Iterator[Running]:
    with running() as found:
        yield found


def test_the_reference_wallet_serves_it(wallet: Running, contract: Contract) -> None:
    status, headers, body = served(wallet, contract.name)
    assert (status, headers["content-type"]) == (200, "application/json")
    found = json.loads(body, parse_float=Decimal)
    validate(found)
    assert found["servers"] == [{"url": f"/{contract.name}"}]
    assert found["paths"] == plain(contract)["paths"]
    assert served(wallet, contract.name, "POST")[:2][0] == 405
    assert served(wallet, "bingo")[0] == 404


def asked(name: str, player: dict[str, str]) -> list[Operation]:
    """Every operation of a contract, well asked, and a bet that is not covered."""
    who: dict[str, Any] = {"player": player["playerId"], "session": player["sessionId"]}
    bet = Bet(id="b1", currency="EUR", amount=200_000, bet="bet-1", round="r", game="g", **who)
    pay = Payout(id="p1", currency="EUR", amount=100_000, bet="b1" if name == "casino" else "bet-1", **who)
    found: list[Operation] = [GetBalance(**who), bet, pay, replace(bet, id="b2", bet="bet-2", amount=10**15)]
    if name == "casino":
        reward = Reward(id="w1", currency="EUR", amount=1, bet="jackpot-1", **who)
        batches = BetBatch(items=(replace(bet, id="b3"),)), Retry(items=(replace(pay, id="p2"),))
        return [*found, reward, *batches, Settle(items=(replace(pay, id="p3"), replace(pay, id="p4", player="nobody")))]
    return [
        *found,
        Unsettle(id="u1", currency="EUR", amount=100_000, bet="bet-1", **who),
        Rollback(id="r1", original="b2", bet="bet-2", **who),
        Authenticate(token=player["authToken"]),
        Authenticate(token="spent or never made"),
    ]


def test_what_the_reference_wallet_says_is_what_the_document_says(wallet: Running, contract: Contract) -> None:
    whole = plain(contract)
    responses = {path: operation["responses"] for path, operation in operations(whole)}
    player, seen = wallet.provision(contract=contract.name), set()
    for operation in asked(contract.name, player):
        request = signed(contract.name, operation)
        headers = dict(request.headers)
        for body, sent in ((request.body, headers), (b"{", headers), (request.body, {})):
            status, answer = wallet.post(f"/{contract.name}{request.path}", body, sent)
            described = responses[request.path].get(str(status)) or responses[request.path]["4XX"]
            schema = described["content"]["application/json"]["schema"]
            assert fits(whole, schema, json.loads(answer, parse_float=Decimal)), f"{request.path} {status} {answer!r}"
            seen.add(request.path)
    assert seen == set(whole["paths"])


def empty_texts(value: object, name: str = "") -> Iterator[str]:
    """The names of the fields of a body that hold an empty text."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from empty_texts(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from empty_texts(each, name)
    elif value == "":
        yield name


def fields(whole: dict[str, Any], schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The fields of a schema of the document by name, those of the objects within it included."""
    if "$ref" in schema:
        return fields(whole, whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    found: dict[str, dict[str, Any]] = dict(schema.get("properties", {}))
    for each in (*list(found.values()), schema.get("items", {})):
        found |= fields(whole, each) if each else {}
    return found


def test_a_text_that_may_be_empty_is_said_to_be_so(contract: Contract) -> None:
    whole, seen = plain(contract), set()
    schemas = {
        path: operation["requestBody"]["content"]["application/json"]["schema"] for path, operation in operations(whole)
    }
    player = {"playerId": "188", "authToken": "t"}
    without, usual = (asked(contract.name, {**player, "sessionId": session}) for session in ("", "session"))
    for operation, other in zip(without, usual, strict=True):
        request, with_one = signed(contract.name, operation), signed(contract.name, other)
        described = fields(whole, schemas[request.path])
        empty = set(empty_texts(json.loads(request.body, parse_float=Decimal)))
        for name in empty - set(empty_texts(json.loads(with_one.body, parse_float=Decimal))):
            assert "minLength" not in described[name]
            assert described[name]["description"].startswith("An empty text if "), f"{request.path} {name}"
            seen.add(request.path)
    assert seen, "a platform may know no session"


def test_a_wallet_with_the_core_alone_documents_the_core_alone() -> None:
    with running("--core-only") as wallet:
        found = json.loads(served(wallet, "casino")[2], parse_float=Decimal)
    assert list(found["paths"]) == ["/transaction/settlement"]
    assert list(found["paths"]["/transaction/settlement"]["post"]["responses"]["200"]["links"]) == ["again"]
    validate(found)


def test_the_start_banner_tells_of_it() -> None:
    with start() as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()
        process.communicate(timeout=DEADLINE_SECONDS)
    assert "OpenAPI document at /openapi.json" in line


def test_a_whole_number_of_a_request_is_said_to_be_written_as_one(contract: Contract) -> None:
    """For a JSON schema 5.0 is an integer. The platform never writes that, and a wallet may refuse it."""
    whole = plain(contract)
    for path, operation in operations(whole):
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        for name, described in fields(whole, schema).items():
            if described.get("type") == "integer":
                assert "without a fraction" in described["description"], f"{path} {name}"
