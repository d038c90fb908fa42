"""What a contract is: a value made of functions, both directions of one wire.

Each folder here but `shared` is a bundled contract: a package with a `CONTRACT` of this type. A private contract is
such a package elsewhere; `load("my.module")` finds it by its import name.
"""

from __future__ import annotations

import importlib
import pkgutil
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import TypeAlias

from harness.contracts.shared.authentication import (
    CredentialField,
    Credentials,
    Forgery,
    Recipe,
    Remedy,
    Shell,
    by_name,
    forgery,
)
from harness.contracts.shared.day import Days
from harness.contracts.shared.json_text import JsonError
from harness.contracts.shared.requirements import CONSERVATION, RequirementsError
from harness.contracts.shared.schema import check
from harness.model import (
    Amount,
    Level,
    Message,
    Operation,
    Outcome,
    Policy,
    Problem,
    Reply,
    Request,
    Requirement,
    Situation,
)

SHARED = "shared"

BUNDLED = tuple(sorted(each.name for each in pkgutil.iter_modules(__path__) if each.ispkg and each.name != SHARED))
"""The names of the bundled contracts: the folders of this package but `shared`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationSpec:
    """One operation of a contract. `core` operations are certified for every wallet, the others are capabilities."""

    name: str
    path: str
    core: bool = False
    batch: bool = False
    retried: bool = False
    """Whether the platform sends it again after a failure."""
    after_session: bool = False
    """Whether the platform sends it after the player's session has ended: a wallet must not refuse it for that."""
    path_inferred: bool = False
    """The document does not print this path; it was inferred from its siblings."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a response means: the reply (None when its fate is unknown), what is wrong with its format, and `absent`
    when it says that the operation does not exist.
    """

    reply: Reply | None
    problems: tuple[Problem, ...] = ()
    absent: bool = False


@dataclass(frozen=True, slots=True)
class ExpectedCode:
    """Which outcomes a document gives for a refusal in some situation, and how binding that is."""

    level: Level
    outcomes: frozenset[Outcome]


