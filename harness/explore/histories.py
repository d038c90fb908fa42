"""Writes a row of the covering array as a scenario: preparation, the subject, what stands between, and its repeat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from harness.explore.dimensions import (
    ALTERATION,
    BETWEEN,
    CONCURRENCY,
    IDENTIFIER,
    REPEAT,
    SESSION,
    SIZE,
    TWINS,
    Space,
)
from harness.explore.labels_used import drafts_of, without_lonely_labels
from harness.explore.pairs import Row
from harness.explore.subjects import BET, LATER, OTHER_BET, ROUND, SUBJECT, Draft, Subject, Written

FUNDS = "100"
STAKE = "5"
TWIN_OF_BET = "upper_case"
RACERS = "2"
"""How many identical requests are in flight together."""


def scenarios_of(space: Space, rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """The scenarios of an array, in its order. Where a value may be written in several ways, rows take turns."""
    seen: Counter[tuple[str, str]] = Counter()
    for number, row in enumerate(rows):
        yield _scenario_of(Subject(space, row, {name: seen[name, value] for name, value in row.items()}), number)
        seen.update(row.items())


def _scenario_of(subject: Subject, number: int) -> dict[str, Any]:
    """The scenario of a row, as a scenario file has it. `number` is the row's place in the array."""
    itself = list(_itself(subject))
    steps = [*_before(subject, itself), *itself]
    contract = subject.space.dialect.contract
    return {
        "title": f"Pairs of row {number + 1}",
        "requirement": {contract.name: contract.conservation.id},
        "funds": FUNDS,
        "steps": without_lonely_labels(steps),
    }


def _before(subject: Subject, itself: Sequence[Written]) -> Iterator[Written]:
    """What the subject needs: bets that it belongs to, money to take back, a login, an older item."""
    row, space = subject.row, subject.space
    if row[SESSION] == "renewed":
        yield {"authenticate": ""}
    yield from _bets(subject, itself)
    if subject.word == "unsettle":
        yield {_credit_word(space): {"bet": BET, "amount": "20", **subject.owner}}
    if row[SIZE] == "with_old":
        yield {subject.word: [subject.old()]}


def _bets(subject: Subject, itself: Sequence[Written]) -> Iterator[Written]:
    """The bets that the steps name. Of a rollback the bet's amount is what it moves."""
    named = {draft.get("bet", "") for step in itself for draft in drafts_of(step)}
    if BET in named or subject.word == "unsettle":
        amount = subject.amount if subject.word == "rollback" else STAKE
        yield {"bet": {"id": BET, "amount": amount, **subject.owner}}
    if subject.row[REPEAT] == "twin_bet":
        yield {"bet": {"id": BET, "shape": TWIN_OF_BET, "amount": STAKE, **subject.owner}}
    if OTHER_BET in named:
        yield {"bet": {"id": OTHER_BET, "amount": STAKE, **subject.role}}


def _itself(subject: Subject) -> Iterator[Written]:
    """The subject, what stands between, and its repeat, or a race of them."""
    repeats = list(_repeats(subject))
    if subject.row[ALTERATION] == "early":
        repeats = [{"bet": {"id": LATER, "amount": subject.amount, **subject.role}}, *repeats]
    yield from map(_other_form, subject.others)
    yield from _sent(subject, repeats)
    if subject.row[CONCURRENCY] != "its_repeat" and repeats:
        yield from _between(subject)
        yield from repeats


def _other_form(subject: Subject) -> Written:
    """A new transaction that is wrong in the same way as the subject, in another form."""
    draft = {name: value for name, value in subject.draft().items() if name != "id"}
    return {subject.word: (draft or "") if subject.row[SIZE] == "one" else [draft], **subject.modifiers()}


def _sent(subject: Subject, repeats: list[Written]) -> Iterator[Written]:
    drafts, word = subject.items(), subject.word
    content: Any = drafts if subject.row[SIZE] != "one" else drafts[0] or ""
    step = {word: content, **subject.modifiers()}
    match subject.row[CONCURRENCY]:
        case "same_request":
            yield {**step, "times": RACERS, "at_once": "true"}
        case "same_player":
            yield {"at_once": [step, *_company(subject, subject.role)]}
        case "other_player":
            away = {} if subject.role else {"player": "other"}
            yield {"at_once": [step, *_company(subject, away)]}
        case "its_repeat":
            # A repeat in flight needs the same request before it, which the first of the list defines.
            yield {"at_once": [step, *repeats]}
        case _:
            yield step


def _company(subject: Subject, role: Mapping[str, str]) -> Iterator[Written]:
    """Other requests that are in flight with the subject. A batch of two players meets one in the other order."""
    if subject.row[SIZE] == "two_players":
        away = {} if subject.role else {"player": "other"}
        yield {subject.word: [{"amount": "1", **subject.role}, {"amount": "2", **away}]}
        return
    yield {"bet": {"amount": "1", **role}}
    credit = "reward" if "reward" in subject.space.words else _credit_word(subject.space)
    yield {credit: {"amount": "2", **role}}


