"""Defects of signatures (casino): not checked, checked in part, or checked over other bytes than those sent."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property

from harness.contracts import BadRequest, Contract
from harness.contracts.casino.authentication import signature
from harness.model import Operation, Outcome
from mock_server.defects.registry import CASINO, EVERY, defect
from mock_server.wallet import Wallet
from mock_server.wire import Answer, refused, request_of

SIGNATURE = "x-signature"
TIMESTAMP = "x-timestamp"
KEY = "x-api-key"


class SignatureRule(Wallet):
    """The wallet with its signature rule split into parts, so that a defect can leave out one of them."""

    def vouch(self, contract: Contract, headers: Mapping[str, str], body: bytes, *, believed: bool) -> str:
        """The remaining doubts if the signature itself is `believed`."""
        if not believed:
            return Wallet.doubts(self, contract, "", headers, body)
        right = signature(body, self.credentials[contract.name]["secret"], headers.get(TIMESTAMP, ""))
        return Wallet.doubts(self, contract, "", {**headers, SIGNATURE: right}, body)

    def secret(self, contract: Contract) -> str:
        """The platform's secret."""
        return self.credentials[contract.name]["secret"]


@defect(
    violates="CAS-SIG-02 CAS-SIG-03 CAS-SIG-04 CAS-SIG-09",
    contracts=CASINO,
    witnesses={"signature/wrong_signature": "oracle", "signature/altered_amount": "oracle"},
)
class ChecksNoSignature(SignatureRule):
    """Wants the three headers to be there, and never computes the signature."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        return self.vouch(contract, headers, body, believed=bool(headers.get(SIGNATURE)))


@defect(violates="CAS-SIG-02", contracts=CASINO, witnesses={"signature/truncated_signature": "oracle"})
class ComparesTheStartOfASignature(SignatureRule):
    """Compares a signature as far as it reaches, so that a part of it is enough."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        right = signature(body, self.secret(contract), headers.get(TIMESTAMP, ""))
        given = headers.get(SIGNATURE, "")
        return self.vouch(contract, headers, body, believed=bool(given) and right.startswith(given))


@defect(violates="CAS-SIG-05", contracts=CASINO, witnesses={"signature/missing_signature": "oracle"})
class ChecksASignatureIfThereIsOne(SignatureRule):
    """Checks a signature when it is sent, and believes a request that has none."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        return self.vouch(contract, headers, body, believed=SIGNATURE not in headers)


@defect(violates="CAS-SIG-04", contracts=CASINO, witnesses={"signature/another_timestamp": "oracle"})
class ForgivesATimestamp(SignatureRule):
    """Believes a signature that was made within the last two minutes, whatever the timestamp beside it says."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        sent = headers.get(TIMESTAMP, "")
        near = (str(int(sent) - seconds * 1000) for seconds in range(121)) if sent.isdecimal() else ()
        given = headers.get(SIGNATURE, "")
        genuine = any(given == signature(body, self.secret(contract), each) for each in near)
        return self.vouch(contract, headers, body, believed=genuine)


@defect(violates="CAS-SIG-01", contracts=CASINO, witnesses={"signature/correct_signature": "preflight"})
class SignsWithoutTheTimestamp(SignatureRule):
    """Computes the signature over the body alone."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        right = hmac.new(self.secret(contract).encode(), body, hashlib.sha256).hexdigest()
        return "" if headers.get(SIGNATURE) == right else "the signature is wrong"


@defect(violates="CAS-SIG-01", contracts=CASINO, witnesses={"signature/correct_signature": "preflight"})
class SignsWithSpaces(SignatureRule):
    """Parses the body and writes it again as its own language does, with spaces, before it computes the signature."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        written = json.dumps(json.loads(body, parse_float=Decimal), ensure_ascii=False).encode()
        right = signature(written, self.secret(contract), headers.get(TIMESTAMP, ""))
        return "" if headers.get(SIGNATURE) == right else "the signature is wrong"


@defect(violates="CAS-SIG-08", contracts=CASINO, witnesses={"signature/non_ascii_text": "oracle"})
class SignsEscapedText(SignatureRule):
    """Writes the body again with every character beyond ASCII escaped before it computes the signature."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        escaped = body.decode("utf-8", "replace").encode("ascii", "backslashreplace")
        return super().doubts(contract, name, headers, body if escaped == body else b"")


@defect(violates="CAS-SIG-08", contracts=CASINO, witnesses={"signature/text_in_many_bytes": "oracle"})
class DecodesPieceByPiece(SignatureRule):
    """Decodes each 64 KiB of a body for itself, which destroys a character that lies across two pieces."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        pieces = (body[begin : begin + 65536] for begin in range(0, len(body), 65536))
        text = "".join(piece.decode("utf-8", "replace") for piece in pieces)
        return super().doubts(contract, name, headers, text.encode("utf-8", "surrogatepass"))


