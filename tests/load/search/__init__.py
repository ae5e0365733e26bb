"""How well search finds things, on the real catalogues."""
