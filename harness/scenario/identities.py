"""A seeded source of test data. A run can be repeated, and its ids can be found in the wallet's logs."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

_PROVIDERS = ["faker.providers.person", "faker.providers.internet"]
"""What a user name is made of. Loading the others takes longer than a whole pre-flight."""


@dataclass
class Identities:
    """A source of names from Faker, and of ids that are unique within the run and carry its id."""

    seed: int
    run_id: str
    scope: str = ""

    def __post_init__(self) -> None:
        """Prepare without Faker. Its import takes a tenth of a second, and many runs do not need it."""
        self._random = random.Random(f"{self.seed}/{self.scope}")
        self._faker: object | None = None
        self._faker_is_seeded = False
        self._begun: Counter[str] = Counter()

    def begin(self, name: str) -> None:
        """Begin the sequence of a name, so that its ids do not depend on what was played before.

        A name that begins again has another sequence, because an id must not be used twice.
        """
        self._begun[name] += 1
        self._random = random.Random(f"{self.seed}/{self.scope}/{name}/{self._begun[name]}")
        self._faker_is_seeded = False

    def transaction_id(self) -> str:
        """A fresh transaction id in the shape that platforms use: 36 characters, the first eight the run's id."""
        digits = f"{self._random.getrandbits(112):028x}"
        return f"{self.run_id}-{digits[:4]}-4{digits[5:8]}-a{digits[9:12]}-{digits[12:24]}"

    def number(self) -> str:
        """A fresh player id of eight digits, like those in the published examples."""
        return f"{self._random.randrange(10_000_000, 99_999_999)}"

    def display_name(self) -> str:
        """A display name for a player, followed by the run's id."""
        if self._faker is None:
            from faker import Faker

            self._faker = Faker(use_weighting=False, providers=_PROVIDERS)
        if not self._faker_is_seeded:
            self._faker_is_seeded = True
            self._faker.seed_instance(self._random.getrandbits(64))  # type: ignore[attr-defined]
        return f"{self._faker.user_name()}-{self.run_id}"  # type: ignore[attr-defined]
