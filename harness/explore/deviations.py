"""What goes wrong on a platform's day: repeats, conflicts, wrong references, lost answers, races, alterations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.explore.dimensions import EXTRA_FIELD, TEXTS, TWINS
from harness.explore.generated_day import UNKNOWN, Draft, GeneratedDay, Labelled, Written
from harness.explore.moves import Move, again, movement, of_bet, ordinary, request_of
from harness.model import Loss
from harness.scenario.faults import BEYOND_EXACT
from harness.scenario.near_ids import NEAR_FORMS, NEAR_SESSIONS
from harness.scenario.shapes import SHAPES

_FEWEST_CASES = 3
"""Of how many families with the fewest cases one is often drawn."""
_TWINS = {**TWINS, "length_255": "length_255_twin"}
_BODIES = ("{", "[]", "null", '{"', " ", "{}")
_FAULTS = {
    "body": 5,
    "content_type": 3,
    "amount": 14,
    "without": 12,
    "extra": 6,
    "currency": 6,
    "game": 3,
    "session": 16,
    "player": 10,
    "spelled": 8,
}
"""The kinds of faults of a request with their weights. Those of a field are called by its scenario word."""
_OF_ANY_REQUEST = frozenset({"body", "content_type", "without", "extra"})
_BAD_AMOUNTS = ("-10", '"10"', "null", "1e2", "1.5", "0.1", "true", "[]", "99999999999999999999")


def replay(day: GeneratedDay) -> None:
    """The same request again: mostly the last one, sometimes one from long ago, sometimes several times."""
    if not day.sent:
        return
    sent = day.sent[-1] if day.choices.percent(50) else day.choices.one(day.sent)
    times = {"times": day.choices.one(("2", "3"))} if day.choices.percent(15) else {}
    day.add({"resend": sent.label, **times})


def conflict(day: GeneratedDay) -> None:
    """A known id with another amount, player, bet, kind or operation."""
    movements = day.movements()
    if not movements:
        return
    sent = day.choices.one(movements)
    step = _conflicting(day, sent)
    if step is not None:
        day.add(step)
        if day.choices.percent(40):
            day.add(_plain_again(day, sent))


def _conflicting(day: GeneratedDay, sent: Labelled) -> Written | None:
    draft, word = again(day, sent), sent.word
    bets = [each.label for each in day.bets() if each.label not in {draft.get("bet"), sent.label}]
    ways = {"amount": 40, "player": 15, "operation": 25, "bet": 20 if word in day.space.of_a_bet and bets else 0}
    match day.choices.by_weight(ways):
        case "amount":
            draft["amount"] = day.amount(word)
        case "player":
            if draft.pop("player", "") != "other":
                draft["player"] = "other"
            draft.pop("bet", None)
        case "bet":
            draft["bet"] = day.choices.one(bets)
        case "operation":
            others = [each for each in day.space.with_field("id", "amount") if each != word]
            other = day.choices.one(others) if others else word
            return {other: again(day, sent, other)}
    return {word: draft}


def _plain_again(day: GeneratedDay, sent: Labelled) -> Written:
    """The known transaction as it was, without the fields that made it wrong."""
    draft = again(day, sent)
    if draft.get("player") == UNKNOWN:
        draft.pop("player")
    return {sent.word: [draft] if sent.in_batch else draft}


def stray(day: GeneratedDay) -> None:
    """A credit, an unsettlement or a rollback of a bet that is unknown, foreign, refused, settled or rolled back."""
    word = day.choices.by_weight({each: 2 if each == "rollback" else 1 for each in day.space.of_a_bet})
    bets = day.bets()
    if not bets or day.choices.percent(25):
        named: Draft = {"bet": UNKNOWN, **day.role()}
    else:
        bet = day.choices.one(bets)
        named = {"bet": bet.label, **({} if day.choices.percent(50) else bet.role)}
        if day.choices.percent(30):
            named = {**named, **({} if bet.role else {"player": "other"})}
    if named["bet"] != UNKNOWN and day.has(word, "bet_shape") and day.choices.percent(15):
        named["bet_shape"] = day.choices.in_turn(tuple(_TWINS.values()))
    if word == "rollback":
        stray_one = {"transaction": UNKNOWN} if named["bet"] != UNKNOWN and _may_name_another(day) else {}
        day.add({word: {"id": day.label(), **named, **stray_one}})
    else:
        day.add({word: movement(day, word, **named)})


def _may_name_another(day: GeneratedDay) -> bool:
    return day.has("rollback", "transaction") and day.choices.percent(10)


def early(day: GeneratedDay) -> None:
    """A rollback that arrives before its bet."""
    if "rollback" not in day.space.words:
        return
    label, role = day.label(), day.role()
    day.add({"rollback": {"id": day.label(), "bet": label, **role}})
    if day.choices.percent(30) and (step := ordinary(day)):
        day.add(step)
    day.add({"bet": {"id": label, "amount": day.amount("bet"), **role}})


def too_much(day: GeneratedDay) -> None:
    """A debit of the balance or of more, then perhaps a credit, and the same debit again, with money or without."""
    word = str(day.choices.in_turn([each for each in ("bet", "unsettle") if each in day.space.words]))
    amount = day.choices.in_turn(("more_than_everything", "everything"))
    draft = movement(day, word, amount=amount, **day.role())
    day.add({word: draft})
    if day.choices.percent(70):
        credit = day.choices.in_turn(day.space.credits)
        role = {name: value for name, value in draft.items() if name == "player"}
        paid = day.choices.in_turn(("25", "zero", "3"))
        day.add({credit: movement(day, credit, amount=paid, **(_for(day, draft) if word == "bet" else role))})
    if day.choices.percent(70):
        resent = day.choices.percent(60)
        day.add({"resend": draft["id"]} if resent else {word: {**draft, "amount": day.amount(word)}})


def _for(day: GeneratedDay, bet: Draft) -> Draft:
    """The fields by which a credit names this bet or nothing but its player."""
    role = {name: value for name, value in bet.items() if name == "player"}
    return {"bet": bet["id"], **role} if day.choices.percent(50) else role


def lost(day: GeneratedDay) -> None:
    """A request whose answer is lost. The platform sends it again, or undoes it, sooner or later."""
    step = ordinary(day)
    if step is None:
        return
    (word, draft) = next(iter(step.items()))
    day.add({**step, "lost": day.choices.in_turn([str(each) for each in Loss])})
    if day.choices.percent(25) and (between := ordinary(day)):
        day.add(between)
    if word in day.space.undoable and day.choices.percent(40):
        day.add({"rollback": {"id": day.label(), **of_bet(Labelled(draft["id"], word, draft))}})
    elif day.choices.percent(80):
        day.add({"resend": draft["id"]})


def race(day: GeneratedDay) -> None:
    """Several requests in flight together: the same one, repeats, and others of the player or of another one."""
    if day.choices.percent(40) and (step := ordinary(day)):
        (word, draft) = next(iter(step.items()))
        kept = draft if day.choices.percent(60) else {name: value for name, value in draft.items() if name != "id"}
        times = day.choices.in_turn(("2", "8", "20"))
        day.add({word: kept, "times": times, "at_once": "true"})
        return
    steps: list[Written] = []
    for _ in range(2 + day.choices.number(3)):
        step = _of_a_race(day, steps)
        if step is not None:
            steps.append(step)
    if len(steps) > 1:
        day.add({"at_once": steps})


def _of_a_race(day: GeneratedDay, steps: list[Written]) -> Written | None:
    logins = 8 if "authenticate" in day.space.words else 0
    ways = {"new": 60, "resend": 20 if day.sent else 0, "same": 20 if steps else 0, "read": 5, "login": logins}
    match day.choices.by_weight(ways):
        case "resend":
            return {"resend": day.choices.one(day.sent).label}
        case "same":
            return dict(day.choices.one(steps))
        case "read":
            return {"balance": ""}
        case "login":
            return {"authenticate": ""}
    return ordinary(day)


def forged(day: GeneratedDay) -> None:
    """A request that is not the platform's: forged, changed on its way, old, or without a header. Then a good one."""
    step = _target(day)
    if step is None:
        return
    (word, draft) = next(iter(step.items()))
    kind, way = day.choices.in_turn(_spoilt(day, word))
    day.add({**step, kind: {"amount": way} if kind == "tampered" else way})
    _then_good(day, word, draft)


