"""What stock can bear: `make bench-inventory`, each part a module with `WHAT` and `run() -> str`."""
