"""One run of Schemathesis against one wallet. `bench/stateful.py` starts it in the environment that Schemathesis is in.

It knows nothing of this project but the OpenAPI document. The wallet's facts come as JSON on standard input, and the
findings go as one line of JSON to standard output.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
import time
from collections import Counter
from typing import Any

import requests
import schemathesis
from schemathesis.engine import Status, events, from_schema

PHASES = ("examples", "coverage", "fuzzing", "stateful")
ALWAYS, OFTEN, SOMETIMES = 1.0, 0.95, 0.25
FIELDS = {
    "playerId": ("player", OFTEN),
    "sessionId": ("session", OFTEN),
    "currency": ("currency", OFTEN),
    "amount": ("amount", ALWAYS),
    "transactionId": ("id", SOMETIMES),
    "refTransactionId": ("id", SOMETIMES),
    "originalTransactionId": ("id", SOMETIMES),
    "betId": ("id", SOMETIMES),
}
"""How often a field has a value of the dictionary instead of a generated one: of a player with money, and of few ids.

Generated amounts are too large for any account, or whole numbers with a fraction of zero, which a wallet may refuse.
"""
SUCCESS = "RS_OK"
UNREADABLE = frozenset({"RS_ERROR_WRONG_SYNTAX", "INVALID_REQUEST"})


def main() -> None:
    """Play until the budget is spent, and print what was found."""
    facts = json.load(sys.stdin)
    schema = schemathesis.openapi.from_dict(facts["document"], config=configuration(facts))
    schema.config.update(base_url=facts["url"])
    schemathesis.auth.set_from_requests(Signed(facts["credentials"]))
    schemathesis.hook(filter_failure)
    sent = Counted()
    stream = from_schema(schema).execute()
    sent.until(facts["requests"], stream.stop)
    began = time.process_time()
    found: dict[tuple[str, str, str], int] = {}
    for event in stream:
        if isinstance(event, events.ScenarioFinished):
            for key in failures(event.recorder):
                found.setdefault(key, sent.count)
    print(
        json.dumps(
            {
                "requests": sent.count,
                "seconds": round(time.process_time() - began, 2),
                "answers": dict(sent.answers.most_common()),
                "findings": [
                    {"check": check, "operation": label, "what": what, "after": after}
                    for (check, label, what), after in found.items()
                ],
            }
        )
    )


def configuration(facts: dict[str, Any]) -> schemathesis.Config:
    """One seed, the phases that are asked for, the default checks, and values that the wallet knows."""
    bindings = {
        f"body.{inside}{field}": {"dictionary": name, "probability": probability}
        for inside in ("", "transactions[*].")
        for field, (name, probability) in FIELDS.items()
    }
    return schemathesis.Config.from_dict(
        {
            "seed": facts["seed"],
            "max-time": 24 * 3600,  # So that fuzzing and stateful testing go on until the requests are spent.
            "phases": {name: {"enabled": name in facts["phases"]} for name in PHASES},
            "generation": {"with-security-parameters": False, "allow-x00": False, "codec": "utf-8"},
            "dictionaries": {name: {"values": values} for name, values in facts["values"].items()},
            "parameters": bindings,
        }
    )


def failures(recorder: Any) -> Any:
    """Check, operation and what was wrong, of each failure of a scenario."""
    for case, checks in recorder.checks.items():
        for check in checks:
            if check.status == Status.FAILURE:
                failure = check.failure_info.failure
                yield check.name, recorder.cases[case].value.operation.label, failure.title


def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:  # noqa: ARG001 - Schemathesis's names
    """False for a refusal that the contract prescribes, and that a check about status codes takes for a failure.

    One contract refuses with status 200, and both refuse what no schema can forbid, such as a bet without cover.
    """
    code = code_of(response)
    match type(failure).__name__:
        case "AcceptedNegativeData":
            return code in {"", SUCCESS}
        case "RejectedPositiveData":
            return code in UNREADABLE
    return True


def code_of(response: Any) -> str:
    """The contract's word for a refusal. Empty for a success that has none. Of a batch, that of a refused item."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    items = body.get("data")
    answers = [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []
    refused = [each["status"] for each in answers if each.get("status", SUCCESS) != SUCCESS]
    return str(next(iter(refused), body.get("errorCode") or body.get("status") or ""))


class Signed(requests.auth.AuthBase):
    """Signs the bytes of each request as the document describes it."""

    def __init__(self, credentials: dict[str, str]) -> None:
        self._credentials = credentials

    def __call__(self, request: Any) -> Any:
        """Add the headers."""
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        known = self._credentials
        if "secret" in known:
            now = str(time.time_ns() // 1_000_000)
            text = body + b"|" + now.encode()
            request.headers["x-api-key"] = known["api_key"]
            request.headers["x-timestamp"] = now
            request.headers["x-signature"] = hmac.new(known["secret"].encode(), text, hashlib.sha256).hexdigest()
        else:
            pair = f"{known['user']}:{known['password']}"
            request.headers["authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        return request


class Counted:
    """Counts the requests of all sessions, and stops the run when the budget is spent."""

    def __init__(self) -> None:
        self.count = 0
        self.answers: Counter[str] = Counter()
        self._budget = 0
        self._stop: Any = None
        self._send: Any = requests.Session.send
        setattr(requests.Session, "send", self._counted())  # noqa: B010 - mypy refuses to assign to a method

    def until(self, budget: int, stop: Any) -> None:
        """Call `stop` when so many requests were sent."""
        self._budget, self._stop = budget, stop

    def _counted(self) -> Any:
        def send(session: Any, request: Any, **named: Any) -> Any:
            self.count += 1
            if self.count >= self._budget:
                self._stop()
            answer = self._send(session, request, **named)
            self.answers[f"{answer.status_code} {code_of(answer)}".strip()] += 1
            return answer

        return send


if __name__ == "__main__":
    main()