def _target(day: GeneratedDay) -> Written | None:
    """A new request, or one that repeats a known transaction."""
    movements = [each for each in day.movements() if not each.in_batch]
    if movements and day.choices.percent(30):
        return _plain_again(day, day.choices.one(movements))
    return ordinary(day)


def _spoilt(day: GeneratedDay, word: str) -> list[tuple[str, str]]:
    """The modifiers of a request that is not the platform's, each with its value."""
    contract = day.space.dialect.contract
    ways = [("forged", each) for each in contract.forgeries]
    ways += [("missing_header", each) for each in contract.required_headers]
    if day.space.dialect.dates_requests:
        ways += [("stale", each) for each in ("10m", "2h", "1d")] + [("ahead", "2h")]
    if day.space.dialect.signs_bodies and word in day.space.movements:
        ways += [("tampered", each) for each in ("11", "9")]
    return ways


def _then_good(day: GeneratedDay, word: str, draft: Draft) -> None:
    if "id" in draft and day.choices.percent(70):
        day.add({word: draft})


def altered(day: GeneratedDay) -> None:
    """A request with a fault: in an amount, a field, the player, the currency, the session, or the body. Then a good
    one.
    """
    step = _target(day)
    if step is None:
        return
    (word, draft) = next(iter(step.items()))
    change, beside = _fault(day, word, draft)
    day.add({word: {**draft, **change}, **beside})
    _then_good(day, word, draft)


