"""Decides whether a secret is so short or so common that ordinary text may hold it by chance.

Such a secret cannot be hidden everywhere: prose, ids and shell lines would lose words that have nothing to do with it.
"""

from __future__ import annotations

import re
from functools import cache

from harness.contracts import BUNDLED, load

SHORTEST = 8
"""A shorter secret occurs in ordinary text."""

_WORDS = """
    abcdefgh access account accounts administrator admin123 andreas anonymous asdfghjk baseball business changeit
    changeme changethis character computer configuration confidential connection corporate customer database default
    defaults demodemo developer developers development directory document dragonfly dummydummy elephant environment
    everyone everything examples external football forgotten function gateway generator guestguest hardcoded headline
    identity information insecure integration internal internet invisible iloveyou keyboard language letmein1
    localhost michelle monitoring mountain mustang1 notasecret nothing1 notebook operator operators otherwise partners
    passcode passphrase password password1 password12 password123 passwords passw0rd platform platforms playground
    postgres princess private1 production provider qwertyui qwerty12 qwerty123 qwertyuiop question reference
    replaceme response sandboxes sandbox1 secret12 secret123 secrets1 secretkey security separator services settings
    signature signatures simulator something staging1 starwars statement strength sunshine superman supersecret
    superuser telephone temporary testing1 testpass testtest testuser test1234 testing123 together tomorrow training
    transaction transactions trustno1 undefined universe username validate validation verified vagrant1 wallet12
    wallet123 warehouse watching welcome1 whatever wireless workshop yesterday yourself
"""


def is_weak(secret: str) -> bool:
    """True if a secret is shorter than `SHORTEST`, only digits of less than twice that, or a common word."""
    if len(secret) < SHORTEST:
        return True
    return (secret.isdecimal() and len(secret) < 2 * SHORTEST) or secret.lower() in _vocabulary()


@cache
def _vocabulary() -> frozenset[str]:
    """Common passwords, and every long word of the bundled contracts' requirements, operations and titles."""
    texts = [_WORDS]
    for contract in map(load, BUNDLED):
        texts += [contract.name, contract.title, *contract.specs, *contract.words]
        texts += [each.text for each in contract.requirements.values()]
    return frozenset(re.findall(rf"[a-z0-9]{{{SHORTEST},}}", " ".join(texts).lower()))
