"""Properties against an independent wallet: what a sound one says is accepted, and money that is altered is not.

The wallet of `sound_wallet` shares nothing with the oracle. Its character, the requests, the losses, the delays and
the overlaps are drawn at random, from a seed that a failure prints.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_account import believed, event, refusal
from oracle_requests import READ, bet, pay, reward, rollback, unsettle
from sound_wallet import Answer, Character, SoundWallet

from harness.model import Amount, Bet, GetBalance, Rollback, Single
from harness.oracle import STRICT, Belief, Event, Judgement, judge, lost

SEEDS = settings(max_examples=150, deadline=None, derandomize=True)
AMOUNTS = (0, 1, 5, 5, 10, 20, 40)


def requests(random: Random, *, shared_ids: bool) -> Single:
    """A request out of a small world, so that ids, bets and amounts meet again."""

    def name(kind: str) -> str:
        return f"{'t' if shared_ids else kind}{random.randrange(4)}"

    amount = random.choice(AMOUNTS)
    reference = random.choice(["", "x1", "x2", name("b"), name("b")])
    match random.randrange(10):
        case 0 | 1 | 2:
            return bet(name("b"), amount, random.choice(["", "x1", "x2"]))
        case 3 | 4:
            return pay(name("p"), amount, reference)
        case 5:
            return reward(name("w"), amount)
        case 6:
            return unsettle(name("u"), amount, reference)
        case 7 | 8:
            return rollback(name("r"), name("b"), random.choice(["", "x1", "x2"]))
    return READ


def told(item: Single, answer: Answer, at: tuple[int, int] = (0, 10)) -> Event:
    return event(item, answer.balance, at=at) if answer.accepted else refusal(item, at=at)


@dataclass(frozen=True)
class Round:
    """One window of a history: what was lost on the way in, then what was answered, at once where there is more."""

    lost: tuple[Event, ...]
    answered: tuple[Event, ...]
    answers: tuple[Answer, ...]


def sequential(random: Random, wallet: SoundWallet, *, losses: float, shared_ids: bool) -> Iterator[Round]:
    """Requests one after the other. A lost one is worked at once, later, or never."""
    flying: list[Single] = []
    for _ in range(random.randrange(4, 14)):
        while flying and random.random() < 0.4:
            wallet.ask(flying.pop(random.randrange(len(flying))))
        item = requests(random, shared_ids=shared_ids)
        if random.random() < losses:
            if random.random() < 0.5:
                wallet.ask(item)
            else:
                flying.append(item)
            yield Round((event(item),), (), ())
        else:
            answer = wallet.ask(item)
            yield Round((), (told(item, answer),), (answer,))
    yield Round((), (event(READ, wallet.balance),), (Answer(True, wallet.balance),))


def concurrent(
    random: Random, wallet: SoundWallet, *, losses: float = 0, shared_ids: bool = False, changing: bool = True
) -> Iterator[Round]:
    """Rounds of overlapping requests: each is worked at one moment within its interval.

    Unless they are `changing`, requests of one id are always the same.
    """
    first: dict[str, Single] = {}
    for _ in range(random.randrange(1, 4)):
        items = [requests(random, shared_ids=shared_ids) for _ in range(random.randrange(2, 7))]
        if not changing:
            items = [first.setdefault(getattr(item, "id", ""), item) for item in items]
        items += random.choices(items, k=random.randrange(3))
        random.shuffle(items)
        gone: list[Event] = []
        answered: list[Event] = []
        answers: list[Answer] = []
        for moment, item in enumerate(items):
            if random.random() < losses:
                gone.append(event(item))
                if random.random() < 0.7:
                    wallet.ask(item)
                continue
            at = (10 * (moment - random.randrange(4)), 10 * (moment + random.randrange(4)) + 5)
            answers.append(wallet.ask(item))
            answered.append(told(item, answers[-1], at))
        yield Round(tuple(gone), tuple(answered), tuple(answers))
    yield Round((), (event(READ, wallet.balance),), (Answer(True, wallet.balance),))


def wallet_of(random: Random) -> SoundWallet:
    return SoundWallet(random.choice([0, 10, 30, 60]), Character.drawn(random))


def follow(books: tuple[Belief, ...], part: Round) -> tuple[tuple[Belief, ...], Judgement | None]:
    for each in part.lost:
        books = lost(books, each)
    if not part.answered:
        return books, None
    judgement = judge(books, part.answered, racing=len(part.answered) > 1)
    return judgement.beliefs, judgement


def explain(start: Amount, rounds: Sequence[Round]) -> str:
    lines = [f"start {start}"]
    for part in rounds:
        lines += [f"  lost     {each.item}" for each in part.lost]
        lines += [f"  {each.balance if each.accepted else 'refused'!s:8} {each.item}" for each in part.answered]
    return "\n".join(lines)


def accept_all(start: Amount, rounds: Sequence[Round]) -> None:
    """Every answer of a sound wallet is possible, and no leniency is needed."""
    books: tuple[Belief, ...] = (believed(start),)
    for number, part in enumerate(rounds):
        books, judgement = follow(books, part)
        if judgement is not None:
            story = explain(start, rounds[: number + 1])
            assert judgement.finding is None, f"{judgement.finding}\n{story}"
            assert not judgement.undecided, story
            assert judgement.leniency == STRICT, story


@SEEDS
@given(st.integers(0, 2**32), st.booleans())
def test_a_sound_wallet_is_believed_one_request_at_a_time(seed: int, shared_ids: bool) -> None:
    random = Random(seed)
    wallet = wallet_of(random)
    start = wallet.balance
    accept_all(start, list(sequential(random, wallet, losses=0, shared_ids=shared_ids)))


@SEEDS
@given(st.integers(0, 2**32))
def test_a_sound_wallet_is_believed_whatever_answers_are_lost(seed: int) -> None:
    random = Random(seed)
    wallet = wallet_of(random)
    start = wallet.balance
    accept_all(start, list(sequential(random, wallet, losses=0.25, shared_ids=False)))


@SEEDS
@given(st.integers(0, 2**32), st.booleans())
def test_a_sound_wallet_is_believed_under_concurrency(seed: int, shared_ids: bool) -> None:
    random = Random(seed)
    wallet = wallet_of(random)
    start = wallet.balance
    accept_all(start, list(concurrent(random, wallet, shared_ids=shared_ids)))


@SEEDS
@given(st.integers(0, 2**32))
def test_a_sound_wallet_is_believed_under_concurrency_with_lost_answers(seed: int) -> None:
    random = Random(seed)
    wallet = wallet_of(random)
    start = wallet.balance
    accept_all(start, list(concurrent(random, wallet, losses=0.15)))


# ----------------------------------------------------------------------------------------------------------------------
# One alteration of money


def reject(start: Amount, rounds: Sequence[Round], at: int) -> None:
    """Everything before the altered answer is possible, and that answer is not."""
    books: tuple[Belief, ...] = (believed(start),)
    for part in rounds[:at]:
        books, _ = follow(books, part)
    _, judgement = follow(books, rounds[at])
    assert judgement is not None
    assert judgement.finding is not None, explain(start, rounds[: at + 1])


def altered(part: Round, **fields: object) -> Round:
    return Round((), (replace(part.answered[0], **fields),), part.answers)  # type: ignore[arg-type]


@SEEDS
@given(st.integers(0, 2**32), st.integers(-50, 50).filter(bool))
def test_an_answer_to_a_new_transaction_or_a_read_that_shows_other_money_is_rejected(seed: int, by: int) -> None:
    random = Random(seed)
    wallet = wallet_of(random)
    start = wallet.balance
    rounds = list(sequential(random, wallet, losses=0, shared_ids=False))
    for at, part in enumerate(rounds):
        item, answer = part.answered[0].item, part.answers[0]
        could_be_kept = isinstance(item, Rollback) and by == -answer.moved
        if isinstance(item, GetBalance) or (answer.fresh and answer.accepted and not could_be_kept):
            balance = answer.balance
            assert balance is not None
            reject(start, [*rounds[:at], altered(part, balance=balance + by)], at)


@SEEDS
@given(st.integers(0, 2**32))
def test_a_bet_is_refused_only_and_always_for_lack_of_money(seed: int) -> None:
    random = Random(seed)
    wallet = wallet_of(random)
    start = wallet.balance
    rounds = list(sequential(random, wallet, losses=0, shared_ids=False))
    seen: set[str] = set()
    for at, part in enumerate(rounds):
        item = part.answered[0].item
        if isinstance(item, Bet) and item.id not in seen and item.amount and part.answers[0].fresh:
            flipped = altered(part, accepted=not part.answers[0].accepted, balance=None)
            reject(start, [*rounds[:at], flipped], at)
        seen |= {item.id} if isinstance(item, Bet) else set()


@SEEDS
@given(st.integers(0, 2**32), st.sampled_from([-1, 1]))
def test_money_that_lost_answers_cannot_explain_is_rejected(seed: int, sign: int) -> None:
    random = Random(seed)
    wallet = wallet_of(random)
    start = wallet.balance
    rounds = list(sequential(random, wallet, losses=0.25, shared_ids=False))
    stakes = sum(max(AMOUNTS) for part in rounds for _ in part.lost)
    end = altered(rounds[-1], balance=wallet.balance + sign * (2 * stakes + 1))
    reject(start, [*rounds[:-1], end], len(rounds) - 1)


@SEEDS
@given(st.integers(0, 2**32), st.integers(-50, 50).filter(bool))
def test_after_a_race_every_other_balance_is_rejected(seed: int, by: int) -> None:
    random = Random(seed)
    wallet = wallet_of(random)
    start = wallet.balance
    rounds = list(concurrent(random, wallet, changing=False))
    reject(start, [*rounds[:-1], altered(rounds[-1], balance=wallet.balance + by)], len(rounds) - 1)


@SEEDS
@given(st.integers(0, 2**32))
def test_answers_that_show_the_balance_after_the_race_cost_a_warning_at_most(seed: int) -> None:
    random = Random(seed)
    wallet = wallet_of(random)
    wallet.character = replace(wallet.character, cached=False)
    books: tuple[Belief, ...] = (believed(wallet.balance),)
    for part in concurrent(random, wallet):
        late = tuple(
            replace(each, balance=wallet.balance) if each.accepted and answer.moved else each
            for each, answer in zip(part.answered, part.answers, strict=True)
        )
        books, judgement = follow(books, replace(part, answered=late))
        assert judgement is not None
        assert judgement.finding is None
