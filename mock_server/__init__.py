"""The reference wallet: a small sound wallet for every bundled contract, served over HTTP or called in process.

It shares the data types, the money and the codecs with the harness. It shares nothing that the harness judges with.
"""
