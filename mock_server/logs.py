"""The wallet's log on standard error: one line for each event, as text or as JSON, without secrets.

What a client sends is written as a JSON string, so that it cannot forge a line or control a terminal.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import IO, Any

LOGGER = logging.getLogger("mock_server")
FORMATS = ("text", "json")
LEVELS = {"info": logging.INFO, "warning": logging.WARNING}
"""The words of `--log-level`. With `info` every request has a line."""
HIDDEN = "(hidden)"


def start_log(form: str, level: str, secrets: Iterable[str] = (), stream: IO[str] | None = None) -> None:
    """Write the log to standard error from now on. `secrets` are texts that no line may have."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter((JsonLines if form == "json" else TextLines)(tuple(filter(None, secrets))))
    for name in ("mock_server", "uvicorn", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(LEVELS[level] if logger is LOGGER else logging.WARNING)


def event(name: str, fields: Callable[[], Mapping[str, object]], *, level: int = logging.INFO) -> None:
    """Log one event with its fields, which are made only if the event is logged."""
    if LOGGER.isEnabledFor(level):
        LOGGER.log(level, name, extra={"fields": fields()})


def failure(name: str, fields: Mapping[str, object], error: BaseException, secrets: Iterable[str] = ()) -> None:
    """Log an error of the wallet itself, with its traceback. `secrets` are those of the request."""
    LOGGER.error(name, exc_info=error, extra={"fields": fields, "secrets": tuple(secrets)})


class Lines(logging.Formatter):
    """Collects the fields of a log line."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        """`secrets` are replaced in every field."""
        super().__init__()
        self._secrets = secrets

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """The fields of a line in their order: time, level, event, its own fields, and the error."""
        seconds, milliseconds = divmod(int(record.created * 1000), 1000)
        found: dict[str, Any] = {
            "time": f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{milliseconds:03}Z",
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        found |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1] is not None:
            found["error"] = repr(record.exc_info[1])
            found["traceback"] = self.formatException(record.exc_info)
        secrets = sorted((*self._secrets, *getattr(record, "secrets", ())), key=len, reverse=True)
        return {name: _without(value, secrets) for name, value in found.items()}


class JsonLines(Lines):
    """One JSON object in each line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return json.dumps(self.fields(record))


class TextLines(Lines):
    """Time, level and event, then `name=value` for each field. A traceback follows in lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        fields = self.fields(record)
        traceback = fields.pop("traceback", "")
        plain = [str(fields.pop(name)) for name in ("time", "level")] + [_shown(fields.pop("event"))]
        line = " ".join((*plain, *(f"{name}={_shown(value)}" for name, value in fields.items())))
        return "\n    ".join((line, *map(_printable, traceback.splitlines())))


def _shown(value: object) -> str:
    """A word as it is, anything else as JSON."""
    text = value if isinstance(value, str) else json.dumps(value)
    return text if isinstance(value, str) and text.isascii() and text.replace("_", "").isalnum() else json.dumps(value)


def _printable(line: str) -> str:
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in line)


def _without(value: Any, secrets: Iterable[str]) -> Any:
    """A field without the secrets. Other types than texts and lists of them stay."""
    if isinstance(value, list | tuple):
        return [_without(each, secrets) for each in value]
    if isinstance(value, str):
        for secret in secrets:
            for form in (secret, repr(secret)[1:-1]):
                value = value.replace(form, HIDDEN)
    return value
