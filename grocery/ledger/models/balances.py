"""What came on each account, kept by day, month and year, so that nobody adds up all postings ever made.

Whoever books leaves the entry's id (a trigger of migration 0010 does it) and touches no sum, so nobody waits for
anybody. A worker folds what is left there into the sums. Whoever reads adds the sums and what is not folded yet, in
one statement: neither twice, nor not at all. See docs/adr/0210.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Final, Self
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grocery.kernel import statements
from grocery.ledger.contracts import CHART, Grain

_BY_PROVIDER: Final = [account.value for account, info in CHART.items() if info.subject == "provider"]

#: A posting as it counts in the sums: on which day of the shop's calendar, and for whom.
_POSTED: Final = """
    (entry.at AT TIME ZONE %(zone)s)::date AS day, entry.store_id, posting.account, posting.rate,
    CASE WHEN posting.account = ANY(%(by_provider)s::text[]) THEN posting.subject ELSE '' END AS provider,
    greatest(posting.amount, 0) AS debit, greatest(-posting.amount, 0) AS credit
"""
_FOLDERS_TURN: Final = "SELECT pg_advisory_xact_lock(hashtextextended('ledger_balance', 0))"
_FOLD: Final = f"""
WITH taken AS (
    DELETE FROM "ledger_unfolded"
     WHERE entry_id IN (SELECT entry_id FROM "ledger_unfolded" ORDER BY entry_id LIMIT %(most)s)
    RETURNING entry_id
), moved AS (
    SELECT {_POSTED}
      FROM taken JOIN "ledger_entry" AS entry ON entry.id = taken.entry_id
      JOIN "ledger_posting" AS posting ON posting.entry_id = entry.id
), summed AS (
    SELECT day, store_id, account, rate, provider, sum(debit) AS debit, sum(credit) AS credit
      FROM moved GROUP BY 1, 2, 3, 4, 5
), folded AS (
    INSERT INTO "ledger_balance" AS kept (grain, begin, store_id, account, rate, provider, debit, credit, folded_at)
    SELECT grain, date_trunc(grain, day)::date, store_id, account, rate, provider, sum(debit), sum(credit), %(now)s
      FROM summed CROSS JOIN (VALUES ('day'), ('month'), ('year')) AS grains (grain)
     GROUP BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (grain, begin, store_id, account, rate, provider) DO UPDATE
       SET debit = kept.debit + EXCLUDED.debit, credit = kept.credit + EXCLUDED.credit,
           folded_at = EXCLUDED.folded_at
)
SELECT count(*) FROM taken
"""  # noqa: S608 - constants of this module
_UNFOLD: Final = """
INSERT INTO "ledger_unfolded" (entry_id) SELECT id FROM "ledger_entry" ON CONFLICT DO NOTHING
"""
#: What was on the accounts at the beginning of two days: whole years, whole months of the last one, days of the last
#: month, and what is not folded.
_SUMS: Final = f"""
WITH edge (is_first, until) AS (VALUES (true, %(first)s::date), (false, %(after)s::date)),
moved AS (
    SELECT edge.is_first, kept.account, kept.rate, kept.provider, kept.debit, kept.credit
      FROM edge
     CROSS JOIN LATERAL (
           SELECT * FROM "ledger_balance" WHERE grain = 'year' AND begin < date_trunc('year', edge.until)::date
        UNION ALL
           SELECT * FROM "ledger_balance"
            WHERE grain = 'month' AND begin >= date_trunc('year', edge.until)::date
              AND begin < date_trunc('month', edge.until)::date
        UNION ALL
           SELECT * FROM "ledger_balance"
            WHERE grain = 'day' AND begin >= date_trunc('month', edge.until)::date AND begin < edge.until
     ) AS kept
     WHERE %(store)s::uuid IS NULL OR kept.store_id = %(store)s::uuid
    UNION ALL
    SELECT edge.is_first, posted.account, posted.rate, posted.provider, posted.debit, posted.credit
      FROM (SELECT {_POSTED}
              FROM "ledger_unfolded" AS unfolded JOIN "ledger_entry" AS entry ON entry.id = unfolded.entry_id
              JOIN "ledger_posting" AS posting ON posting.entry_id = entry.id) AS posted
      JOIN edge ON posted.day < edge.until
     WHERE %(store)s::uuid IS NULL OR posted.store_id = %(store)s::uuid
)
SELECT account, rate, provider,
       coalesce(sum(debit - credit) FILTER (WHERE is_first), 0)::bigint,
       (sum(debit) FILTER (WHERE NOT is_first) - coalesce(sum(debit) FILTER (WHERE is_first), 0))::bigint,
       (sum(credit) FILTER (WHERE NOT is_first) - coalesce(sum(credit) FILTER (WHERE is_first), 0))::bigint
  FROM moved GROUP BY 1, 2, 3
