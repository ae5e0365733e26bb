"""How a provider behaves where it may behave in several ways: settings with a quiet default, kept in the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tests.sandbox.store import Document, Store


class Knobs:
    """Those of one provider. `quiet` are all there are, as they stand at first; `choices` what some may be set to."""

    def __init__(
        self, store: Store, provider: str, quiet: Document, *, choices: Mapping[str, Collection[str]] | None = None
    ) -> None:
        self._store, self._provider, self._quiet, self._choices = store, provider, quiet, choices or {}

    def all(self) -> Document:
        return self._quiet | (self._store.get("knobs", self._provider) or {})

    def __getitem__(self, name: str) -> object:
        return self.all()[name]

    def seconds(self, name: str) -> float:
        return float(self.all()[name])

    def set(self, changes: Document) -> Document:
        """Change some. Raises ValueError for a name that there is not, or another kind of value."""
        for name, value in changes.items():
            if name not in self._quiet:
                raise ValueError(f"unknown: {name}; there are {sorted(self._quiet)}")
            if not self._fits(name, value):
                raise ValueError(f"{name} cannot be {value!r}")
        with self._store.lock:
            self._store.put("knobs", self._provider, self.all() | changes)
            return self.all()

    def _fits(self, name: str, value: object) -> bool:
        quiet = self._quiet[name]
        kind = (int, float) if isinstance(quiet, float) else type(quiet)
        return isinstance(value, kind) and value in self._choices.get(name, [value])

    def use_up(self, name: str) -> bool:
        """One of the next so many misbehaves in this way?"""
        with self._store.lock:
            left = self.all()[name]
            if left > 0:
                self.set({name: left - 1})
            return bool(left > 0)
