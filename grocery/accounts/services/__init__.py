"""The use cases of accounts, one module each."""
