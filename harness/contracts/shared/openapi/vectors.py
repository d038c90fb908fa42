"""Worked examples of a contract's authentication: made-up credentials, a body, a time, and the headers of them.

The author of a wallet checks a computation against them. No value is a secret of anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from harness.contracts import Contract, CredentialField, Credentials
from harness.contracts.shared.json_text import parse

Node: TypeAlias = dict[str, Any]

SIGNED_AT_MS = 1_767_225_600_000
"""The time of the examples in Unix milliseconds: the first second of 2026, UTC."""

BEYOND_ASCII = '{"note":"Zoë won 5 €"}'.encode()
"""A body that is no request of any contract. A signature covers any bytes, and these are not ASCII."""


def vectors(contract: Contract) -> tuple[Node, ...]:
    """The examples as JSON values: `what`, `credentials`, `body`, `timestamp`, `text` (if known) and `headers`.

    `timestamp` is in Unix milliseconds. `text` is what is signed or encoded. There is none with key files, with headers
    that differ each time, or with headers beyond ASCII. Raises OSError and JsonError for an example file.
    """
    if any(each.pem for each in contract.credentials):
        return ()
    return tuple(each for each in _worked(contract) if each)


def as_markdown(contract: Contract) -> str:
    """The first example as Markdown, with the shell lines that compute it. Empty if there is none."""
    found = vectors(contract)
    if not found:
        return ""
    first = found[0]
    lines = ["How a request is authenticated, worked out once (more under `x-authentication-vectors`):", "", "```"]
    lines += [f"{name:<15} {value}" for name, value in first["credentials"].items()]
    lines += [f"{name:<15} {first[name]}" for name in ("body", "timestamp", "text") if name in first]
    lines += [f"{name:<15} {value}" for name, value in first["headers"].items()]
    shell = contract.recipe.shell if contract.recipe else ()
    return "\n".join([*lines, "```", *(["", "```sh", *shell, "```"] if shell else []), ""])


def _worked(contract: Contract) -> Iterator[Node]:
    body = _shortest_example(contract)
    yield _vector(contract, "a published request", _plain(contract), body)
    yield _vector(
        contract, "text beyond ASCII, in the body and in what is secret", _beyond_ascii(contract), BEYOND_ASCII
    )


def _vector(contract: Contract, what: str, credentials: Credentials, body: bytes) -> Node:
    headers = contract.sign(body, credentials, SIGNED_AT_MS)
    alike = headers == contract.sign(body, credentials, SIGNED_AT_MS)
    if not alike or not all(value.isascii() for _, value in headers):
        return {}
    recipe = contract.recipe
    text = recipe.text(dict(headers), body, credentials) if recipe and recipe.text else None
    return {
        "what": what,
        "credentials": dict(credentials),
        "body": body.decode(),
        "timestamp": SIGNED_AT_MS,
        **({} if text is None else {"text": text}),
        "headers": dict(headers),
    }


def _shortest_example(contract: Contract) -> bytes:
    """The shortest published request as the platform writes it. An empty object if none is published."""
    paths = (contract.schemas / "examples" / f"{name}.request.json" for name in contract.specs)
    bodies = [contract.stringify(parse(path.read_bytes())) for path in paths if path.exists()]
    return min(bodies, key=len, default=b"{}")


def _plain(contract: Contract) -> Credentials:
    return contract.made_up(lambda each: f"example-{each.name.replace('_', '-')}")


def _beyond_ascii(contract: Contract) -> Credentials:
    def text(each: CredentialField) -> str:
        return f"exämple: {each.name} €" if each.secret else f"example-{each.name.replace('_', '-')}"

    return contract.made_up(text)
