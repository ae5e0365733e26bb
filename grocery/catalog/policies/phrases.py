"""What someone who types may be about to say, from the names of what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

#: A phrase goes on this many words beyond what was typed.
_FURTHER = 2


def phrases(typed: Sequence[str], names: Iterable[Sequence[tuple[str, str]]], *, limit: int) -> list[str]:
    """The typed words as the names spell them, and how names go on from there; the most frequent first.

    `typed` is folded; a name is its (word, folded word) pairs; the last typed word may be unfinished.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    for name in names:
        place = _place(typed, [fold for _word, fold in name])
        if place is not None:
            said = [word for word, _fold in name[place : place + len(typed) + _FURTHER]]
            seen.update({tuple(said[:length]) for length in range(len(typed), len(said) + 1)})
    ranked = sorted(seen.items(), key=lambda one: (-one[1], len(one[0]), one[0]))
    chosen: list[tuple[str, ...]] = []
    for words, count in ranked:
        # "cà chua beef" says nothing that "cà chua beef đà" as frequent does not say: keep the shorter.
        if not any(
            words[: len(shorter)] == shorter and seen[shorter] == count
            for shorter in chosen
            if len(shorter) > len(typed)
        ):
            chosen.append(words)
    return [" ".join(words) for words in chosen[:limit]]


def _place(typed: Sequence[str], words: Sequence[str]) -> int | None:
    """Where the name says what was typed."""
    for start in range(len(words) - len(typed) + 1):
        window = words[start : start + len(typed)]
        if window[:-1] == list(typed[:-1]) and window[-1].startswith(typed[-1]):
            return start
    return None
