"""The outside world of payments: one protocol, one file per provider, one line in the registry."""
