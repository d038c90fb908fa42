"""The questions of `walletproof init`. A wrong answer is asked for again when it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from harness.cli.command import UsageProblem
from harness.config.profile import complaint_about_currency, complaint_about_url
from harness.contracts import BUNDLED, Contract, UnknownContract, load
from harness.inert import one_line
from harness.model import Player

_SCHEMES = ("http://", "https://")
_YES, _NO = ("", "y", "yes"), ("n", "no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The content of a profile."""

    urls: Mapping[str, str]
    """The wallet's URL by contract."""
    provision_url: str = ""
    provision_command: str = ""
    players: tuple[tuple[str, Player], ...] = ()
    """Players, each with its contract or with an empty text."""


def loaded(name: str) -> Contract:
    """The contract of a name. Raises UsageProblem."""
    try:
        return load(name)
    except UnknownContract as error:
        raise UsageProblem(f"--contract: {error}") from None


def asked(answers: Answers) -> Answers:
    """The answers, completed by questions. Raises UsageProblem after Ctrl+C and at the end of the input."""
    try:
        urls = {name: _url(f"URL of the wallet by {name}") for name in _contracts()}
        if not (answers.provision_url or answers.provision_command or answers.players):
            answers = replace(answers, provision_url=_url("URL that makes test players (Enter: there is none)", ""))
            if not answers.provision_url:
                answers = replace(answers, players=tuple(("", each) for each in _players(urls)))
    except (EOFError, KeyboardInterrupt):
        print()
        raise UsageProblem("broken off: nothing was written") from None
    return replace(answers, urls=urls)


def wants_check() -> bool:
    """Ask whether the wallet is to be checked now. Ctrl+C and the end of the input are a no."""
    try:
        return _ask("Run `walletproof check` now? [Y/n]", _about_yes_or_no).lower() in _YES
    except (EOFError, KeyboardInterrupt):
        print()
        return False


def _about_yes_or_no(text: str) -> str:
    return "" if text.lower() in (*_YES, *_NO) else "answer y or n"


def _contracts() -> tuple[str, ...]:
    """The names of the contracts, each once."""
    question = f"Contract of the wallet: {', '.join(BUNDLED)}, or the import name of your own; several with commas"
    return _names(_ask(f"{question} [{BUNDLED[0]}]", _about_contracts, default=BUNDLED[0]))


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def _about_contracts(text: str) -> str:
    try:
        for each in _names(text):
            load(each)
    except UnknownContract as error:
        return str(error)
    return "" if _names(text) else "name one contract at least"


def _url(question: str, default: str | None = None) -> str:
    """A URL, or the default for an empty answer. For one without a scheme, the next empty answer means `http://`."""
    proposed = default
    while True:
        shown = f" [{proposed}]" if proposed else ""
        text = _ask(f"{question}{shown}", default=proposed or "")
        if not text and default is not None:
            return default
        if not (complaint := complaint_about_url(text)):
            return text
        completed = f"http://{text}"
        if not text.startswith(_SCHEMES) and text and not complaint_about_url(completed):
            proposed = completed
            print(f"  {one_line(text)} is no URL. Did you mean {one_line(completed)}? Press Enter for that.")
        else:
            print(f"  {complaint}")


def _players(contracts: Iterable[str]) -> Iterator[Player]:
    tokens = any("authenticate" in loaded(name).words for name in contracts)
    print("Test players that exist: three of one currency are enough (Enter: no more)")
    while player := _ask("  id"):
        yield Player(
            id=player,
            currency=_ask("  currency, such as EUR", complaint_about_currency),
            session=_ask("  session"),
            expired_session=_ask("  a session of the player's that has ended (Enter: none)"),
            token=_ask("  one-time token (Enter: none)") if tokens else "",
        )


def _ask(question: str, complaint_about: Callable[[str], str] | None = None, *, default: str = "") -> str:
    """The answer, or the default for an empty one. It is asked for again as long as there is a complaint about it."""
    while True:
        answer = input(f"{question}: ").strip() or default
        if complaint_about is None or not (complaint := complaint_about(answer)):
            return answer
        print(f"  {complaint}")
