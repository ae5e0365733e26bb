"""Draws docs/domain-map.md from the import graph and the register of subscribers.

`make documents` writes it; a test fails while it is stale.
"""

from __future__ import annotations

from collections import defaultdict

from tests.architecture.source import DOMAINS, ROOT, import_graph

PLACE = ROOT / "docs/domain-map.md"
HEAD = """# Domain map

Drawn from the code by `make documents`. Solid arrows are calls to a face (`public.py`) and go
down; dotted arrows are facts and go up to whoever hears them.
"""


def calls() -> list[tuple[str, str]]:
    """Which package calls which domain's face."""
    graph = import_graph()
    found = set()
    for domain in DOMAINS:
        for importer in graph.find_modules_that_directly_import(f"grocery.{domain}.public"):
            if (package := importer.split(".")[1]) not in {domain, "config"}:
                found.add((package, domain))
    return sorted(found)


def facts() -> list[tuple[str, str, str]]:
    """Which fact of which domain is heard by which, in the order of their names."""
    from grocery.kernel.outbox.subscribers import registry

    return sorted({(s.event.name, s.event.name.split(".")[0], s.name) for s in registry.by_name.values()})


def draw() -> str:
    heard: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, domain, subscriber in facts():
        heard[domain, subscriber.split(".")[0]].append(name.split(".")[1])
    lines = [HEAD, "```mermaid", "flowchart TD"]
    lines += [f"  {package} --> {domain}" for package, domain in calls()]
    lines += [
        f"  {teller} -. {'<br>'.join(dict.fromkeys(names))} .-> {hearer}"
        for (teller, hearer), names in sorted(heard.items())
        if teller != hearer
    ]
    lines += ["```", "", "| fact | told by | heard by |", "|---|---|---|"]
    by_fact: dict[str, list[str]] = defaultdict(list)
    for name, _, subscriber in facts():
        by_fact[name].append(f"`{subscriber}`")
    lines += [f"| {name.split('.')[1]} | {name.split('.')[0]} | {', '.join(who)} |" for name, who in by_fact.items()]
    return "\n".join(lines) + "\n"
