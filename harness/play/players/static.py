"""Players that the user named.

Each serves one scenario at a time, is funded for it, and gets its first balance back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from harness import money
from harness.model import Amount, NotApplicable, Player
from harness.play.players.purse import Purse
from harness.play.players.source import BYSTANDER, NoPlayer
from harness.scenario.needs import Needs

_ORDINARY_DECIMALS = 2
"""The least number of decimals of a currency for scenarios without a currency of their own."""


@dataclass(slots=True)
class Named:
    """One named player and its state in this run. Balances are in hundred-thousandths of the main unit."""

    player: Player
    found: Amount | None = None
    """The balance at the first reading."""
    left: Amount | None = None
    """The balance at the latest reading or correction."""
    turns: int = 0
    """The number of the latest casting that used the player. 0 means none."""
    lent: bool = False


class StaticPlayers:
    """Lends each scenario the player who was used longest ago, and funds the player's account for it.

    After a scenario the balance is restored. So a run that is interrupted leaves at most one scenario's players
    changed.
    """

    def __init__(self, players: Sequence[Player], purse: Purse) -> None:
        """Take over the named players. `purse` reads and moves their money."""
        self._named = [Named(each) for each in players]
        self._purse = purse
        self._castings = 0

    @property
    def frugal(self) -> bool:
        """True if money that a scenario moves cannot be restored in this wallet."""
        return self._purse.frugal

    @property
    def named(self) -> bool:
        """True: the user named these players."""
        return True

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the named players."""
        return frozenset(each.player.id for each in self._named)

    def cast(self, needs: Needs) -> dict[str, Player]:
        """Players of one currency for all roles, and a bystander if a player is left. Raises NoPlayer."""
        self._castings += 1
        reasons: list[NoPlayer] = []
        for currency in [needs.currency] if needs.currency else self._currencies():
            try:
                return self._cast_in(currency, needs)
            except NoPlayer as reason:
                reasons.append(reason)
                self._release()
        raise reasons[0] if reasons else NoPlayer("needs a player whose currency has two decimals, and none was named")

    def back(self, cast: Mapping[str, Player], shown: Mapping[str, Amount | None]) -> None:
        """Restore what the scenario changed. Keeps a new session, and a token that the scenario did not use."""
        for role, player in cast.items():
            if (named := self._find(player.id)) is None:
                continue
            named.player = replace(named.player, session=player.session, token=named.player.token or player.token)
            self._restore(named, shown.get(role))
            named.lent = False

    def close(self) -> tuple[str, ...]:
        """Read every balance again and undo what late requests moved. Returns the sentences of `changed`."""
        for named in self._named:
            if named.found is not None:
                self._restore(named, None)
        return self.changed()

    def changed(self) -> tuple[str, ...]:
        """One sentence for each player whose balance could not be restored."""
        return tuple(_changed(each) for each in self._named if each.left != each.found)

    # ----------------------------------------------------------------------------------------------------------------

    def _cast_in(self, currency: str, needs: Needs) -> dict[str, Player]:
        group = self._in_order([each for each in self._named if each.player.currency == currency], needs)
        if not group:
            raise NoPlayer(
                f"{NotApplicable.CURRENCY.of(currency)}, and none was named", not_applicable=NotApplicable.CURRENCY
            )
        if len(group) <= len(needs.others):
            ids = ", ".join(each.player.id for each in group)
            raise NoPlayer(f"needs {1 + len(needs.others)} {currency} players at once; there is only player {ids}")
        lead = self._first(_leads(group, needs), needs, "", currency)
        cast = {"": replace(lead, token=self._token(lead) if needs.token else "")}
        for role in needs.others:
            cast[role] = self._first(group, needs, role, currency)
        if (bystander := self._bystander()) is not None:
            cast[BYSTANDER] = bystander
        return cast

    def _in_order(self, group: Sequence[Named], needs: Needs) -> Sequence[Named]:
        """The players in the order in which they are tried: the player who was used longest ago comes first.

        If the scenario's money cannot be restored, the player with the lowest balance comes first.
        """
        if not (self.frugal and (needs.exactly or needs.everything)):
            return sorted(group, key=lambda each: each.turns)
        held = {id(each): self._look(each) for each in group}
        return sorted(group, key=lambda each: held[id(each)] or 0)

    def _first(self, group: Sequence[Named], needs: Needs, role: str, currency: str) -> Player:
        """The first player of the group whose balance can be brought to the needed amount. Raises NoPlayer."""
        wanted = needs.funds(role, currency)
        balances = []
        for named in group:
            if named.lent:
                continue
            held = self._fund(named, wanted, exactly=needs.exactly)
            if held is not None and (held == wanted if needs.exactly else held >= wanted):
                return self._lend(named, held)
            self._restore(named, held)
            has = "shows no balance" if named.left is None else f"has {money.text(named.left, currency)}"
            balances.append(f"player {named.player.id} {has}")
        much = "exactly" if needs.exactly else "at least"
        raise NoPlayer(f"needs a {currency} player with {much} {money.text(wanted, currency)}; {', '.join(balances)}")

    def _fund(self, named: Named, wanted: Amount, *, exactly: bool) -> Amount | None:
        held = self._look(named)
        if held is None or held == wanted or (held > wanted and not exactly):
            return held
        if not self._purse.can(up=held < wanted):
            return held
        named.left = self._purse.bring(named.player, held, wanted)
        return named.left

    def _look(self, named: Named) -> Amount | None:
        named.left = self._purse.read(named.player)
        if named.found is None:
            named.found = named.left
        return named.left

    def _lend(self, named: Named, held: Amount) -> Player:
        named.lent = True
        named.turns = self._castings
        return replace(named.player, token="", balance=held)

    def _bystander(self) -> Player | None:
        """The free player who was cast most recently, so that the others are used sooner.

        None if no balance can be read.
        """
        free = [each for each in self._named if not each.lent]
        for named in sorted(free, key=lambda each: -each.turns):
            if (held := self._look(named)) is not None:
                named.lent = True
                return replace(named.player, token="", balance=held)
        return None

    def _release(self) -> None:
        """Undo a casting that failed: return the players that were already lent and restore their balances."""
        for named in self._named:
            if named.lent or named.left != named.found:
                self._restore(named, named.left)
                named.lent = False

    def _restore(self, named: Named, held: Amount | None) -> None:
        named.left = held if held is not None else self._purse.read(named.player)
        if self.frugal or named.left is None or named.found is None or named.left == named.found:
            return
        named.left = self._purse.bring(named.player, named.left, named.found)

    def _token(self, player: Player) -> str:
        """The player's one-time token. It counts as used until the scenario returns it."""
        named = self._find(player.id)
        if named is None:
            return ""
        token, named.player = named.player.token, replace(named.player, token="")
        return token

    def _find(self, player: str) -> Named | None:
        return next((each for each in self._named if each.player.id == player), None)

    def _currencies(self) -> list[str]:
        """The currencies with two or more decimals.

        Currencies with two decimals come first. Then those with the most players come first, because a second player
        needs the same currency.
        """
        count = Counter(each.player.currency for each in self._named)
        ordinary = [each for each in count if money.exponent(each) >= _ORDINARY_DECIMALS]
        return sorted(ordinary, key=lambda each: (money.exponent(each) != _ORDINARY_DECIMALS, -count[each]))


def _leads(group: Sequence[Named], needs: Needs) -> Sequence[Named]:
    """The players of the group who can be the scenario's own player. Raises NoPlayer."""
    leads = [each for each in group if each.player.expired_session or not needs.expired_session]
    if not leads:
        raise NoPlayer(f"needs a player with an expired session; player {group[0].player.id} has none")
    with_token = [each for each in leads if each.player.token or not needs.token]
    if not with_token:
        raise NoPlayer(f"needs a player with an unused one-time token; player {leads[0].player.id} has none left")
    return with_token


def _changed(named: Named) -> str:
    player = named.player
    found = money.show(named.found, player.currency)
    if named.left is None:
        return f"player {player.id} had {found}, and what it has now could not be read"
    return f"player {player.id} was left with {money.show(named.left, player.currency)}, and had {found}"
