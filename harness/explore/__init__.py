"""Makes scenarios that nobody has written, plays them, and shrinks what it finds to a few lines of a scenario file.

Pairs come first: a covering array over the dimensions of the language, in which every sensible pair of values occurs.
"""