def _credit_word(space: Space) -> str:
    """The word of the core operation that credits."""
    return "settle" if "settle" in space.words else space.credits[0]


def _between(subject: Subject) -> Iterator[Written]:
    role, what = subject.role, subject.row[BETWEEN]
    match what:
        case "nothing":
            return
        case "refusal":
            yield {"bet": {"amount": "more_than_everything", **role}}
        case "nothing_left":
            yield {"bet": {"amount": "everything", **role}}
        case "other_player":
            yield {"bet": {"amount": "6", **({} if role else {"player": "other"})}}
        case "many":
            in_round = {"round": ROUND} if subject.has("round", "bet") and subject.has("round") else {}
            yield {"bet": {"amount": "0.1", **in_round, **role}, "times": "2"}
        case "restart":
            yield {"restart": ""}
        case word:
            yield {word: _ordinary(subject, word)}


def _ordinary(subject: Subject, word: str) -> Draft | str:
    """An ordinary transaction of an operation. Without its fields it is an empty text."""
    draft: Draft = {**subject.role} if subject.has("player", word) else {}
    if word in subject.space.movements:
        draft["amount"] = "20" if word in subject.space.credits else "7"
    if word == "rollback":
        draft |= _names_of(subject) if subject.word in subject.space.undoable else {"bet": "unknown"}
    elif word in subject.space.of_a_bet and subject.word in subject.space.of_a_bet:
        draft["bet"] = BET
    elif word in subject.space.of_a_bet and subject.word in subject.space.bets:
        draft["bet"] = SUBJECT
        if subject.row[IDENTIFIER] != "plain" and subject.has("bet_shape", word):
            draft["bet_shape"] = subject.row[IDENTIFIER]
    return draft or ""


def _names_of(subject: Subject) -> Draft:
    """The fields by which a rollback names the subject, but its player."""
    shape = {"bet_shape": subject.row[IDENTIFIER]} if subject.row[IDENTIFIER] != "plain" else {}
    return {"bet": SUBJECT, **shape}


def _repeats(subject: Subject) -> Iterator[Written]:
    """The repeat of the subject. The label of a shaped id means the same transaction only in the same shape."""
    made = _REPEATS.get(subject.row[REPEAT])
    if made is not None:
        yield from made(subject)


def _again(subject: Subject, **change: str) -> Iterator[Written]:
    yield {subject.word: {**subject.draft(good=True), **change}}


def _other_player(subject: Subject) -> Iterator[Written]:
    draft = subject.draft(good=True)
    role = {} if draft.pop("player", "") else {"player": "other"}
    if "bet" in draft and subject.word != "rollback":
        draft.pop("bet")
    yield {subject.word: {**draft, **role}}


def _other_operation(subject: Subject) -> Iterator[Written]:
    space, draft = subject.space, subject.draft(good=True)
    alike = space.credits if subject.word in space.credits else space.bets if subject.word in space.bets else ()
    others = [each for each in alike if each != subject.word] or [
        each for each in space.movements if each != subject.word and space.dialect.has_field(each, "id")
    ]
    word = subject.chosen(REPEAT, others)
    carried = {"bet": word in space.of_a_bet, "round": subject.has("round", word), "kind": False}
    kept = {name: value for name, value in draft.items() if carried.get(name, True)}
    yield {word: {"amount": ORDINARY_AGAIN, **kept}}


ORDINARY_AGAIN = "10"


def _in_a_batch(subject: Subject) -> Iterator[Written]:
    draft = subject.draft(good=True)
    yield {subject.word: [{"amount": "1", **subject.role}, draft]}


def _for_the_twin(subject: Subject) -> Iterator[Written]:
    yield {
        _credit_word(subject.space) if subject.word == "rollback" else subject.word: {
            "bet": BET,
            "bet_shape": TWIN_OF_BET,
            "amount": "3",
            **subject.role,
        }
    }


def _undone(subject: Subject) -> Iterator[Written]:
    yield {"rollback": {**_names_of(subject), **subject.role}}


def _undone_twice(subject: Subject) -> Iterator[Written]:
    yield from _undone(subject)
    yield from _undone(subject)


_REPEATS: Mapping[str, Callable[[Subject], Iterator[Written]]] = {
    "same": lambda _: iter([{"resend": SUBJECT}]),
    "mended": _again,
    "other_amount": lambda subject: _again(subject, amount="11"),
    "other_player": _other_player,
    "other_bet": lambda subject: _again(subject, bet=OTHER_BET),
    "other_operation": _other_operation,
    "twin_bet": _for_the_twin,
    "twin": lambda subject: _again(subject, shape=TWINS[subject.row[IDENTIFIER]]),
    "in_a_batch": _in_a_batch,
    "undone": _undone,
    "undone_twice": _undone_twice,
}
