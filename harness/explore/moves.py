"""What a platform sends on an ordinary day: bets and their results, rewards, batches, rollbacks, reads and logins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from harness.explore.dimensions import EXTRA_FIELD, TEXTS
from harness.explore.generated_day import UNKNOWN, Draft, GeneratedDay, Labelled, Written

MOST_KINDS = 3
"""How many credits of different kinds a bet gets in a row."""

_SIZES = ("30", "40", "50", "600")
"""How many transactions a long batch has. A size of hundreds costs as much as many other requests, so it is rarer."""
SELDOM: Mapping[str, tuple[str, ...]] = {
    "odds": ("2.50", "1.85", "1001"),
    "round": ("none", "r1", "non_ascii", "r2"),
    "pot": ("j1", "j2"),
}
"""Optional fields of a movement with their values."""

Move = Callable[[GeneratedDay], None]
"""Appends steps to a day. It appends none if the contract or the day has nothing for it."""


def movement(day: GeneratedDay, word: str, **given: str) -> Draft:
    """A new transaction of an operation with an amount or a bet. `given` are fields that are already chosen."""
    draft: Draft = {}
    if day.has(word, "id"):
        draft["id"] = day.label()
    if word in day.space.of_a_bet and "bet" in given:
        draft["bet"] = given.pop("bet")
    if word in day.space.movements:
        draft["amount"] = given.pop("amount", "") or day.amount(word)
    draft |= {name: value for name, value in given.items() if day.has(word, name)}
    if day.choices.percent(15) and (kinds := day.space.dialect.kinds(word)):
        draft["kind"] = day.choices.in_turn(kinds)
    if day.choices.percent(12) and (fields := [name for name in SELDOM if day.has(word, name)]):
        name = day.choices.in_turn(fields)
        draft[name] = day.choices.in_turn([each for each in SELDOM[name] if _may_be(day, word, name, each)])
    return draft


def _may_be(day: GeneratedDay, word: str, name: str, value: str) -> bool:
    """True if a request of the word may have the value. In some contracts a round may be left out."""
    return (name, value) != ("round", "none") or day.space.dialect.may_lack(word, name)


def ordinary(day: GeneratedDay) -> Written | None:
    """A single good request of any operation that has an id. None if nothing fits."""
    word = day.choices.in_turn([each for each in day.space.with_field("id") if each not in {"retry", "bet_batch"}])
    return request_of(day, word)


def request_of(day: GeneratedDay, word: str) -> Written | None:
    """A single good request of an operation. None if there is no bet that it could name."""
    if word == "rollback":
        bets = day.bets()
        return {word: {"id": day.label(), **of_bet(day.choices.one(bets))}} if bets else None
    if word in day.space.of_a_bet and day.choices.percent(70) and (bets := day.bets()):
        bet = day.choices.one(bets)
        return {word: movement(day, word, **of_bet(bet, word, day))}
    return {word: movement(day, word, **day.role())}


def of_bet(bet: Labelled, word: str = "rollback", day: GeneratedDay | None = None) -> Draft:
    """The fields by which a request names a bet: the bet, its shape, and its player."""
    shape = {"bet_shape": bet.draft["shape"]} if "shape" in bet.draft else {}
    kept = shape if day is None or day.has(word, "bet_shape") else {}
    return {"bet": bet.label, **kept, **bet.role}


def stake(day: GeneratedDay) -> None:
    """A bet."""
    day.add({"bet": movement(day, "bet", **day.role())})


def result(day: GeneratedDay) -> None:
    """A credit for a bet of the day, or for one that the runner places first. Some bets get one of each kind."""
    word = day.choices.one(day.space.credits)
    kinds = day.space.dialect.kinds(word)
    if day.choices.percent(15) and kinds and (bets := day.bets()):
        bet = day.choices.one(bets)
        for kind in _some(day, kinds):
            day.add({word: {**movement(day, word, **of_bet(bet, word, day)), "kind": kind}})
    elif step := request_of(day, word):
        day.add(step)


def _some(day: GeneratedDay, values: Sequence[str]) -> Sequence[str]:
    """A few of several values in any order, each at most once."""
    left = [*values]
    found: list[str] = []
    while left and len(found) < MOST_KINDS:
        found.append(left.pop(day.choices.number(len(left))))
    return found


def reward(day: GeneratedDay) -> None:
    """A bonus or a jackpot."""
    if "reward" in day.space.words:
        day.add({"reward": movement(day, "reward", **day.role())})


def undo(day: GeneratedDay) -> None:
    """A rollback of a bet, or of a win where the contract rolls wins back. Then the same transaction, or one for it."""
    undoable = [each for each in day.sent if each.word in day.space.undoable]
    if not undoable:
        return
    undone = day.choices.one(undoable)
    day.add({"rollback": {"id": day.label(), **of_bet(undone)}})
    match day.choices.by_weight({"nothing": 40, "again": 30, "undone again": 10, "credit": 20 if undone.is_bet else 0}):
        case "again":
            day.add({undone.word: again(day, undone)})
        case "undone again":
            day.add({"rollback": {"id": day.label(), **of_bet(undone)}})
        case "credit":
            word = day.choices.one(day.space.credits)
            day.add({word: movement(day, word, **of_bet(undone, word, day))})


def take_back(day: GeneratedDay) -> None:
    """An unsettlement of a bet, mostly of one with a credit. Then perhaps another credit for the bet."""
    if "unsettle" not in day.space.words or not (bets := day.bets()):
        return
    paid = {each.draft.get("bet", "") for each in day.sent if each.word in day.space.credits}
    credited = [each for each in bets if each.label in paid]
    bet = day.choices.one(credited if credited and day.choices.percent(75) else bets)
    day.add({"unsettle": movement(day, "unsettle", **of_bet(bet, "unsettle", day))})
    if day.choices.percent(40):
        word = day.choices.one(day.space.credits)
        day.add({word: movement(day, word, **of_bet(bet, word, day))})


def night_job(day: GeneratedDay) -> None:
    """A batch of new transactions and of some that were sent before, in any order. Few are as long as a real one."""
    if not day.space.batches:
        return
    word = day.choices.in_turn(day.space.batches)
    if day.choices.percent(20):
        day.add(_long_batch(day, word))
        return
    items: list[Draft] = []
    for _ in range(1 + day.choices.number(4)):
        items.append(_item(day, word, items))
    day.add({word: items})


def _long_batch(day: GeneratedDay, word: str) -> Written:
    """A batch of as many small transactions as a night has. Some carry a text that the contract does not know."""
    draft: Draft = {"amount": day.choices.one([*day.sendable(("0.01", "0.1", "2")), "smallest_unit"])}
    if day.choices.percent(60):
        draft["raw"] = {EXTRA_FIELD: day.choices.in_turn(TEXTS)}
    return {word: [draft], "size": day.choices.in_turn(_SIZES)}


def _item(day: GeneratedDay, word: str, items: list[Draft]) -> Draft:
    """One item of a batch: new, old, the same as another item, or broken."""
    old = [each for each in day.movements() if not each.is_bet or word == "bet_batch"]
    match day.choices.by_weight({"new": 50, "old": 25 if old else 0, "twice": 8 if items else 0, "broken": 12}):
        case "old":
            return again(day, day.choices.one(old), word)
        case "twice":
            return dict(day.choices.one(items))
        case "broken":
            return _broken(day, word)
    return movement(day, word, **day.role(25))


def _broken(day: GeneratedDay, word: str) -> Draft:
    draft = movement(day, word)
    amount, _ = day.space.dialect.amount_field(word)
    broken: list[Draft] = [{"player": UNKNOWN}]
    broken += [{"currency": each} for each in ("other", UNKNOWN) if day.has(word, "currency")]
    broken += [{"raw": {amount: each}} for each in ("-5", '"5"', "null", "1.5", "0.001", "1e2")] if amount else []
    broken += [{"amount": "more_than_everything"}] if word == "bet_batch" else []
    return {**draft, **day.choices.one(broken)}


def again(day: GeneratedDay, sent: Labelled, word: str = "") -> Draft:
    """The same transaction, through an operation that may be another one. It keeps the fields that both have."""
    word = word or sent.word
    kept = {name: value for name, value in sent.draft.items() if name in {"id", "shape", "amount", "player", "bet"}}
    seldom = {name: sent.draft[name] for name in SELDOM if name in sent.draft and day.has(word, name)}
    kept |= {name: value for name, value in seldom.items() if _may_be(day, word, name, value)}
    if word not in day.space.of_a_bet and word != "rollback":
        kept.pop("bet", None)
    return kept


def read(day: GeneratedDay) -> None:
    """A balance."""
    fields = [{}, {"player": "other"}, *({"session": each} for each in ("expired", UNKNOWN))]
    wanted = day.choices.one(fields) if day.choices.percent(30) else {}
    day.add({"balance": {name: value for name, value in wanted.items() if day.has("balance", name)} or ""})


def login(day: GeneratedDay) -> None:
    """A login with the player's token, or with one that was used or never given out. Some players log in twice."""
    if "authenticate" in day.space.words:
        twice = {"times": "2", "at_once": "true"} if day.choices.percent(20) else {}
        day.add({"authenticate": {"token": UNKNOWN} if day.choices.in_turn((False, True)) else "", **twice})


def restart(day: GeneratedDay) -> None:
    """A restart of the wallet."""
    day.add({"restart": ""})


def many(day: GeneratedDay) -> None:
    """A dozen new transactions of one kind."""
    word = day.choices.one([each for each in day.space.movements if each in (*day.space.bets, *day.space.credits)])
    draft = {"amount": day.choices.one([*day.sendable(("0.01", "0.1", "2")), "smallest_unit"])}
    day.add({word: draft, "times": day.choices.one(("2", "5", "12"))})


ORDINARY: Mapping[str, tuple[Move, int]] = {
    "stake": (stake, 24),
    "result": (result, 20),
    "reward": (reward, 5),
    "undo": (undo, 9),
    "take_back": (take_back, 6),
    "night_job": (night_job, 9),
    "read": (read, 5),
    "login": (login, 6),
    "restart": (restart, 2),
    "many": (many, 2),
}
"""The ordinary moves by name, each with its weight."""
