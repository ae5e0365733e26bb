"""Families of refresh tokens: one per device that signed in over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grocery.accounts.contracts import EndReason
from grocery.accounts.models.people import User
from grocery.kernel.ids import new_id

REASONS = [
    (EndReason.SIGNED_OUT, _("signed out")),
    (EndReason.REUSED, _("a spent token was used again")),
    (EndReason.PASSWORD_CHANGED, _("password changed")),
    (EndReason.ENDED_FOR_USER, _("ended by staff")),
]


class RefreshFamilyQuerySet(models.QuerySet["RefreshFamily"]):
    def known_as(self, family_id: UUID) -> Self:
        return self.filter(pk=family_id)

    def of(self, user_id: UUID) -> Self:
        return self.filter(user_id=user_id)

    def open(self, *, epoch: int, now: datetime) -> Self:
        """Those that could still be refreshed."""
        return self.filter(ended_at=None, expires_at__gt=now, epoch=epoch)

    def claim(self, digest: str, *, successor: str, until: datetime, now: datetime) -> bool:
        """Spend the token `digest` for its `successor`: one UPDATE, so that of many at once one wins."""
        return bool(
            self.filter(digest=digest).update(
                digest=successor, rotations=F("rotations") + 1, rotated_at=now, expires_at=until
            )
        )

    def end(self, because: EndReason, *, now: datetime) -> int:
        """End those that have not ended yet; how many."""
        return self.filter(ended_at=None).update(ended_at=now, ended_because=because)


class RefreshFamily(models.Model):
    """One sign-in over the API. Only the newest token of a family is good, once; only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="refresh_families", verbose_name=_("user"))
    digest = models.CharField(max_length=64, help_text="SHA-256, hexadecimal")
    fingerprint = models.CharField(max_length=64, help_text="of the user's password at sign-in")
    epoch = models.PositiveSmallIntegerField(_("restore epoch"))
    rotations = models.PositiveIntegerField(_("refreshed"), default=0)
    created_at = models.DateTimeField(_("signed in"))
    rotated_at = models.DateTimeField(_("last used"))
    expires_at = models.DateTimeField(_("good until"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_because = models.CharField(_("because"), max_length=20, blank=True, default="", choices=REASONS)

    objects = RefreshFamilyQuerySet.as_manager()

    class Meta:
        verbose_name = _("signed-in device")
        verbose_name_plural = _("signed-in devices")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_because="") | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="family_ended_for_a_reason",
            ),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="family_digest_is_sha256"),
        ]

    def __str__(self) -> str:
        return str(self.id)
