"""Docstrings and comments keep the rules of `tests/support/plain_words.py`. Each rule fails for planted breaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest
from plain_words import (
    LONGEST_SENTENCE_WORDS,
    UNCLEAN,
    banned_words,
    docstrings,
    is_unclean,
    long_sentences,
    sentences,
)
from source_tree import PACKAGES, Module, pretend, room_of, sources

Rule = Callable[[Iterable[Module]], Iterator[str]]
RULES: tuple[Rule, ...] = (long_sentences, banned_words)

FULL = " ".join(["word"] * LONGEST_SENTENCE_WORDS)
LONG = f"{FULL} more"


@pytest.mark.parametrize("rule", RULES)
def test_the_project_keeps(rule: Rule) -> None:
    every = [each for each in sources(*PACKAGES) if not is_unclean(each)]
    assert sum(1 for each in every for _ in docstrings(each)) > 1000
    complaints = list(rule(every))
    assert not complaints, "\n".join(["", *complaints])


@pytest.mark.parametrize("room", UNCLEAN)
def test_a_clean_room_leaves_the_table(room: str) -> None:
    inside = [each for each in sources(*PACKAGES) if room_of(each.name, (room,))]
    assert any(list(rule(inside)) for rule in RULES), f"{room} is clean: remove it from UNCLEAN"


@pytest.mark.parametrize(
    "text",
    [
        f'"""{LONG}."""',
        f'"""Short.\n\n{LONG}.\n"""',
        f'"""Short. {LONG}. Short."""',
        f'"""Items:\n\n* short;\n* {LONG}.\n"""',
        f'class A:\n    """{LONG}."""',
        f'def f():\n    """{LONG}."""',
        f'async def f():\n    """{LONG}."""',
        f'class A:\n    def _f(self):\n        """{LONG}."""',
        f'SIZE = 1\n"""{LONG}."""',
        f'class A:\n    size: int\n    """{LONG}."""',
        f'if True:\n    pass\nelse:\n    SIZE = 1\n    """{LONG}."""',
        f'"""{FULL} `code and more code`."""',
    ],
)
def test_a_long_sentence_is_found(text: str) -> None:
    assert list(long_sentences([pretend("harness.model", text)]))


@pytest.mark.parametrize(
    "text",
    [
        f'"""{FULL}."""',
        f'"""{FULL}. Word {FULL[5:]}."""',
        f'"""{FULL}. `code` {FULL[5:]}."""',
        f'"""{FULL[5:]} `code of many words`."""',
        f'"""{FULL}\n\n{FULL}"""',
        f'"""Items:\n\n* {FULL}\n* {FULL}\n"""',
        f'MESSAGE = "{LONG}"',
        f'print("{LONG}")',
    ],
)
def test_a_short_sentence_is_allowed(text: str) -> None:
    assert not list(long_sentences([pretend("harness.model", text)]))


@pytest.mark.parametrize(
    "text",
    [
        '"""The oracle is told the facts."""',
        'class A:\n    """The house\'s rules."""',
        'def f():\n    """Whoever sent it."""',
        'SIZE = 1\n"""Nobody\'s business."""',
        "x = 1  # what was heard of it",
        "# The thirsty ones first.",
        '"""A dry answer."""',
    ],
)
def test_a_banned_word_is_found(text: str) -> None:
    assert list(banned_words([pretend("harness.model", text)]))


@pytest.mark.parametrize(
    "text",
    [
        '"""A dry run, and two dry-runs."""',
        '"""Calls `tell` with each stage."""',
        'told = "told"',
        '"""What the wallet said, and who has seen it."""',
        "# household",
    ],
)
def test_an_ordinary_word_is_allowed(text: str) -> None:
    assert not list(banned_words([pretend("harness.model", text)]))


def test_sentences_end_where_a_reader_ends_them() -> None:
    text = "One `a. B`. `two` follows (RFC 1, 2.3). Three: four; five.\n\n* six\n* seven"
    assert list(sentences(text)) == ["One X.", "X follows (RFC 1, 2.3).", "Three: four; five.", "six", "seven"]