class BadRequest(Exception):
    """A request that a wallet must refuse before its rules are asked: `outcome` says as what, the text says why."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        """Remember the outcome that the wallet answers with."""
        super().__init__(reason)
        self.outcome = outcome


class UnknownContract(Exception):
    """No contract of that name, or none that can be used: the message says which there are, or what is wrong."""


Decode: TypeAlias = Callable[[Operation, Message, Request], Decoded]


@dataclass(frozen=True, kw_only=True)
class Contract:
    """One wallet contract, in both directions: `encode`, `sign` and `decode` are the platform's side; `verify`,
    `read_request` and `write_reply` are the wallet's.
    """

    name: str
    title: str
    prefix: str
    """Of requirement ids: `CAS`."""
    specs: Mapping[str, OperationSpec]
    """By operation name."""
    words: Mapping[str, str]
    """Scenario words that this contract has, to operation names: `{"pay": "payout", "settle": "settlement"}`."""
    rolls_back_wins: bool = False
    """Whether a rollback may undo a win, too."""
    kinds: Mapping[str, tuple[str, ...]]
    """Operation name to the `kind` words its requests may carry, the default first; absent when it has none."""
    required_headers: tuple[str, ...]
    """Lower-case names of the headers that a request must carry to be believed."""
    credentials: tuple[CredentialField, ...]
    """The values that the platform proves itself with."""
    schemas: Path
    """The folder of the schemas, the requirements and the examples."""
    requirements: Mapping[str, Requirement]
    policy: Policy
    codes: Mapping[Situation, ExpectedCode]

    wire_unit: Callable[[str], int]
    """The smallest amount of a currency that the wire can carry, in hundred-thousandths."""
    bet_reference: Callable[[str, str], str]
    """What a credit's `bet` field holds, given the bet's transaction id and the bet's own bet id."""
    name_of: Callable[[Operation], str]
    """The operation name of an operation. Raises ValueError for one that the contract does not have."""
    encode: Callable[[Operation, str], dict[str, object]]
    """The JSON object of a request. Decimal money is `decimal.Decimal`. The text is an id that is fresh for each HTTP
    call, also for one that sends a transaction again."""
    stringify: Callable[[object], bytes]
    """A JSON value as the exact bytes that the platform sends."""
    sign: Callable[[bytes, Credentials, int], tuple[tuple[str, str], ...]]
    """The headers that authenticate a body at a Unix time in milliseconds, `content-type` included."""
    forgeries: Mapping[str, Forgery]
    """Ways to spoil a well-signed request's authentication, by name."""
    authentic: str = ""
    """The id of the requirement that a rightly authenticated request is accepted."""
    unbelieved: Callable[[bytes], Remedy] | None = None
    """What is probably wrong with a wallet that refuses a well-signed request with this body."""
    narrowed_fields: Mapping[str, str] = field(default_factory=dict)
    """Wire fields whose wrong JSON narrows the situation `malformed`: `{"amount": "wrong_type"}`."""
    signatures: tuple[str, ...] = ()
    """Lower-case names of headers that hold a signature: reports show the beginning of each."""
    clock_tolerance_seconds: int = 0
    """How far the clocks of platform and wallet may differ before a good signature is refused; 0 when authentication
    knows no time."""
    recipe: Recipe | None = None
    """How to authenticate a request by hand; reports show it."""
    security: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The same for an OpenAPI document: its security schemes by name, all of which a request needs. Without any the
    document names `required_headers`."""
    scenarios: Path | None = None
    """The folder of a private contract's own scenarios. Those of the bundled contracts are bundled."""
    decode: Decode
    """What a response says to a request, which is as it was sent. Never raises: whatever the wallet sends becomes a
    reply or problems."""
    verify: Callable[[Mapping[str, str], bytes, Credentials, int], str]
    """Why a request is not to be believed, or an empty string. Headers by lower-case name; the last argument is now, in
    milliseconds."""
    read_request: Callable[[str, bytes], Operation]
    """An operation from its name and a request body. Raises `BadRequest`."""
    write_reply: Callable[[Operation | None, Reply, Request], tuple[int, bytes]]
    """HTTP status and body of an answer to a request; the operation is None when the request could not be read."""

    days: Days | None = None
    """The days of the contract's platform, which the mock partner plays; None: it has scenarios only."""

    def path_of(self, operation: Operation) -> str:
        """The documented path of an operation, below the wallet's base URL."""
        return self.specs[self.name_of(operation)].path

    def request(self, operation: Operation, credentials: Credentials, now_ms: int, request_id: str = "") -> Request:
        """A well-formed, well-signed request."""
        body = self.stringify(self.encode(operation, request_id))
        return Request(self.path_of(operation), self.sign(body, credentials, now_ms), body)

    def attribute(self, operation: str, situation: str, wrong: str, own: str = "") -> Requirement:
        """The one requirement that answers for a finding: the most specific match, else conservation.

        `own` is the requirement of the scenario that is judged: it comes first for what it answers for there alone.
        """
        parts = (operation, "*"), (situation, situation.partition(".")[0], "*"), (wrong, "*")
        triples = [(a, b, c) for b in parts[1] for a in parts[0] for c in parts[2]]
        if own and not set(triples).isdisjoint(self.requirements[own].in_its_scenarios):
            return self.requirements[own]
        for triple in triples:
            if (found := self._answering.get(triple)) is not None:
                return found
        return self.conservation

    @property
    def conservation(self) -> Requirement:
        """The requirement that money is conserved: it answers for every finding that no other one answers for."""
        return self.requirements[f"{self.prefix}-{CONSERVATION}"]

    @property
    def authenticity(self) -> Requirement:
        """The requirement that a rightly authenticated request is accepted; conservation where none is named."""
        return self.requirements[self.authentic] if self.authentic else self.conservation

    @property
    def environment(self) -> tuple[str, ...]:
        """The environment variables of the credentials."""
        return tuple(each.variable for each in self.credentials)

    def made_up(self, text_of: Callable[[CredentialField], str]) -> Credentials:
        """Valid credentials that nobody was given, made of a text for each field."""
        texts = {each: text_of(each) for each in self.credentials}
        return Credentials(**{each.name: each.made(text) if each.made else text for each, text in texts.items()})

    @cached_property
    def mistakes(self) -> tuple[str, ...]:
        """The forgeries that are honest mistakes in signing: pre-flight tries whether the wallet makes one of them."""
        return tuple(each.name for each in self.forgeries.values() if each.mistake)

    @cached_property
    def slips(self) -> Mapping[str, str]:
        """The forgeries that correct a typing error in the credentials, with that error."""
        return {each.name: each.slip for each in self.forgeries.values() if each.slip}

    @cached_property
    def _answering(self) -> Mapping[tuple[str, str, str], Requirement]:
        return MappingProxyType({triple: each for each in self.requirements.values() for triple in each.answers_for})


