"""The reference wallet: a small sound wallet for both contracts, served over HTTP or asked in process.

It shares the nouns, the money and the codecs with the harness, and nothing of what the harness judges with.
"""
