"""Providers to try the shop against: a separate process that behaves as they say they do, faults and all.

It shares no code with the adapters: it is written from the providers' rules and has its own signatures.
Run it with `python -m tests.sandbox --help`.
"""
