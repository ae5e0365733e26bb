"""The sandbox's pages: templates beside this file, and the few pieces that all of them are made of."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template

HERE = Path(__file__).resolve().parent


def page(name: str, **values: str) -> str:
    """A template with these values, which are HTML already."""
    return Template((HERE / name).read_text(encoding="utf-8")).safe_substitute(values)


def money(amount: int, currency: str = "VND") -> str:
    return f"{amount:,}".replace(",", ".") + f" {currency}"


def button(path: str, label: str) -> str:
    return f'<form method="post" action="{escape(path)}"><button>{escape(label)}</button></form>'


def row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
