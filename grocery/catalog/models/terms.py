"""The dictionary of search: groups of terms that mean the same, and who changed them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Expression, F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from grocery.catalog.contracts.terms import Terms
from grocery.catalog.policies.term_groups import LONGEST, line
from grocery.kernel.ids import new_id

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

_EDITION = """
SELECT coalesce(md5(string_agg(edition::text, '' ORDER BY id)), '') FROM "catalog_termgroup" WHERE is_active
"""


def _folded(text: Expression) -> Func:
    return Func(text, function="public.catalog_fold", output_field=models.TextField())


_EVERY = Func(F("vi"), F("common"), F("en"), F("typed"), template="(%(expressions)s)", arg_joiner=" || ")
_SAID = _folded(Func(_EVERY, Value(" | "), function="array_to_string", output_field=models.TextField()))


class TermGroupQuerySet(models.QuerySet["TermGroup"]):
    def in_use(self) -> list[Terms]:
        """The groups that search follows, in the order in which they were written."""
        return [
            Terms(vi=tuple(vi), en=tuple(en), common=tuple(common), typed=tuple(typed))
            for vi, en, common, typed in self.filter(is_active=True)
            .order_by("id")
            .values_list("vi", "en", "common", "typed")
        ]

    def edition(self) -> str:
        """Another text after each change of what search follows. One short statement."""
        with connection.cursor() as cursor:
            cursor.execute(_EDITION)
            (edition,) = cursor.fetchone()
        return str(edition)

    def saying(self, typed: str) -> Self:
        """Groups with a term in which this occurs, with or without marks."""
        return self.alias(said=_SAID).filter(said__contains=_folded(Value(typed)))

    def with_any(self, terms: Sequence[str]) -> Self:
        """Groups in use that have one of these terms, as written."""
        wanted = list(terms)
        return self.filter(
            Q(vi__overlap=wanted) | Q(en__overlap=wanted) | Q(common__overlap=wanted) | Q(typed__overlap=wanted),
            is_active=True,
        )

    def locked(self, group_id: UUID) -> TermGroup | None:
        """The group; nobody else changes it until the transaction ends."""
        return self.filter(id=group_id).select_for_update().first()

    def of_the_house(self) -> dict[str, TermGroup]:
        """The house's own groups by their key; nobody else changes them until the transaction ends."""
        return {str(group.key): group for group in self.filter(key__isnull=False).select_for_update().order_by("id")}

    def beside(self, group_id: UUID | None) -> Self:
        """All but this one."""
        return self if group_id is None else self.exclude(id=group_id)

    def forget(self, groups: Iterable[TermGroup]) -> None:
        self.filter(id__in=[group.id for group in groups]).delete()


def _terms(label: StrPromise, help_text: StrPromise | str = "") -> ArrayField[Sequence[str], list[str]]:
    return ArrayField(
        models.CharField(max_length=LONGEST), default=list, blank=True, verbose_name=label, help_text=help_text
    )


class TermGroup(models.Model):
    """Terms that mean the same. With a `key`, the house wrote it and its releases change it until staff do."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=LONGEST, unique=True, null=True, editable=False)
    vi = _terms(_("Vietnamese"))
    en = _terms(_("English"))
    common = _terms(_("the same in both languages"))
    typed = _terms(
        _("only typed"), _("Brands used as words, and broad words: who types them finds the group, not the reverse.")
    )
    is_active = models.BooleanField(_("search follows it"), default=True)
    edition = models.UUIDField(default=new_id, editable=False)
    #: By and when staff changed it last; None: as the house wrote it.
    changed_at = models.DateTimeField(_("changed at"), null=True, editable=False)
    changed_by = models.UUIDField(_("by"), null=True, editable=False)

    objects = TermGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group of search terms")
        verbose_name_plural = _("search terms")
        ordering: ClassVar[list[str]] = ["-changed_at", "id"]

    def __str__(self) -> str:
        return line(self.terms).removeprefix("= ")

    @property
    def terms(self) -> Terms:
        return Terms(vi=tuple(self.vi), en=tuple(self.en), common=tuple(self.common), typed=tuple(self.typed))

    def take(self, terms: Terms) -> None:
        """Hold these terms, as a new edition."""
        self.vi, self.en = list(terms.vi), list(terms.en)
        self.common, self.typed = list(terms.common), list(terms.typed)
        self.edition = new_id()


class TermChange(models.Model):
    """Somebody wrote or changed a group. Written with the change; the database refuses to alter it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    group = models.ForeignKey(TermGroup, models.PROTECT, related_name="changes", verbose_name=_("group"))
    old = models.CharField(_("before"), max_length=1000)
    new = models.CharField(_("after"), max_length=1000)
    by = models.UUIDField(_("by"), null=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("change of search terms")
        verbose_name_plural = _("changes of search terms")
        ordering: ClassVar[list[str]] = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
