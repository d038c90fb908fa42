"""A report's exchanges as a HAR 1.2 archive, for the network view of a browser or any HTTP debugger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit


def har(report: Mapping[str, Any]) -> dict[str, Any]:
    """The archive: a page for each scenario and an entry for each exchange. All times of day are the run's start."""
    run = report["run"]
    begun = datetime.fromisoformat(run["started"])
    shown = [each for each in report["scenarios"] if each["exchanges"]]
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "walletproof", "version": run["harness"]},
            "pages": [_page(each, begun) for each in shown],
            "entries": [
                _entry(exchange, scenario, begun, run["targets"].get(scenario["contract"], ""))
                for scenario in shown
                for exchange in scenario["exchanges"]
            ],
        }
    }


def _page(scenario: Mapping[str, Any], begun: datetime) -> dict[str, Any]:
    return {
        "id": _reference(scenario),
        "title": f"{scenario['id']} ({scenario['contract']}): {scenario['status']}",
        "startedDateTime": begun.isoformat(),
        "pageTimings": {},
    }


def _reference(scenario: Mapping[str, Any]) -> str:
    return f"{scenario['contract']}/{scenario['id']}"


def _entry(exchange: Mapping[str, Any], scenario: Mapping[str, Any], begun: datetime, url: str) -> dict[str, Any]:
    times = {name: value or 0 for name, value in exchange["microseconds"].items()}
    sending = max(times["released"] - times["started"], 0)
    waiting = max(times["first_byte"] - times["released"], 0) if times["first_byte"] else 0
    receiving = max(times["finished"] - times["first_byte"], 0) if times["first_byte"] else 0
    origin = urlsplit(url)
    request = exchange["request"]
    return {
        "pageref": _reference(scenario),
        "startedDateTime": (begun + timedelta(microseconds=times["started"])).isoformat(),
        "time": (sending + waiting + receiving) / 1000,
        "request": {
            "method": request["method"],
            "url": f"{origin.scheme}://{origin.netloc}{request['path']}",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(request),
            "queryString": [],
            "postData": {"mimeType": "application/json", "text": request["body"]},
            "headersSize": -1,
            "bodySize": request["size"],
        },
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": sending / 1000, "wait": waiting / 1000, "receive": receiving / 1000},
        "comment": f"{exchange['operation']}, exchange {exchange['index']}",
    }


def _response(exchange: Mapping[str, Any]) -> dict[str, Any]:
    """The answer, with status 0 if there was none, as browsers write it."""
    response = exchange["response"] or {"status": 0, "headers": [], "body": "", "size": 0}
    declared = next((value for name, value in response["headers"] if name.lower() == "content-type"), "")
    return {
        "status": response["status"],
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(response),
        "content": {"size": response["size"], "mimeType": declared, "text": response["body"]},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": response["size"],
        **({"comment": exchange["failure"]} if exchange["failure"] else {}),
    }


def _headers(message: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in message["headers"]]
