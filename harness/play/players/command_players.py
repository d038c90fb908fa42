"""Players that an operator's command makes, for a wallet to which no HTTP address can be added."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal

from harness.inert import clipped_before
from harness.model import NotApplicable, Player
from harness.play.players.made import MadePlayers, player_of
from harness.play.players.source import NoPlayer, ProvisioningFailed
from harness.scenario.identities import Identities

PLACEHOLDERS: Mapping[str, str] = {
    "{player}": "playerId",
    "{currency}": "currency",
    "{balance}": "balance",
    "{contract}": "contract",
    "{name}": "displayName",
}
"""The placeholders of the command line, with the protocol's field that replaces each."""

NO_SUCH_PLAYER = 3
"""The exit status of a command that makes no player of the currency. It is no error."""

TIME_OUT_SECONDS = 30.0
_MOST_SHOWN = 300


class CommandPlayers(MadePlayers):
    """New players for every scenario. Each is made by one run of a command."""

    def __init__(
        self, contract: str, command: str, identities: Identities, *, time_out_seconds: float = TIME_OUT_SECONDS
    ) -> None:
        """Prepare the command.

        It is split as a shell would split it, but no shell runs it. Raises ProvisioningFailed.
        """
        super().__init__(contract, self._made, identities)
        self._command = command
        self._words = words_of(command)
        self._time_out_seconds = time_out_seconds

    def _made(self, asked: Mapping[str, str]) -> Player:
        """Run the command and read the player that it prints. Fields that it leaves out keep the requested value."""
        ended = self._run([_filled(word, asked) for word in self._words])
        if ended.returncode == NO_SUCH_PLAYER:
            raise NoPlayer(
                f"the provisioning command makes no {asked['currency']} player", not_applicable=NotApplicable.CURRENCY
            )
        if ended.returncode != 0:
            raise self._failed(f"it ended with status {ended.returncode}{_error_output(ended.stderr)}")
        try:
            return _read(ended.stdout, asked)
        except (ValueError, RecursionError) as error:
            raise self._failed(
                f"it printed something else than a player ({error}); it must print nothing, or one JSON object with "
                "playerId, sessionId, expiredSessionId, authToken, currency and balance as text"
            ) from None

    def _run(self, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        try:
            process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                start_new_session=True,
            )
        except OSError as error:
            raise self._failed(f"it cannot be started: {error.strerror}: {arguments[0]}") from None
        try:
            out, err = process.communicate(timeout=self._time_out_seconds)
        except subprocess.TimeoutExpired:
            raise self._failed(f"it has not ended after {self._time_out_seconds:g} s") from None
        finally:
            _end(process)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def _failed(self, why: str) -> ProvisioningFailed:
        return ProvisioningFailed(
            f"the provisioning command {self._words[0]!r} did not make a player: {why}; run it by hand with "
            f"{', '.join(each for each in PLACEHOLDERS if each in self._command) or 'its arguments'} filled in"
        )


def words_of(command: str) -> tuple[str, ...]:
    """The words of a command line, with their placeholders. Raises ProvisioningFailed."""
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise ProvisioningFailed(
            f"the provisioning command cannot be read: {error}: check its quotation marks"
        ) from None
    if not words:
        raise ProvisioningFailed("the provisioning command is empty: give one such as ./reset-player {player}")
    return words


def _filled(word: str, asked: Mapping[str, str]) -> str:
    """One argument with its placeholders replaced. It stays one argument, whatever a value contains."""
    for placeholder, field in PLACEHOLDERS.items():
        word = word.replace(placeholder, asked[field])
    return word


def _read(printed: str, asked: Mapping[str, str]) -> Player:
    answer = json.loads(printed, parse_float=Decimal) if printed.strip() else {}
    if not isinstance(answer, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 -- the caller handles one kind of error
    taken = {key: asked[key] for key in ("playerId", "currency", "balance")} | answer
    return player_of({"sessionId": taken["playerId"]} | taken)


def _error_output(text: str) -> str:
    last = clipped_before(" ".join(text.split()), _MOST_SHOWN)
    return f" and said {last!r}" if last else " and said nothing on standard error"


def _end(process: subprocess.Popen[str]) -> None:
    """Kill the process and its children. The process leads its own session."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
