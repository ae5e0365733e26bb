"""The dictionary of search, in the memory of each process, following what staff change."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from grocery.catalog.contracts.terms import Segment, Terms, TermsElsewhere
from grocery.catalog.gateways.house_terms import read_house_terms
from grocery.catalog.models.terms import TermChange, TermGroup
from grocery.catalog.policies.term_groups import checked, line
from grocery.catalog.policies.terms import Dictionary, meanings, prepared
from grocery.catalog.services import versions
from grocery.kernel.errors import NotFound

#: By its version: the one that is followed now.
_kept: dict[str, Dictionary] = {}


def dictionary() -> Dictionary:
    """The groups that search follows now: from memory, made anew after a change.

    Where nothing is cached (inside a transaction, without Valkey) the database says in one short statement whether
    there was one.
    """
    version = versions.current(versions.TERMS) or TermGroup.objects.edition()
    if (kept := _kept.get(version)) is None:
        kept = prepared(TermGroup.objects.in_use())
        _kept.clear()
        _kept[version] = kept
    return kept


def understood(*, typed: str) -> tuple[Segment, ...]:
    return meanings(typed, dictionary())


def check(terms: Terms) -> None:
    checked(terms)


@transaction.atomic
def save(*, group_id: UUID | None, terms: Terms, active: bool, by: UUID | None, now: datetime) -> UUID:
    """Write a group down, new or changed, and who did it."""
    terms = checked(terms)
    group = TermGroup() if group_id is None else TermGroup.objects.locked(group_id)
    if group is None:
        raise NotFound("term_group", group_id)
    before = "" if group._state.adding else _written(group)
    group.take(terms)
    group.is_active = active
    if _written(group) == before:
        return group.id
    group.changed_at, group.changed_by = now, by
    group.save()
    TermChange.objects.create(group=group, old=before, new=_written(group), by=by, at=now)
    versions.announce(versions.TERMS)
    return group.id


def elsewhere(*, terms: Terms, group_id: UUID | None) -> list[TermsElsewhere]:
    """The terms of a group that other groups in use have, too."""
    mine = set(terms.every())
    return [
        TermsElsewhere(text=text, group_id=other.id, group=other.terms)
        for other in TermGroup.objects.with_any(terms.every()).beside(group_id)
        for text in other.terms.every()
        if text in mine
    ]


@transaction.atomic
def prepare() -> None:
    """Have the house's own groups as this release writes them; what staff touched stays as staff left it."""
    house, kept = read_house_terms(), TermGroup.objects.of_the_house()
    new = [TermGroup(key=key) for key in house if key not in kept]
    changed = [
        group
        for key, group in kept.items()
        if group.changed_at is None and key in house and group.terms != house[key]
    ]
    gone = [group for key, group in kept.items() if group.changed_at is None and key not in house]
    for group in (*new, *changed):
        group.take(house[str(group.key)])
    TermGroup.objects.bulk_create(new, ignore_conflicts=True)
    TermGroup.objects.bulk_update(changed, ["vi", "en", "common", "typed", "edition"])
    if gone:
        TermGroup.objects.forget(gone)
    if new or changed or gone:
        versions.announce(versions.TERMS)


def _written(group: TermGroup) -> str:
    """The group in one line; one that search does not follow stands in brackets."""
    return line(group.terms) if group.is_active else f"({line(group.terms)})"