@defect(violates="CAS-SIG-08", contracts=CASINO, witnesses={"signature/text_that_languages_escape": "oracle"})
class SignsEscapedLineSeparators(SignatureRule):
    """Writes the body again with U+2028 and U+2029 escaped before it computes the signature, as some libraries do."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        escaped = body.replace("\u2028".encode(), b"\\u2028").replace("\u2029".encode(), b"\\u2029")
        return super().doubts(contract, name, headers, escaped)


@defect(
    violates="CAS-SIG-01",
    contracts=CASINO,
    witnesses={"signature/correct_signature_of_special_characters": "oracle"},
)
class SignsEscapedMarkup(SignatureRule):
    """Writes the body again with <, > and & escaped before it computes the signature, as some libraries do."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        escaped = body.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")
        right = signature(escaped, self.secret(contract), headers.get(TIMESTAMP, ""))
        mistaken = escaped != body and headers.get(SIGNATURE) != right
        return "the signature is wrong" if mistaken else super().doubts(contract, name, headers, body)


@defect(violates="CAS-SIG-06", contracts=CASINO, witnesses={"signature/unknown_key": "oracle"})
class IgnoresTheKey(SignatureRule):
    """Does not look at x-api-key, so every integration can speak for every other."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        named = (
            {**headers, "x-api-key": self.credentials[contract.name]["api_key"]}
            if headers.get("x-api-key")
            else headers
        )
        return super().doubts(contract, name, named, body)


@defect(violates="CAS-SIG-09", contracts=CASINO, witnesses={"signature/another_secret": "oracle"})
class BelievesAnotherSecret(SignatureRule):
    """Believes the secrets of its other partners, too."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        other = f"{self.secret(contract)}-of-somebody-else"
        right = signature(body, other, headers.get(TIMESTAMP, ""))
        return self.vouch(contract, headers, body, believed=headers.get(SIGNATURE) == right)


@defect(violates="CAS-SIG-09", contracts=CASINO, witnesses={"signature/empty_secret": "oracle"})
class BelievesAnEmptySecret(SignatureRule):
    """Believes a signature without a secret, which is that of a key nobody has configured."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        right = signature(body, "", headers.get(TIMESTAMP, ""))
        return self.vouch(contract, headers, body, believed=headers.get(SIGNATURE) == right)


@defect(violates="CAS-SIG-09", contracts=CASINO, witnesses={"signature/key_as_secret": "oracle"})
class BelievesTheKeyAsSecret(SignatureRule):
    """Believes a signature made with the API key, which is no secret."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        right = signature(body, self.credentials[contract.name]["api_key"], headers.get(TIMESTAMP, ""))
        return self.vouch(contract, headers, body, believed=headers.get(SIGNATURE) == right)


@defect(violates="CAS-SIG-02", contracts=CASINO, witnesses={"signature/plain_hash": "oracle"})
class BelievesAPlainHash(SignatureRule):
    """Believes a hash without any key, which everybody can compute."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        text = b"|".join((body, headers.get(TIMESTAMP, "").encode()))
        return self.vouch(contract, headers, body, believed=headers.get(SIGNATURE) == hashlib.sha256(text).hexdigest())


@defect(violates="CAS-SIG-03", contracts=CASINO, witnesses={"signature/signature_of_another_body": "oracle"})
class BelievesASignatureOfAnotherBody(SignatureRule):
    """Checks that the signature is a genuine one of the platform, and not what it was made for."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        right = signature(b"{}", self.secret(contract), headers.get(TIMESTAMP, ""))
        return self.vouch(contract, headers, body, believed=headers.get(SIGNATURE) == right)


@defect(violates="CAS-SIG-07", contracts=CASINO, witnesses={"signature/old_timestamp": "expectation"})
class BelievesForEver(SignatureRule):
    """Believes a signature however old it is, so whoever recorded a request can send it again."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        sent = headers.get(TIMESTAMP, "")
        now_ms = int(sent) if sent.isdecimal() and len(sent) > 10 else self.now_ms()
        return contract.verify(headers, body, self.credentials[contract.name], now_ms)


@defect(
    violates="CAS-SIG-10",
    contracts=CASINO,
    witnesses={
        "signature/timestamp_in_seconds": "expectation",
        "signature/timestamp_that_is_no_number": "expectation",
    },
)
class TakesAnyTimestamp(SignatureRule):
    """Takes whatever was signed for a timestamp: seconds, and words."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        sent = headers.get(TIMESTAMP, "")
        if not sent or len(sent) > 10 or headers.get("x-api-key") != self.credentials[contract.name]["api_key"]:
            return super().doubts(contract, name, headers, body)
        right = signature(body, self.secret(contract), sent)
        return "" if headers.get(SIGNATURE) == right else "the signature is wrong"