def load(name: str) -> Contract:
    """The contract of that name: a bundled one, or the `CONTRACT` of an importable module such as `my.module`.

    Raises UnknownContract with the names that would have worked, or with what is wrong with the module.
    """
    if name in BUNDLED:
        bundled: Contract = importlib.import_module(f"{__name__}.{name}").CONTRACT
        return bundled
    contract = getattr(_module(name), "CONTRACT", None)
    if not isinstance(contract, Contract):
        raise UnknownContract(f"module {name!r} has no CONTRACT of type harness.contracts.Contract")
    for complaint in _complaints(contract):
        raise UnknownContract(f"the contract of module {name!r} cannot be used: {complaint}")
    return contract


def _module(name: str) -> ModuleType:
    """A module of somebody else's, which may fail in any way. Raises UnknownContract."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or str(error)
        if missing == name or name.startswith(f"{missing}."):
            close = get_close_matches(name, BUNDLED)
            raise UnknownContract(
                f"no contract {name!r}: {f'did you mean {close[0]}? ' if close else ''}"
                f"the bundled ones are {', '.join(BUNDLED)}, and no module {missing!r} is installed{_nearby(missing)}"
            ) from error
        raise UnknownContract(f"module {name!r} needs {missing!r}, which is not installed") from error
    except Exception as error:
        if not name or name.startswith("."):
            raise UnknownContract(
                f"no contract {name!r}: name {' or '.join(BUNDLED)}, or an installed module such as my.module"
            ) from error
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{last.filename}:{last.lineno}"
        if isinstance(error, SyntaxError):
            where = f"{error.filename}:{error.lineno}"
        raise UnknownContract(
            f"module {name!r} cannot be imported: {type(error).__name__}: {str(error)[:300]} ({where})"
        ) from error


def _nearby(module: str) -> str:
    if not any(Path(each).exists() for each in (module, f"{module}.py")):
        return ""
    return ": it lies in this folder, where Python does not look; install it with pip, or set PYTHONPATH to the folder"


def _complaints(contract: Contract) -> Iterator[str]:
    """What would go wrong in the middle of a run: files that are missing or no good, words that lead nowhere."""
    for name in [*(f"{name}.{side}" for name in contract.specs for side in ("request", "response")), "error.response"]:
        path = contract.schemas / f"{name}.json"
        try:
            check(path)
        except OSError as error:
            yield f"schema file {path}: {error.strerror}"
        except JsonError as error:
            yield f"schema file {path}: {error}"
    try:
        len(contract.requirements)
    except RequirementsError as error:
        yield str(error)
    except OSError as error:
        yield f"requirements file {error.filename}: {error.strerror}"
    yield from (f"word {word!r} means {it!r}, which is no operation" for word, it in _astray(contract))
    if not any(spec.core for spec in contract.specs.values()):
        yield "none of its operations is core: mark the one without which a wallet is not worth certifying"
    if contract.scenarios is not None and not contract.scenarios.is_dir():
        yield f"its folder of scenarios {contract.scenarios} does not exist"


def _astray(contract: Contract) -> list[tuple[str, str]]:
    return [(word, name) for word, name in contract.words.items() if name not in contract.specs]


__all__ = [
    "BUNDLED",
    "Amount",
    "BadRequest",
    "Contract",
    "CredentialField",
    "Credentials",
    "Decode",
    "Decoded",
    "ExpectedCode",
    "Forgery",
    "OperationSpec",
    "Recipe",
    "Remedy",
    "Shell",
    "UnknownContract",
    "by_name",
    "forgery",
    "load",
]
