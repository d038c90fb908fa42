"""The operations that the wallet under test has, as far as this run knows."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.contracts import Contract


@dataclass(slots=True)
class Capabilities:
    """The operations that this process has found to be absent from the wallet in this run."""

    absent: set[str] = field(default_factory=set)
    takes_zero: bool = True
    """False if pre-flight has found that the wallet refuses the amount 0."""

    def has(self, contract: Contract, name: str) -> bool:
        """True if the contract has the operation and it was not found to be absent.

        Core operations are never absent.
        """
        spec = contract.specs.get(name)
        return spec is not None and (spec.core or name not in self.absent)
