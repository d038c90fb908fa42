"""The subcommands: name, module and help of each. The help of all of them is printed without importing one."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import cast

from harness.cli.command import Implementation


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand of `walletproof`."""

    name: str
    """The word on the command line."""
    module: str
    """The name of its module in this package."""
    help: str
    """What it does, with its exit statuses where they mean something: one line of `walletproof --help`."""

    def implementation(self) -> Implementation:
        """Its module, imported now. A start imports the module of one command, never those of all."""
        return cast("Implementation", importlib.import_module(f"harness.cli.{self.module}"))


COMMANDS: tuple[Command, ...] = (
    Command(
        "init",
        "init",
        "write a profile of your wallet, with comments: asks on a terminal, or takes flags",
    ),
    Command(
        "check",
        "check",
        "look at URL, credentials, clock and players without running a scenario; exit status 0 when a run can start",
    ),
    Command(
        "certify",
        "certify",
        "certify a wallet: pytest with the same result; 0 certified, 1 violations, 2 usage, 3 configuration, "
        "4 incomplete",
    ),
    Command(
        "replay",
        "replay",
        "run again the scenarios that failed in a report, or one scenario file: FIXED, STILL FAILING or NEW; "
        "exit status 1 if any still fails",
    ),
    Command(
        "report",
        "open_report",
        "open a report in the browser: the newest page of this folder, or FILE; a JSON report gets its page beside it",
    ),
    Command(
        "compare",
        "compare",
        "compare the reports of two runs: FIXED, STILL FAILING, NEW; exit status 1 when anything fails in the second",
    ),
    Command(
        "explain",
        "explain",
        "explain a requirement, a scenario or a policy by its id: clause, scenarios, known bugs, an example exchange",
    ),
    Command(
        "list",
        "listing",
        "list the requirements (default), scenarios or policies, for `walletproof explain`, or the deliberate bugs "
        "of the bundled wallet, for `walletproof certify --defect`; one a line",
    ),
    Command(
        "show-config",
        "show_config",
        "print the configuration that holds, secrets masked, and where each value comes from",
    ),
    Command(
        "lint",
        "lint",
        "look for mistakes in profiles and scenario files, without a wallet; exit status 1 when there are any",
    ),
    Command(
        "explore",
        "explore",
        "play scenarios that nobody has written, and keep the smallest of each finding; 0 nothing found, 1 violations, "
        "2 usage, 3 configuration, 4 incomplete",
    ),
    Command(
        "partner",
        "partner",
        "play the platform for a day: retries, lost answers, the settlement of the night, clawbacks; "
        "1 if money is wrong",
    ),
    Command(
        "prove",
        "prove",
        "prove that the harness can fail: every defect against every scenario (minutes); exit status 1 if one escapes",
    ),
    Command(
        "openapi",
        "openapi",
        "write the OpenAPI 3.1 document of a contract: to make stubs of a wallet with, or to browse",
    ),
    Command(
        "keygen",
        "keygen",
        "make a pair of Ed25519 keys for certificates: KEY, which stays secret, and KEY.pub, which everybody may have",
    ),
    Command(
        "verify",
        "verify",
        "check a certificate's signature, dates and digests; exit status 0 when it holds, 1 when it does not",
    ),
    Command(
        "audit",
        "audit",
        "prove that the books of the reference wallet agree with themselves; exit status 0 when they do, 1 when not",
    ),
    Command(
        "completion",
        "completion",
        "print what makes your shell complete walletproof's commands and options (needs walletproof[completion])",
    ),
    Command(
        "docs",
        "docs",
        "print a page of the documentation, or the list of its pages",
    ),
)
"""The subcommands in the order of the help."""
