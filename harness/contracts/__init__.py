"""The type `Contract`: one wallet contract as a value made of functions, for the platform's side and the wallet's.

Each folder here except `shared` is a bundled contract: a package with a `CONTRACT` of this type. A private contract is
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
"""The names of the bundled contracts: the folders of this package except `shared`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationSpec:
    """One operation of a contract. `core` operations are certified for every wallet, the others are capabilities."""

    name: str
    path: str
    core: bool = False
    batch: bool = False
    retried: bool = False
    """True if the platform sends the request again after a failure."""
    after_session: bool = False
    """True if the platform sends it after the player's session has ended. A wallet must not refuse it for that."""
    path_inferred: bool = False
    """True if the document does not print this path. It was inferred from the paths of the other operations."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The meaning of a response.

    The reply is None if nobody can know whether the wallet processed the request. The problems are errors of format.
    `absent` is True if the response may mean that the wallet does not have the operation.
    """

    reply: Reply | None
    problems: tuple[Problem, ...] = ()
    absent: bool = False


@dataclass(frozen=True, slots=True)
class ExpectedCode:
    """The outcomes that a document prescribes for a refusal in one situation, and how binding they are."""

    level: Level
    outcomes: frozenset[Outcome]


class BadRequest(Exception):
    """A request that a wallet must refuse before it applies its rules. `outcome` is the answer, the text the reason."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        """`outcome` is the outcome that the wallet answers with."""
        super().__init__(reason)
        self.outcome = outcome


class UnknownContract(Exception):
    """No usable contract has that name. The message lists the names that exist, or says what is wrong."""


Decode: TypeAlias = Callable[[Operation, Message, Request], Decoded]


@dataclass(frozen=True, kw_only=True)
class Contract:
    """One wallet contract, for both sides of the wire.

    The platform uses `encode`, `sign` and `decode`. A wallet uses `verify`, `read_request` and `write_reply`.
    """

    name: str
    title: str
    prefix: str
    """The beginning of every requirement id: `CAS`."""
    specs: Mapping[str, OperationSpec]
    """The operations by name."""
    words: Mapping[str, str]
    """The operation name for each scenario word of this contract: `{"pay": "payout", "settle": "settlement"}`."""
    rolls_back_wins: bool = False
    """True if a rollback may also undo a win."""
    kinds: Mapping[str, tuple[str, ...]]
    """The `kind` words of each operation, by operation name, the default first. Operations without kinds are absent."""
    games: tuple[str, ...] = ("game-1",)
    """Game ids of requests for a wallet whose profile names no games. At least one."""
    required_headers: tuple[str, ...]
    """Lower-case names of the headers that every request must have to be authentic."""
    credentials: tuple[CredentialField, ...]
    """The values that the platform authenticates its requests with."""
    schemas: Path
    """The folder of the schemas, the requirements and the examples."""
    requirements: Mapping[str, Requirement]
    policy: Policy
    codes: Mapping[Situation, ExpectedCode]

    wire_unit: Callable[[str], int]
    """The smallest amount of a currency that the wire can carry, in hundred-thousandths."""
    bet_reference: Callable[[str, str], str]
    """The text of a credit's `bet` field, made of the bet's transaction id and its bet id."""
    name_of: Callable[[Operation], str]
    """The name of an operation. Raises ValueError if the contract does not have the operation."""
    encode: Callable[[Operation, str], dict[str, object]]
    """Returns the JSON object of a request; decimal money is `decimal.Decimal`.

    The text is an id of the HTTP call. It is new for each call, also for a call that sends a transaction again."""
    stringify: Callable[[object], bytes]
    """Returns a JSON value as the exact bytes that the platform sends."""
    sign: Callable[[bytes, Credentials, int], tuple[tuple[str, str], ...]]
    """Returns the headers that authenticate a body, `content-type` included. The number is Unix milliseconds."""
    forgeries: Mapping[str, Forgery]
    """Ways to spoil the authentication of a well-signed request, by name."""
    authentic: str = ""
    """The id of the requirement that the wallet accepts an authentic request."""
    unbelieved: Callable[[bytes], Remedy] | None = None
    """Returns what is probably wrong with a wallet that refuses a well-signed request with this body."""
    narrowed_fields: Mapping[str, str] = field(default_factory=dict)
    """Wire fields whose wrong JSON narrows the situation `malformed`: `{"amount": "wrong_type"}`."""
    essential_fields: frozenset[str] | None = None
    """The wire fields without which a wallet must refuse a request. Without another one it should.

    None means every field that the schema requires."""
    signatures: tuple[str, ...] = ()
    """Lower-case names of the headers that hold a signature. Reports show only the beginning of each."""
    clock_tolerance_seconds: int = 0
    """How far the clocks of platform and wallet may differ before the wallet refuses a good signature.

    0 if the authentication does not depend on the time."""
    recipe: Recipe | None = None
    """How to authenticate a request by hand. Reports show it."""
    security: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The security schemes of an OpenAPI document by name. A request needs all of them.

    If there are none, the document names `required_headers`."""
    scenarios: Path | None = None
    """The folder of a private contract's own scenarios. The scenarios of the bundled contracts are part of the
    package."""
    decode: Decode
    """Returns the meaning of a response to the request as it was sent.

    Never raises: any bytes of the wallet become a reply or problems."""
    verify: Callable[[Mapping[str, str], bytes, Credentials, int], str]
    """Returns the reason why a request is not authentic, or an empty string.

    The arguments are headers by lower-case name, the body, the credentials, and now in Unix milliseconds."""
    read_request: Callable[[str, bytes], Operation]
    """Returns an operation, read from its name and a request body. Raises `BadRequest`."""
    write_reply: Callable[[Operation | None, Reply, Request], tuple[int, bytes]]
    """Returns HTTP status and body of an answer. The operation is None if the request could not be read."""

    days: Days | None = None
    """The simulated days of the contract's platform, for the mock partner. None if the contract has scenarios only."""

    def kind_of(self, word: str) -> str:
        """The default kind of the requests of a scenario word. Empty if they carry none, or the word is unknown."""
        return next(iter(self.kinds.get(self.words.get(word, ""), ())), "")

    def path_of(self, operation: Operation) -> str:
        """The documented path of an operation, below the wallet's base URL."""
        return self.specs[self.name_of(operation)].path

    def request(self, operation: Operation, credentials: Credentials, now_ms: int, request_id: str = "") -> Request:
        """A well-formed, well-signed request."""
        body = self.stringify(self.encode(operation, request_id))
        return Request(self.path_of(operation), self.sign(body, credentials, now_ms), body)

    def attribute(self, operation: str, situation: str, wrong: str, own: str = "") -> Requirement:
        """The requirement that a finding breaks: the most specific match, otherwise conservation of money.

        `own` is the id of the requirement of the judged scenario. It comes first for its `in_its_scenarios`.
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
        """The requirement that money is conserved. It answers for every finding that no other requirement covers."""
        return self.requirements[f"{self.prefix}-{CONSERVATION}"]

    @property
    def authenticity(self) -> Requirement:
        """The requirement that the wallet accepts an authentic request; conservation if the contract names none."""
        return self.requirements[self.authentic] if self.authentic else self.conservation

    @property
    def environment(self) -> tuple[str, ...]:
        """The environment variables of the credentials."""
        return tuple(each.variable for each in self.credentials)

    def made_up(self, text_of: Callable[[CredentialField], str]) -> Credentials:
        """Made-up valid credentials, from one text for each field."""
        texts = {each: text_of(each) for each in self.credentials}
        return Credentials(**{each.name: each.made(text) if each.made else text for each, text in texts.items()})

    @cached_property
    def mistakes(self) -> tuple[str, ...]:
        """The forgeries that are common mistakes in signing. Pre-flight finds out whether the wallet makes one."""
        return tuple(each.name for each in self.forgeries.values() if each.mistake)

    @cached_property
    def slips(self) -> Mapping[str, str]:
        """The typing error in the credentials that a forgery corrects, by the forgery's name."""
        return {each.name: each.slip for each in self.forgeries.values() if each.slip}

    @cached_property
    def _answering(self) -> Mapping[tuple[str, str, str], Requirement]:
        return MappingProxyType({triple: each for each in self.requirements.values() for triple in each.answers_for})


def load(name: str) -> Contract:
    """The contract of that name: a bundled one, or the `CONTRACT` of an importable module such as `my.module`.

    Raises UnknownContract with the names that exist, or with what is wrong with the module.
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
    """A private module. Its import may raise any exception, which becomes UnknownContract."""
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
    """Errors in a contract that would stop a run later: missing or invalid files, words without an operation."""
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
    for word, name in contract.words.items():
        if name not in contract.specs:
            yield f"word {word!r} means {name!r}, which is no operation"
    if not any(spec.core for spec in contract.specs.values()):
        yield "none of its operations is core: mark the one without which a wallet is not worth certifying"
    if contract.scenarios is not None and not contract.scenarios.is_dir():
        yield f"its folder of scenarios {contract.scenarios} does not exist"


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
