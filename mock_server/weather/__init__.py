"""Bad weather on request: faults of the network and the server around a wallet that is right.

`fault` and `strikes` are the parts, `faults` and `spoilt` the faults, `rules` the words of `--weather`, and `front`
joins them around an application.
"""