"""  # noqa: S608 - constants of this module
_ALL_TOGETHER: Final = """
SELECT (coalesce((SELECT sum(debit - credit) FROM "ledger_balance" WHERE grain = 'year'), 0)
        + coalesce((SELECT sum(posting.amount) FROM "ledger_unfolded" AS unfolded
                      JOIN "ledger_posting" AS posting ON posting.entry_id = unfolded.entry_id), 0))::bigint
"""
#: Days against their postings, their months against days, their years against months. What agrees cancels out.
_WRONG: Final = f"""
WITH asked AS (SELECT day FROM unnest(%(days)s::date[]) AS day),
months AS (SELECT DISTINCT date_trunc('month', day)::date AS begin FROM asked),
years AS (SELECT DISTINCT date_trunc('year', day)::date AS begin FROM asked),
told AS (
    SELECT grain, begin, store_id, account, rate, provider, debit, credit
      FROM "ledger_balance" JOIN asked ON begin = day WHERE grain = 'day'
    UNION ALL
    SELECT 'day', posted.day, store_id, account, rate, provider, -debit, -credit
      FROM asked
     CROSS JOIN LATERAL (
           SELECT {_POSTED}
             FROM "ledger_entry" AS entry JOIN "ledger_posting" AS posting ON posting.entry_id = entry.id
            WHERE entry.at >= asked.day::timestamp AT TIME ZONE %(zone)s
              AND entry.at < (asked.day + 1)::timestamp AT TIME ZONE %(zone)s
              AND NOT EXISTS (SELECT FROM "ledger_unfolded" AS unfolded WHERE unfolded.entry_id = entry.id)
     ) AS posted
    UNION ALL
    SELECT grain, begin, store_id, account, rate, provider, debit, credit
      FROM months JOIN "ledger_balance" USING (begin) WHERE grain = 'month'
    UNION ALL
    SELECT 'month', months.begin, store_id, account, rate, provider, -debit, -credit
      FROM months JOIN "ledger_balance" AS day
        ON day.grain = 'day' AND day.begin >= months.begin AND day.begin < months.begin + interval '1 month'
    UNION ALL
    SELECT grain, begin, store_id, account, rate, provider, debit, credit
      FROM years JOIN "ledger_balance" USING (begin) WHERE grain = 'year'
    UNION ALL
    SELECT 'year', years.begin, store_id, account, rate, provider, -debit, -credit
      FROM years JOIN "ledger_balance" AS month
        ON month.grain = 'month' AND month.begin >= years.begin AND month.begin < years.begin + interval '1 year'
)
SELECT grain, begin, account, sum(debit - credit)::bigint
  FROM told GROUP BY grain, begin, store_id, account, rate, provider
HAVING sum(debit) <> 0 OR sum(credit) <> 0
 ORDER BY 1, 2, 3
