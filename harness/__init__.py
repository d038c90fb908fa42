"""walletproof: certifies an operator's seamless wallet against the contract of its platform.

The stations of a run, in the order in which the data travels. A station imports only stations above it. ARCHITECTURE.md
says what each takes and gives.

* `model`: the nouns, frozen
* `money`: exact amounts and currencies
* `inert`: text that no terminal or browser obeys
* `files`: YAML and JSON with line numbers and complaints
* `contracts`: the type `Contract`, what contracts share, and one folder a contract
* `config`: options, environment and profile, resolved to the wallet under test
* `scenario`: scenario files, and plans of what will be sent
* `client`: from an operation to an exchange over HTTP
* `play`: from a plan to a history: players, pre-flight, runner
* `oracle`: the states that a sound wallet could be in
* `verdict`: from a history to verdicts, causes and a conclusion
* `examine`: plays, has the history judged, and builds each result once
* `report`: from results to files
* `explore`: from the words of the language to scenarios that nobody wrote, and the smallest that fail
* `proof`: the harness against its own wallets
* `partner`: the mock partner
* `plugin`: the door for pytest
* `cli`: the door for the command `walletproof`
"""

__version__ = "0.1.0"
