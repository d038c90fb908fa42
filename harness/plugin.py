"""The pytest plugin: options, collection, items and hooks. It decides nothing."""
