"""What ordering needs from outside the house: a library that writes PDF."""

from grocery.ordering.gateways.papers import delivery_note, labels

__all__ = ["delivery_note", "labels"]