def _fault(day: GeneratedDay, word: str, draft: Draft) -> tuple[Draft, Written]:
    """Fields that make a request wrong, and modifiers of its step. A kind of fault is chosen first."""
    values: dict[str, tuple[str, ...]] = {
        "currency": ("other", UNKNOWN),
        "game": (UNKNOWN,),
        "session": ("expired", UNKNOWN, "none", *NEAR_SESSIONS) if draft.get("player") != "other" else (),
        "player": (UNKNOWN,),
        "spelled": tuple(NEAR_FORMS) if "player" not in draft else (),
    }
    values = {name: each for name, each in values.items() if each and day.has(word, name)}
    amount, _ = day.space.dialect.amount_field(word)
    weights = {each: weight for each, weight in _FAULTS.items() if each in values or each in _OF_ANY_REQUEST}
    match day.choices.by_weight({**weights, "amount": _FAULTS["amount"] if amount else 0}):
        case "body":
            return {}, {"body": day.choices.in_turn(_BODIES)}
        case "content_type":
            return {}, {"content_type": day.choices.in_turn(("text/plain", "application/xml"))}
        case "amount":
            return {"raw": {amount: day.choices.in_turn((*_BAD_AMOUNTS, f'5, "{amount}": 5'))}}, {}
        case "without":
            return {"without": [day.choices.in_turn(sorted(day.space.dialect.wire_fields(word)))]}, {}
        case "extra":
            return {"raw": {EXTRA_FIELD: day.choices.in_turn(TEXTS)}}, {}
        case name:
            return {name: day.choices.in_turn(values[name])}, {}


def twin(day: GeneratedDay) -> None:
    """Two transactions whose ids nearly are the same, or one whose id is long or strange."""
    shape = day.choices.in_turn(tuple(_TWINS) if day.choices.percent(70) else tuple(SHAPES)[1:])
    step = ordinary(day)
    if step is None:
        return
    (word, draft) = next(iter(step.items()))
    day.add({word: {**draft, "shape": shape}})
    if shape in _TWINS and day.choices.percent(80):
        other = _TWINS[shape]
        day.add({word: {**draft, "shape": other}})
        if word in day.space.bets and day.choices.percent(40):
            _fates(day, word, {**draft, "shape": shape}, {**draft, "shape": other})
    elif day.choices.percent(50):
        day.add({"resend": draft["id"]})


def _fates(day: GeneratedDay, word: str, *drafts: Draft) -> None:
    """Returns one of two bets whose ids nearly are the same, and credits the other."""
    returned, won = drafts if day.choices.percent(50) else reversed(drafts)
    if "rollback" in day.space.words:
        day.add({"rollback": {"id": day.label(), **of_bet(Labelled(returned["id"], word, returned))}})
    credit = day.choices.one(day.space.credits)
    day.add({credit: movement(day, credit, **of_bet(Labelled(won["id"], word, won), credit, day))})


def rounds(day: GeneratedDay) -> None:
    """A few rounds of the same small game."""
    credit = "settle" if "settle" in day.space.words else day.space.credits[0]
    label = day.label()
    steps: list[Written] = [{"bet": {"id": label, "amount": day.choices.one(day.sendable(("1", "0.1", "0.03")))}}]
    steps.append({credit: {"bet": label, "amount": day.choices.one(["zero", *day.sendable(("2", "0.2", "0.07"))])}})
    if day.choices.percent(40):
        steps.append({"resend": label})
    day.add({"repeat": {"times": day.choices.one(("2", "3", "5")), "steps": steps}})


def session_ends(day: GeneratedDay) -> None:
    """A request in a session that has ended, sent again in a live one."""
    words = [each for each in day.space.with_field("id", "session") if each not in {"retry", "bet_batch"}]
    if not words:
        return
    step = request_of(day, day.choices.one(words))
    if step is None:
        return
    (word, draft) = next(iter(step.items()))
    if draft.get("player") == "other":
        return
    before: dict[str, Any] = {**draft, "session": day.choices.one(("expired", "expired", UNKNOWN, "none"))}
    first, second = (before, draft) if day.choices.percent(70) else (draft, before)
    day.add({word: first})
    day.add({word: second})


def faulty(day: GeneratedDay) -> None:
    """A family of faults: the request without a fault, and once with each fault. Each must be refused as it should.

    After an amount beyond 2^53 units nothing else is sent, as a wallet may refuse what comes on top of it.
    """
    unused = [each for each in day.space.families if each not in day.families_used]
    if families := unused or day.space.families:
        word, family = day.choices.one(families[:_FEWEST_CASES] if day.choices.percent(40) else families)
        day.families_used.add((word, family))
        day.add({word: {"amount": "10"} if word in day.space.movements else "", "faults": family})
        day.ended = family == BEYOND_EXACT


DEVIATIONS: Mapping[str, tuple[Move, int]] = {
    "replay": (replay, 16),
    "conflict": (conflict, 10),
    "stray": (stray, 10),
    "early": (early, 4),
    "too_much": (too_much, 8),
    "lost": (lost, 8),
    "race": (race, 8),
    "forged": (forged, 5),
    "altered": (altered, 12),
    "twin": (twin, 5),
    "rounds": (rounds, 2),
    "session_ends": (session_ends, 3),
    "faulty": (faulty, 10),
}
"""The deviations by name, each with its weight."""
