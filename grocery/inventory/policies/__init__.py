"""Inventory's rules, pure: which goods to promise and to pick (fefo), what staff may do to a lot (changes)."""
