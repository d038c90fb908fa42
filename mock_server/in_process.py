"""The wallet without a socket: it takes requests and returns answers in one thread and in a fixed order."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from harness.model import Request
from mock_server.app import App
from mock_server.wire import Answer

Result = TypeVar("Result")


class Waiting(RuntimeError):
    """A coroutine waited for an event from outside, and in process there is none."""


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """The result of a coroutine that waits only for its turn (`asyncio.sleep(0)`). Raises its errors."""
    return run_together([coroutine])[0]


def run_together(coroutines: Sequence[Coroutine[Any, Any, Result]]) -> list[Result]:
    """The results of coroutines that take turns: each runs until it waits, and then the next one runs.

    Raises the error of the first coroutine that fails. Raises `Waiting` if one waits for more than its turn.
    """
    results: dict[int, Result] = {}
    waiting = dict(enumerate(coroutines))
    try:
        while waiting:
            for number, coroutine in list(waiting.items()):
                if _step(coroutine, results, number):
                    del waiting[number]
    finally:
        for coroutine in waiting.values():
            coroutine.close()
    return [results[number] for number in range(len(coroutines))]


def _step(coroutine: Coroutine[Any, Any, Result], results: dict[int, Result], number: int) -> bool:
    try:
        awaited = coroutine.send(None)
    except StopIteration as stop:
        results[number] = stop.value
        return True
    if awaited is not None:
        raise Waiting(f"{coroutine!r} waits for {awaited!r}: in process a rule may only give up its turn")
    return False


class InProcess:
    """An app that is called without a socket. `base` is the path of a contract: a slash and its name."""

    def __init__(self, app: App) -> None:
        """`app` has this one caller. Its wallet must commit at once (`CommitAtOnce`)."""
        self.app = app

    def answer(self, path: str, headers: Mapping[str, str], body: bytes, method: str = "POST") -> Answer:
        """Answer one request. `headers` are by lower-case name."""
        return run(self.app.answer(method, path, headers, body))

    def ask(self, base: str, request: Request) -> Answer:
        """Answer one request of a contract."""
        return self.ask_together(base, (request,))[0]

    def ask_together(self, base: str, requests: Iterable[Request]) -> list[Answer]:
        """Answer requests that are in flight together.

        A sound wallet answers them one after the other. A rule that waits lets the others run, always in the same
        order. So a race is found either every time or never.
        """
        return run_together(
            [
                self.app.answer(
                    request.method,
                    base + request.path,
                    {name.lower(): value for name, value in request.headers},
                    request.body,
                )
                for request in requests
            ]
        )
