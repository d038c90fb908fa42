"""The weather in front of a wallet: the rules in force, the players that bring their own, and the admin path.

Weather concerns requests of contracts alone. Health, metrics and the admin paths answer in any weather.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from harness.contracts import BadRequest, Contract
from harness.model import transactions
from mock_server import logs, records
from mock_server.admin import ADMIN, not_allowed, plain
from mock_server.app import App, Asgi, Receive, Scope, Send
from mock_server.weather.fault import TRANSPORT, Fault, again, arrived, transport_of
from mock_server.weather.kinds import KINDS
from mock_server.weather.rules import EXAMPLE, BadRule, Rule, read_rule
from mock_server.weather.strikes import Every, Strikes, always
from mock_server.wire import JSON_HEADERS, Answer

PATH = f"{ADMIN}weather"
MAGIC = "weather-"
"""The beginning of the id of a player that brings its own weather."""
MOST_PLAYERS = 10_000
"""How many such players are remembered. The one that was named first is forgotten first."""
MOST_RULES = 100

_PLAYER = re.compile(rf"{MAGIC}({'|'.join(sorted(KINDS, key=len, reverse=True))})(?:-(\d{{1,6}}))?(?:-|\Z)", re.ASCII)


class Ruled:
    """One rule in force, around everything behind it."""

    def __init__(self, app: Asgi, served: App, rule: Rule, strikes: Strikes) -> None:
        """`app` is what is behind the rule, and `served` the application that knows the routes."""
        self.rule = rule
        self.fault: Fault = KINDS[rule.fault].fault(app)
        for name, number in rule.settings.items():
            setattr(self.fault, name, number)
        self._app = app
        self._served = served
        self._strikes = strikes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, with the fault if the rule strikes."""
        route = self._served.route(scope["path"])
        if route is None or not self._concerns(*route) or not self._strikes():
            await self._app(scope, receive, send)
            return
        self._served.metrics.weather[(self.rule.fault,)] += 1
        await self.fault(scope, receive, send)
        contract, name = route
        fields = {"fault": self.rule.fault, "rule": str(self.rule), "contract": contract.name, "operation": name}
        logs.event("weather", lambda: {**fields, **records.current().fields})

    def _concerns(self, contract: Contract, name: str) -> bool:
        return self.rule.operation in {"", name, f"{contract.name}/{name}"}


class Weather:
    """An application around a wallet, with weather that can change while it runs."""

    def __init__(self, app: App, rules: Iterable[str] = (), *, live: bool = False) -> None:
        """`rules` are in words. `live` adds the admin path and the magic players. Raises BadRule."""
        self._app = app
        self._operations = _operations(app)
        self._live = live
        self._players: dict[str, Ruled] = {}
        self._rules: tuple[Ruled, ...] = ()
        self.set(rules)
        if live:
            app.admin[PATH] = self.serve

    def set(self, texts: Iterable[str]) -> None:
        """Replace the rules. The counts of all rules start again. Raises BadRule, and then nothing has changed."""
        rules = [read_rule(each, self._operations) for each in texts]
        found: list[Ruled] = []
        for rule in rules:
            found.append(Ruled(found[-1] if found else self._app, self._app, rule, rule.strikes()))
        self._rules = tuple(found)

    @property
    def rules(self) -> Sequence[tuple[Rule, int]]:
        """The rules in force, each with the number of requests that it has struck."""
        return [(each.rule, each.fault.fired) for each in self._rules]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request in this weather."""
        app: Asgi = self._under_rules
        scope = {**scope, "extensions": {**scope.get("extensions", {}), TRANSPORT: transport_of(send)}}
        if scope["type"] == "http" and self._live and (route := self._app.route(scope["path"])) is not None:
            app, receive = await self._of_player(*route, receive)
        await app(scope, receive, send)

    async def _under_rules(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request in the weather that concerns every player."""
        await (self._rules[-1] if self._rules else self._app)(scope, receive, send)

    async def serve(self, method: str, body: bytes) -> Answer:
        """Answer the admin path: GET shows the rules, PUT replaces them."""
        if method == "PUT":
            try:
                self.set(_texts(body))
            except BadRule as bad:
                return plain(400, str(bad))
        elif method != "GET":
            return not_allowed("GET, PUT")
        rules = [{"rule": str(rule), "fired": fired} for rule, fired in self.rules]
        players = {name: each.fault.fired for name, each in self._players.items()}
        return Answer(200, JSON_HEADERS, json.dumps({"weather": rules, "players": players}).encode())

    # ------------------------------------------------------------------------------------------------------------------
    # Players that bring their own weather

    async def _of_player(self, contract: Contract, name: str, receive: Receive) -> tuple[Asgi, Receive]:
        """What serves this request, with the weather of its player, and the request again."""
        body, whole = await arrived(receive, self._app.limits.body_bytes)
        replayed = again(body, receive, whole=whole)
        if not whole or MAGIC.encode() not in body:
            return self._under_rules, replayed
        try:
            operation = contract.read_request(name, body)
        except BadRequest:
            return self._under_rules, replayed
        for player in dict.fromkeys(each.player for each in transactions(operation)):
            if (rule := _rule_of(player)) is not None:
                return self._ruled(player, rule), replayed
        return self._under_rules, replayed

    def _ruled(self, player: str, rule: Rule) -> Ruled:
        if player not in self._players:
            if len(self._players) >= MOST_PLAYERS:
                del self._players[next(iter(self._players))]
            # A fault that withholds the answer strikes every other request, so that sending it again helps.
            strikes = always if KINDS[rule.fault].answers else Every(2)
            self._players[player] = Ruled(self._under_rules, self._app, rule, strikes)
        return self._players[player]


def _rule_of(player: str) -> Rule | None:
    """The weather in a player's id: `weather-latency-200-ann` is `latency 200ms`."""
    found = _PLAYER.match(player)
    if found is None:
        return None
    number = int(found[2]) if found[2] and KINDS[found[1]].setting else 0
    return Rule(found[1], number or None)


def _operations(app: App) -> tuple[str, ...]:
    """The names of operations that a rule may have: alone, and behind the contract's name."""
    pairs = [(contract.name, name) for contract in app.contracts.values() for name in contract.specs]
    return tuple(dict.fromkeys((*(name for _, name in pairs), *(f"{contract}/{name}" for contract, name in pairs))))


def _texts(body: bytes) -> list[str]:
    """The rules in a body of the admin path. Raises BadRule."""
    try:
        content: Any = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        content = None
    texts = content.get("weather") if isinstance(content, dict) else None
    if not isinstance(texts, list) or len(texts) > MOST_RULES or not all(isinstance(each, str) for each in texts):
        example = json.dumps({"weather": [EXAMPLE]})
        raise BadRule(f"the body is no list of at most {MOST_RULES} rules: send an object such as {example}")
    return texts
