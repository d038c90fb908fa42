"""What SARIF 2.1.0, GitHub and GitLab ask of the parts of their formats that reports use, as JSON Schemas.

Objects are closed: a property that the format does not have is an error, as it is for a strict reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TEXT: Mapping[str, Any] = {"type": "string", "minLength": 1}
BAG: Mapping[str, Any] = {"type": "object"}
PATH: Mapping[str, Any] = {"type": "string", "minLength": 1, "pattern": r"^(?!/|\./|\.\./|[a-zA-Z]+:)"}
"""A path below the root of a repository: relative, and without a dot at its begin."""


def closed(required: str, **properties: Any) -> dict[str, Any]:
    """An object with these properties and no other. `required` names those that it must have."""
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
        "additionalProperties": False,
    }


def listed(items: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """An array of such items."""
    return {"type": "array", "items": items, **more}


MESSAGE = closed("text", text=TEXT)
LEVEL = {"enum": ["none", "note", "warning", "error"]}
RULE = closed(
    "id shortDescription fullDescription",
    id=TEXT,
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    defaultConfiguration=closed("", level=LEVEL),
    properties=closed("tags", tags=listed(TEXT, maxItems=20)),
)
LOCATION = closed(
    "physicalLocation",
    physicalLocation=closed(
        "artifactLocation region",
        artifactLocation=closed("uri", uri=PATH, uriBaseId=TEXT),
        region=closed("startLine", startLine={"type": "integer", "minimum": 1}),
    ),
    logicalLocations=listed(closed("", name=TEXT, fullyQualifiedName=TEXT, kind=TEXT)),
)
RESULT = closed(
    "ruleId message locations partialFingerprints",
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=MESSAGE,
    locations=listed(LOCATION, minItems=1),
    partialFingerprints={
        "type": "object",
        "required": ["primaryLocationLineHash"],
        "additionalProperties": TEXT,
    },
    occurrenceCount={"type": "integer", "minimum": 1},
    suppressions=listed(closed("kind", kind={"enum": ["inSource", "external"]}, justification=TEXT)),
    properties=BAG,
)
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"}
RUN = closed(
    "tool results",
    tool=closed("driver", driver=closed("name", name=TEXT, version=TEXT, rules=listed(RULE, uniqueItems=True))),
    automationDetails=closed("id", id=TEXT),
    originalUriBaseIds={"type": "object", "additionalProperties": closed("", description=MESSAGE)},
    invocations=listed(
        closed("executionSuccessful", executionSuccessful={"type": "boolean"}, startTimeUtc=MOMENT, endTimeUtc=MOMENT)
    ),
    results=listed(RESULT),
    properties=BAG,
)
SARIF: Mapping[str, Any] = closed("version runs", **{"$schema": TEXT}, version={"const": "2.1.0"}, runs=listed(RUN))
CODE_QUALITY: Mapping[str, Any] = listed(
    closed(
        "description check_name fingerprint severity location",
        description=TEXT,
        check_name=TEXT,
        fingerprint=TEXT,
        severity={"enum": ["info", "minor", "major", "critical", "blocker"]},
        location=closed("path lines", path=PATH, lines=closed("begin", begin={"type": "integer", "minimum": 1})),
    )
)