@defect(violates="CAS-SIG-02 CAS-SIG-03", contracts=CASINO, witnesses={"signature/forged_bet": "oracle"})
class LeavesOneOperationOpen(Wallet):
    """Checks the signature of every operation but bets, which were moved to another service."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        return "" if name == "bet" else super().doubts(contract, name, headers, body)


@defect(
    violates=(
        "CAS-BAL-01 CAS-CON-01 CAS-SIG-02 CAS-SIG-03 CAS-SIG-04 CAS-SIG-05 CAS-SIG-06 CAS-SIG-09 "
        "SPB-AUT-02 SPB-AUT-03 SPB-BAL-01"
    ),
    contracts=EVERY,
    witnesses={"signature/wrong_signature": "conservation", "authentication/wrong_password": "conservation"},
)
class BooksBeforeItBelieves(Wallet):
    """Books first and checks who asked then, so a rejected request has moved the money."""

    async def serve(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if doubt := self.doubts(contract, name, headers, body):
            operation = self._operation(contract, name, body)
            if operation is not None:
                await self.handle(contract.name, operation)
            return self.write(
                contract, None, refused(Outcome.UNAUTHENTICATED, doubt), request_of(contract, name, headers, body)
            )
        return await super().serve(contract, name, headers, body)

    def _operation(self, contract: Contract, name: str, body: bytes) -> Operation | None:
        try:
            return self.read(contract, name, body)
        except BadRequest:
            return None


@defect(
    violates="CAS-SIG-02 SPB-AUT-02",
    contracts=EVERY,
    witnesses={
        "signature/forged_request_burns_no_id": "oracle",
        "authentication/forged_request_burns_no_id": "oracle",
    },
)
class BurnsTheIdsOfForgeries(Wallet):
    """Takes note of the ids of requests that it rejects, and refuses the real ones when they come."""

    async def serve(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        ids = set(re.findall(rb'"transactionId":"([^"]*)"', body))
        if self.doubts(contract, name, headers, body):
            self._burnt.update(ids)
        elif ids & self._burnt:
            reply = refused(Outcome.CONFLICT, "this transaction was rejected before")
            return self.write(contract, None, reply, request_of(contract, name, headers, body))
        return await super().serve(contract, name, headers, body)

    @cached_property
    def _burnt(self) -> set[bytes]:
        return set()


class ResolvesUnknownKeys(SignatureRule):
    """The wallet that finds a secret for every API key, also for one that it does not know."""

    def secret_of(self, key: str) -> str:
        """The secret that the wallet takes for that of an unknown key."""
        return key

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        key, right = headers.get(KEY, ""), self.credentials[contract.name]["api_key"]
        genuine = headers.get(SIGNATURE) == signature(body, self.secret_of(key), headers.get(TIMESTAMP, ""))
        if not key or key == right or not genuine:
            return super().doubts(contract, name, headers, body)
        return self.vouch(contract, {**headers, KEY: right}, body, believed=True)


@defect(
    violates="CAS-SIG-06",
    contracts=CASINO,
    witnesses={"signature/unknown_key_signed_with_nothing": "oracle"},
)
class ResolvesAnUnknownKeyToNothing(ResolvesUnknownKeys):
    """Finds no secret for an unknown API key, and verifies the signature with an empty one."""

    def secret_of(self, key: str) -> str:
        return ""


@defect(
    violates="CAS-SIG-06",
    contracts=CASINO,
    witnesses={"signature/unknown_key_signed_with_nothing": "oracle"},
)
class WritesUndefinedForASecret(ResolvesUnknownKeys):
    """Makes text of the secret that it does not find for an unknown API key, and verifies with the word undefined."""

    def secret_of(self, key: str) -> str:
        return "undefined"


@defect(violates="CAS-SIG-06", contracts=CASINO, witnesses={"signature/key_that_is_nearly_right": "oracle"})
class IgnoresTheCaseOfKeys(SignatureRule):
    """Looks an API key up in a database that takes capital and small letters for the same."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        right = self.credentials[contract.name]["api_key"]
        alike = headers.get(KEY, "").casefold() == right.casefold()
        return super().doubts(contract, name, {**headers, KEY: right} if alike else headers, body)


@defect(
    violates="CAS-SIG-03 CAS-SIG-04",
    contracts=CASINO,
    witnesses={
        "signature/accepted_signature_on_another_body": "oracle",
        "signature/accepted_signature_at_another_time": "oracle",
    },
)
class BelievesAKnownSignature(SignatureRule):
    """Keeps the signatures that it has verified, and verifies none of them again."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        given = headers.get(SIGNATURE, "")
        doubt = self.vouch(contract, headers, body, believed=given in self._verified)
        if not doubt:
            self._verified.add(given)
        return doubt

    @cached_property
    def _verified(self) -> set[str]:
        return set()
