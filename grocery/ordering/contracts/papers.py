"""What is printed: labels for crates, and the note that goes with them. All texts are ready to be set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Label:
    """What sticks to one crate. `code` is printed as a bar code too."""

    number: str
    window: str
    crate: str
    kept: str
    code: str


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One line of a delivery note. `remark`: what it stands in for; may be empty."""

    name: str
    ordered: str
    packed: str
    price: str
    amount: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class NoteWords:
    """The words of a delivery note in the customer's language."""

    title: str
    columns: tuple[str, str, str, str, str]
    keeps: str
    page: str


@dataclass(frozen=True, slots=True)
class DeliveryNote:
    """What goes with the crates. `sums`: what it comes to, part by part; the last one is what is paid.

    `keeps`: best-before day and product, first expired first.
    """

    number: str
    words: NoteWords
    heading: tuple[str, ...]
    lines: tuple[NoteLine, ...]
    sums: tuple[tuple[str, str], ...]
    keeps: tuple[tuple[str, str], ...]
