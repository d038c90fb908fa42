"""Makes the whole document and each operation in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

from harness import __version__
from harness.contracts import Contract, OperationSpec
from harness.contracts.shared.json_text import JsonError, parse
from harness.contracts.shared.openapi.components import Components
from harness.contracts.shared.openapi.links import links
from harness.contracts.shared.openapi.refusals import Refusal, refusals
from harness.contracts.shared.openapi.vectors import as_markdown, vectors
from harness.model import Requirement

Node: TypeAlias = dict[str, Any]

OPENAPI_VERSION = "3.1.0"
SERVER = "https://wallet.example"
"""The operator replaces it by their own address. RFC 2606 reserves the name for examples."""

_INTRODUCTION = """\
Written by walletproof from the contract's schemas and requirements. The operator implements it, the platform calls it.

A MUST fails a wallet, a SHOULD is a warning, a MAY is only reported; a constraint marked `x-level: SHOULD` is advice.
What holds for every operation:
"""


class OpenApiError(Exception):
    """No document can be made of a contract. The text names the file and its error."""


def document(contract: Contract, server: str = "", operations: Collection[str] = ()) -> Node:
    """The OpenAPI document of a contract as JSON values; examples hold decimal money as `decimal.Decimal`.

    `server` is the wallet's base URL, by default an invented one. The document has the given operations, by default
    all. Raises OpenApiError for schema or example files that are missing or invalid.
    """
    names = [name for name in contract.specs if not operations or name in operations]
    components = Components(contract.schemas)
    try:
        paths = {contract.specs[name].path: {"post": _operation(contract, name, names, components)} for name in names}
        worked, about = list(vectors(contract)), _about(contract)
    except (OSError, JsonError) as error:
        raise OpenApiError(f"contract {contract.name}: {error}") from None
    schemes = dict(contract.security or _by_headers(contract))
    return {
        "openapi": OPENAPI_VERSION,
        "info": {"title": contract.title, "version": __version__, "description": about},
        "servers": [{"url": server or f"{SERVER}/{contract.name}"}],
        "security": [{name: [] for name in schemes}],
        "tags": [
            {"name": "core", "description": "Certified for every wallet."},
            {"name": "capability", "description": "A wallet may lack it; its scenarios are then skipped."},
        ],
        "paths": paths,
        "components": {"schemas": components.schemas, "securitySchemes": schemes},
        "x-requirements": [_as_node(each) for each in _general(contract)],
        **({"x-authentication-vectors": worked} if worked else {}),
    }


# ----------------------------------------------------------------------------------------------------------------------
# One operation


def _operation(contract: Contract, name: str, names: Collection[str], components: Components) -> Node:
    spec = contract.specs[name]
    request, answer = (contract.schemas / f"{name}.{side}.json" for side in ("request", "response"))
    components.add_error()
    demanded = [each for each in contract.requirements.values() if name in _operations_of(each)]
    return {
        "operationId": name,
        "summary": f"{name.replace('_', ' ').capitalize()}{' (core)' if spec.core else ''}",
        "description": "\n".join([*_traits(spec), *_bullets(demanded)]),
        "tags": ["core" if spec.core else "capability"],
        "requestBody": {
            "required": True,
            "content": _content(components.add(name, "request", request), _example(contract, name, "request")),
        },
        "responses": _responses(
            components.add(name, "response", answer),
            components.error,
            _example(contract, name, "response"),
            refusals(contract, name),
            links(contract, name, names),
        ),
        "x-requirements": [_as_node(each) for each in demanded],
    }


def _traits(spec: OperationSpec) -> list[str]:
    return [
        text
        for holds, text in (
            (spec.batch, "A batch: its items stand alone, and each is answered for itself.\n"),
            (spec.retried, "The platform sends it again, byte for byte, when no answer came.\n"),
            (spec.path_inferred, "The published page does not print this path; it follows from its siblings.\n"),
        )
        if holds
    ]


def _responses(
    answer: Node, error: Node, example: Mapping[str, Node], known: Collection[Refusal], following: Node
) -> Node:
    """Success and refusals by HTTP status. If a refusal also has status 200, that status allows both schemas."""
    alike = [each for each in known if each.status < 400]
    schema = {"anyOf": [answer, error]} if alike else answer
    examples: dict[str, Mapping[str, Any]] = {**example, **{each.name: each.example for each in alike}}
    either = "Success, or a refusal: the body says which." if alike else "Success."
    success = {"description": either, "content": _content(schema, examples)}
    found: Node = {"200": {**success, **({"links": following} if following else {})}}
    for status in sorted({each.status for each in known if each.status >= 400}):
        here = [each for each in known if each.status == status]
        words = ", ".join(each.name.replace("_", " ") for each in here)
        found[str(status)] = {
            "description": f"Refused, and no money moved: {words}.",
            "content": _content(error, {each.name: each.example for each in here}),
        }
    found["4XX"] = {"description": "Any other refusal; no money moved.", "content": _content(error, {})}
    found["5XX"] = {
        "description": "Better avoided. With an error of the contract's shape it is a refusal; without one nobody can "
        "know whether the money moved."
    }
    return found


def _content(schema: Node, examples: Mapping[str, Mapping[str, Any]]) -> Node:
    return {"application/json": {"schema": schema, **({"examples": dict(examples)} if examples else {})}}


def _example(contract: Contract, name: str, side: str) -> dict[str, Node]:
    """The example in the schema folder; empty if there is none."""
    path = contract.schemas / "examples" / f"{name}.{side}.json"
    return (
        {"success" if side == "response" else "request": {"value": parse(path.read_bytes())}} if path.exists() else {}
    )


# ----------------------------------------------------------------------------------------------------------------------
# The requirements


def _operations_of(requirement: Requirement) -> set[str]:
    return {operation for operation, _, _ in (*requirement.answers_for, *requirement.in_its_scenarios)}


def _general(contract: Contract) -> list[Requirement]:
    """The requirements that concern all operations, or no particular one."""
    return [each for each in contract.requirements.values() if not _operations_of(each) - {"*"}]


def _bullets(requirements: Collection[Requirement]) -> list[str]:
    return [f"* **{each.level}** {each.text} (`{each.id}`)" for each in requirements]


def _as_node(requirement: Requirement) -> Node:
    return {
        "id": requirement.id,
        "level": str(requirement.level),
        "text": requirement.text,
        "clause": requirement.clause,
    }


def _about(contract: Contract) -> str:
    worked = as_markdown(contract)
    return "\n".join([_INTRODUCTION, *_bullets(_general(contract)), *(["", worked] if worked else [])])


def _by_headers(contract: Contract) -> dict[str, Node]:
    """The security schemes of a contract that defines none: its required headers."""
    return {name: {"type": "apiKey", "in": "header", "name": name} for name in contract.required_headers}
