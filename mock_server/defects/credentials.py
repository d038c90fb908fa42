"""Defects of credentials: Basic ones are checked in part, or many wrong ones lock the right ones out."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from harness.contracts import Contract
from harness.model import Operation, Reply, Request
from mock_server.defects.registry import SPORTSBOOK, defect
from mock_server.wallet import Wallet
from mock_server.wire import Answer


class CredentialRule(Wallet):
    """The wallet with user and password already taken from the header."""

    def given(self, headers: Mapping[str, str]) -> tuple[str, str] | None:
        """User and password as sent, or None."""
        scheme, _, encoded = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return None
        return (user, password) if colon else None


@defect(violates="SPB-AUT-02 SPB-AUT-03", contracts=SPORTSBOOK, witnesses={"authentication/wrong_password": "oracle"})
class ChecksTheUserOnly(CredentialRule):
    """Looks whether the user exists, and never at the password."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        given = self.given(headers)
        return "" if given and given[0] == self.credentials[contract.name]["user"] else "the user is unknown"


@defect(violates="SPB-AUT-02 SPB-AUT-03", contracts=SPORTSBOOK, witnesses={"authentication/wrong_user": "oracle"})
class ChecksThePasswordOnly(CredentialRule):
    """Looks whether the password is right, and never whose it is."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        given = self.given(headers)
        return "" if given and given[1] == self.credentials[contract.name]["password"] else "the password is wrong"


@defect(violates="SPB-AUT-02", contracts=SPORTSBOOK, witnesses={"authentication/missing_credentials": "oracle"})
class ChecksCredentialsIfThereAreAny(CredentialRule):
    """Checks credentials when they are sent, and believes a request that has none."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        return super().doubts(contract, name, headers, body) if headers.get("authorization") else ""


@defect(violates="SPB-AUT-03", contracts=SPORTSBOOK, witnesses={"authentication/truncated_password": "oracle"})
class ComparesTheStartOfAPassword(CredentialRule):
    """Compares as much of the password as was sent."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        right = self.credentials[contract.name]
        given = self.given(headers)
        begun = given is not None and given[0] == right["user"] and given[1] and right["password"].startswith(given[1])
        return "" if begun else super().doubts(contract, name, headers, body)


@defect(violates="SPB-AUT-03", contracts=SPORTSBOOK, witnesses={"authentication/password_in_another_case": "oracle"})
class IgnoresTheCaseOfAPassword(CredentialRule):
    """Compares passwords in a database that takes capital and small letters for the same."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        right = self.credentials[contract.name]
        given = self.given(headers)
        same = given is not None and given[0] == right["user"] and given[1].casefold() == right["password"].casefold()
        return "" if same else super().doubts(contract, name, headers, body)


@defect(violates="SPB-AUT-01", contracts=SPORTSBOOK, witnesses={"authentication/correct_credentials": "preflight"})
class WantsABearer(CredentialRule):
    """Wants the credentials under another scheme than Basic."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        scheme, space, encoded = headers.get("authorization", "").partition(" ")
        if scheme != "Bearer":
            return "the token is missing"
        return super().doubts(contract, name, {**headers, "authorization": f"Basic{space}{encoded}"}, body)


@defect(violates="SPB-AUT-02", contracts=SPORTSBOOK, witnesses={"authentication/forged_settlement": "oracle"})
class LeavesSettlementsOpen(Wallet):
    """Checks the credentials of every operation but settlements, which come in bursts."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        return "" if name == "settlement" else super().doubts(contract, name, headers, body)


@defect(violates="SPB-AUT-02 SPB-AUT-03", contracts=SPORTSBOOK, witnesses={"authentication/wrong_password": "code"})
class ForbidsInsteadOfAsking(Wallet):
    """Answers wrong credentials with 403 and a code of its own."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        if answer.status != 401:
            return answer
        return answer._replace(status=403, body=b'{"errorCode":"FORBIDDEN","description":"go away"}')


@defect(violates="SPB-AUT-02", contracts=SPORTSBOOK, witnesses={"authentication/wrong_password": "format"})
class NamesWrongCredentialsOtherwise(Wallet):
    """Answers wrong credentials with 401 and a code of its own."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        if answer.status != 401:
            return answer
        return answer._replace(body=b'{"errorCode":"UNAUTHORIZED","description":"who are you"}')


@defect(
    violates="SPB-AUT-03",
    contracts=SPORTSBOOK,
    witnesses={"authentication/credentials_that_are_nearly_right": "oracle"},
)
class CutsAPasswordAtAColon(CredentialRule):
    """Splits the credentials at every colon, and compares the first two parts."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        right = self.credentials[contract.name]
        given = self.given(headers)
        same = given is not None and (given[0], given[1].partition(":")[0]) == (right["user"], right["password"])
        return "" if same else super().doubts(contract, name, headers, body)


@defect(
    violates="SPB-AUT-03",
    contracts=SPORTSBOOK,
    witnesses={"authentication/credentials_that_are_nearly_right": "oracle"},
)
class IgnoresTheCaseOfAUser(CredentialRule):
    """Looks a user up in a database that takes capital and small letters for the same."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        right = self.credentials[contract.name]
        given = self.given(headers)
        same = given is not None and given[0].casefold() == right["user"].casefold() and given[1] == right["password"]
        return "" if same else super().doubts(contract, name, headers, body)


@defect(violates="SPB-AUT-02", contracts=SPORTSBOOK, witnesses={"authentication/another_scheme": "oracle"})
class TakesAnyScheme(CredentialRule):
    """Reads the credentials behind the first space, whatever the scheme before it is called."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        scheme, space, encoded = headers.get("authorization", "").partition(" ")
        basic = f"Basic {encoded}" if scheme and space else ""
        return super().doubts(contract, name, {**headers, "authorization": basic}, body)


@defect(
    violates="CAS-SIG-01 SPB-AUT-01",
    witnesses={
        "authentication/wrong_passwords_in_a_row": "oracle",
        "authentication/wrong_users_in_a_row": "oracle",
        "signature/wrong_signatures_in_a_row": "oracle",
        "signature/unknown_keys_in_a_row": "oracle",
    },
)
class LocksThePlatformOut(Wallet):
    """Refuses the next right request after ten wrong ones in a row, so that anybody can lock the platform out."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        doubt = super().doubts(contract, name, headers, body)
        wrong = self.__dict__.get("wrong", 0)
        self.__dict__["wrong"] = wrong + 1 if doubt else 0
        return doubt or ("too many wrong requests" if wrong >= 10 else "")