"""  # noqa: S608 - constants of this module


@dataclass(frozen=True, slots=True)
class Moved:
    """An account, by VAT rate and provider: what was there, and what came on either side since."""

    account: str
    rate: Decimal | None
    provider: str
    opening: int
    debits: int
    credits: int


class BalanceQuerySet(models.QuerySet["Balance"]):
    def sums(self, first: date, after: date, store_id: UUID | None) -> list[Moved]:
        """What was on the accounts when `first` began, and what came before `after` did; those that ever moved."""
        rows = statements.rows(DEFAULT_DB_ALIAS, _SUMS, first=first, after=after, store=store_id, **_posted())
        return [Moved(*row) for row in rows]

    def all_together(self) -> int:
        """What all postings come to: nothing, unless the books are wrong."""
        return int(statements.rows(DEFAULT_DB_ALIAS, _ALL_TOGETHER)[0][0])

    def wrong(self, days: Sequence[date]) -> list[tuple[str, date, str, int]]:
        """Sums of these days, their months and years that are not what they are made of, and by how much."""
        return _seen(_WRONG, days=list(days), **_posted())

    def days_folded_since(self, when: datetime) -> set[date]:
        """Whose sums grew since."""
        return set(self.filter(grain=Grain.DAY, folded_at__gte=when).values_list("begin", flat=True).distinct())

    def span(self) -> tuple[date, date] | None:
        """The first and the last day of the books."""
        days = self.filter(grain=Grain.DAY).order_by("begin").values_list("begin", flat=True)
        return (days[0], days.reverse()[0]) if days else None


class Balance(models.Model):
    """What came on the two sides of one account within a day, month or year of the shop's calendar."""

    grain = models.CharField(max_length=5, choices=[(grain.value, grain.value) for grain in Grain])
    begin = models.DateField(_("day"))
    store_id = models.UUIDField(_("store"), null=True)
    account = models.CharField(_("account"), max_length=16)
    rate = models.DecimalField(_("VAT, %"), max_digits=5, decimal_places=2, null=True)
    provider = models.CharField(_("provider"), max_length=64, blank=True)
    debit = models.BigIntegerField(_("debit"))
    credit = models.BigIntegerField(_("credit"))
    folded_at = models.DateTimeField()

    objects = BalanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        constraints = [
            models.UniqueConstraint(
                fields=["grain", "begin", "store_id", "account", "rate", "provider"],
                nulls_distinct=False,
                name="ledger_one_balance",
            ),
            models.CheckConstraint(condition=Q(debit__gte=0, credit__gte=0), name="ledger_balance_has_two_sides"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["folded_at"], condition=Q(grain="day"), name="ledger_balance_folded"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.begin}"


class UnfoldedQuerySet(models.QuerySet["Unfolded"]):
    def fold(self, most: int, now: datetime) -> int:
        """Add up to `most` entries to the sums; how many. One folder at a time, for whom nobody else waits."""
        statements.rows(DEFAULT_DB_ALIAS, _FOLDERS_TURN)
        return int(statements.rows(DEFAULT_DB_ALIAS, _FOLD, most=most, now=now, **_posted())[0][0])

    def unfold(self) -> Self:
        """All entries, whose sums are forgotten: they are folded anew. Mine until the transaction ends."""
        statements.rows(DEFAULT_DB_ALIAS, _FOLDERS_TURN)
        Balance.objects.all().delete()
        statements.rows(DEFAULT_DB_ALIAS, _UNFOLD)
        return self.all()


class Unfolded(models.Model):
    """An entry that no sum has yet."""

    entry_id = models.UUIDField(primary_key=True, editable=False)

    objects = UnfoldedQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry to fold")
        verbose_name_plural = _("entries to fold")

    def __str__(self) -> str:
        return str(self.entry_id)


def _posted() -> dict[str, Any]:
    """The values of _POSTED."""
    return {"zone": settings.TIME_ZONE, "by_provider": _BY_PROVIDER}


def _seen(statement: str, **values: Any) -> list[Any]:
    """Rows of a statement whose plan hangs on its values: planned with them in sight."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
