"""The header of a run: the wallet under test, the command that repeats the run, and warnings."""

from __future__ import annotations

from harness import __version__
from harness.contracts import load
from harness.plugin.run import Run


def header(run: Run) -> list[str]:
    """The lines of the header, with warnings last."""
    chosen = run.options
    seed = f"seed {chosen.seed} (again with --wallet-seed={chosen.seed}), every id sent begins with {chosen.run_id}"
    return [
        f"walletproof {__version__}: {wallet_of(run)}",
        *([seed] if run.configuration.wallets else []),
        *_configuration(run),
        *(f"WARNING {each}" for each in run.exposed),
    ]


def wallet_of(run: Run) -> str:
    """The wallet of a run and the contracts that it is certified by."""
    names = " and ".join(run.contracts)
    if not run.configuration.wallets:
        return "the configuration of the wallet has to be set right"
    if run.bundled:
        return f"the bundled reference wallet, by {names}"
    contracts = run.configuration.profile.contracts.values()
    urls = {load(each.name).name: each.url.text for each in contracts if each.url is not None}
    if len(set(urls.values())) == 1:
        return f"{next(iter(urls.values()))}, by {names}"
    return ", ".join(f"{url} by {name}" for name, url in urls.items())


def _configuration(run: Run) -> list[str]:
    profile = run.configuration.profile
    if not profile.path:
        return []
    waived = [each.requirement for each in profile.waivers]
    lines = [f"profile {profile.path}" + (f", which waives {', '.join(waived)}" if waived else "")]
    return lines + [f"WARNING {each}" for each in run.configuration.warnings]
