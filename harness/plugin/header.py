"""What a run says before its first scenario: what is certified, how to repeat it, and what to beware of."""

from __future__ import annotations

from harness import __version__
from harness.plugin.run import Run


def header(run: Run) -> list[str]:
    """The lines, with warnings last."""
    chosen = run.choices
    return [
        f"walletproof {__version__}: {wallet_of(run)}",
        f"seed {chosen.seed} (again with --wallet-seed={chosen.seed}), every id sent begins with {chosen.run_id}",
        *_configuration(run),
    ]


def wallet_of(run: Run) -> str:
    """Which wallet a run is about, and by which contracts."""
    names = " and ".join(run.contracts)
    if run.settings is None:
        return "the configuration of the wallet has to be set right"
    if run.settings.bundled:
        return f"the bundled reference wallet, by {names}"
    urls = {each.contract.name: each.url.text for each in run.settings.wallets}
    if len(set(urls.values())) == 1:
        return f"{next(iter(urls.values()))}, by {names}"
    return ", ".join(f"{url} by {name}" for name, url in urls.items())


def _configuration(run: Run) -> list[str]:
    settings = run.settings
    if settings is None or settings.profile is None:
        return []
    waived = [each.requirement for each in settings.waivers]
    lines = [f"profile {settings.profile.text}" + (f", which waives {', '.join(waived)}" if waived else "")]
    return lines + [f"WARNING {each}" for each in settings.warnings]
