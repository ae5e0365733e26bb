"""Carts: what somebody means to buy. Nothing is promised by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from typing import Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from grocery.kernel import statements
from grocery.kernel.quantity import ZERO
from grocery.ordering.contracts import CartOwner, SubstitutionChoice
from grocery.ordering.models import offers_in_carts as offers
from grocery.ordering.models.cart_sql import AS_PUT, BEGIN_CART, IF_UNCHANGED, MINE, NEXT, READ, SAW_OFFERS, SEEN
from grocery.ordering.models.columns import CHOICES, amount_of, key
from grocery.ordering.policies.coupons import PER_CART

_SIMILAR = SubstitutionChoice.SIMILAR.value
_KNOWN = [choice.value for choice in SubstitutionChoice]


class CartQuerySet(models.QuerySet["Cart"]):
    def of(self, owner: CartOwner, store_id: UUID | None = None) -> Self:
        """The owner's carts: a customer's, or those of a guest's token; none for a guest without one."""
        mine = (
            self.filter(customer_id=owner.customer_id)
            if owner.customer_id
            else self.filter(token=owner.token)
            if owner.token
            else self.none()
        )
        return mine.filter(store_id=store_id) if store_id else mine

    def with_id(self, cart_id: UUID) -> Self:
        return self.filter(id=cart_id)

    def held_by(self, owner: CartOwner, store_id: UUID | None = None) -> Cart | None:
        """The owner's cart of this store, or of the one where it was begun last."""
        return self.of(owner, store_id).order_by("-id").first()

    def looked_at(self, owner: CartOwner, store_id: UUID | None, now: datetime | None) -> Cart | None:
        """The same; `now`: with `found_offers`, what may count for the cart then."""
        return self._of_owner(_LOOK, owner, store_id, now)

    def locked_for(self, owner: CartOwner, store_id: UUID | None, now: datetime | None) -> Cart | None:
        """As `looked_at`, at its next version: its row is nobody else's to change until the transaction ends."""
        return self._of_owner(_CHANGE, owner, store_id, now)

    def looked_at_line(
        self, owner: CartOwner, store_id: UUID | None, sku: str, now: datetime
    ) -> tuple[Cart, CartLine | None, int] | None:
        """As `looked_at`, with its line of this SKU, if it has one, and how many lines it has: all of one moment."""
        column, mine = ("customer_id", owner.customer_id) if owner.customer_id else ("token", owner.token)
        values = [mine, store_id, store_id, *offers.for_cart_params(now), sku]
        found = statements.rows(self.db, _LOOK_AT_LINE[column, True], values) if mine else []
        if not found:
            return None
        cart, (cart.found_offers, size, *line) = statements.load(Cart, found[0]), found[0][_CART_COLUMNS:]
        return cart, (statements.load(CartLine, line) if line[0] else None), size

    def _of_owner(
        self, prepared: _ByOwner, owner: CartOwner, store_id: UUID | None, now: datetime | None
    ) -> Cart | None:
        column, mine = ("customer_id", owner.customer_id) if owner.customer_id else ("token", owner.token)
        values = [mine, store_id, store_id, *(offers.for_cart_params(now) if now else ())]
        found = statements.rows(self.db, prepared[column, now is not None], values) if mine else []
        if not found:
            return None
        cart = statements.load(Cart, found[0])
        cart.found_offers = found[0][-1] if now else None
        return cart

    def saw_offers(self, cart: Cart, offers: Set[UUID]) -> None:
        """Remember that these offers on the whole cart counted; one statement where they are others than before."""
        if offers != set(cart.offers_seen):
            cart.offers_seen = sorted(offers)
            self.filter(id=cart.id).update(offers_seen=cart.offers_seen)

    def have_coupons(self, cart_id: UUID, codes: Sequence[str]) -> None:
        self.filter(id=cart_id).update(coupons=list(codes))

    def locked(self, ids: Iterable[UUID]) -> dict[UUID, Cart]:
        """These carts, locked in key order; those that are gone by now are missing."""
        return {cart.id: cart for cart in self.filter(id__in=list(ids)).order_by("id").select_for_update()}

    def taken_out(
        self, customer_id: UUID, store_id: UUID | None, now: datetime
    ) -> tuple[Cart, list[CartLine]] | None:
        """The customer's cart, locked, and its lines, no longer in it, in the order they were put in; None if empty.

        With the offers that may count for it. One statement. A line that another transaction takes out or changes at
        this moment is gone, or as changed:
        DELETE looks again once it has the row. One that is put in at this moment stays in the cart.
        """
        rows = statements.rows(self.db, _TAKE_OUT, [*offers.for_cart_params(now), customer_id, store_id, store_id])
        if not rows:
            return None
        cart_id, own_store, zone, choice, coupons, found = rows[0][:_OF_CART]
        cart = Cart(id=cart_id, customer_id=customer_id, store_id=own_store, zone=zone, substitution=choice)
        cart.coupons, cart.found_offers = coupons, found
        return cart, [statements.load(CartLine, row[_OF_CART:]) for row in rows]

    def take_over(self, mine: Cart, guests: Cart, *, was_empty: bool) -> None:
        """Keep what the guest said about the whole cart, where the customer had not begun one of their own."""
        changed: dict[str, object] = {"version": models.F("version") + 1}
        if was_empty and guests.substitution != mine.substitution:
            changed["substitution"] = guests.substitution
        if guests.wanted_day and (was_empty or not mine.wanted_day):
            changed["wanted_day"] = guests.wanted_day
        if guests.coupons:
            both = dict.fromkeys([*mine.coupons, *guests.coupons])
            changed["coupons"] = list(both)[:PER_CART]
        self.filter(id=mine.id).update(**changed)

    def begin(self, owner: CartOwner, *, store_id: UUID, zone: str, now: datetime | None = None) -> Cart | None:
        """Make the owner's cart of this store; None when another request has just made it. `now`: with offers."""
        cart = Cart(customer_id=owner.customer_id, token=owner.token, store_id=store_id, zone=zone)
        values = [cart.id, cart.customer_id, cart.token, store_id, zone]
        with connection.cursor() as cursor:
            if now is None:
                cursor.execute(BEGIN_CART, values)
                return cart if cursor.rowcount else None
            cursor.execute(f"{BEGIN_CART} RETURNING {offers.FOR_CART}", values + offers.for_cart_params(now))
            found = cursor.fetchone()
        if found is None:
            return None
        cart.found_offers = found[0]
        return cart

    def abandoned(self, before: datetime) -> Self:
        """Guests' carts that nobody has touched since."""
        return self.filter(customer_id=None, created_at__lt=before).exclude(lines__touched_at__gte=before)

    def of_store(self, store_id: UUID | None) -> Self:
        """One store's; None: all stores'."""
        return self if store_id is None else self.filter(store_id=store_id)

    def samples(self, store_id: UUID | None, *, most: int) -> list[Cart]:
        """The carts that were begun last and have something in them, with their lines; two statements."""
        filled = self.of_store(store_id).filter(lines__isnull=False).distinct()
        return list(filled.order_by("-id").prefetch_related("lines")[:most])

    def with_size(self) -> Self:
        return self.annotate(size=models.Count("lines"))


class Cart(models.Model):
    """What somebody means to buy from one store: a customer's, or a guest's who holds the token."""

    id = key()
    customer_id = models.UUIDField(_("customer"), null=True, blank=True)
    token = models.UUIDField(_("guest's token"), null=True, blank=True)
    store_id = models.UUIDField(_("store"))
    zone = models.CharField(_("the store's time zone"), max_length=64)
    created_at = models.DateTimeField(_("begun"), db_default=models.functions.Now())
    substitution = models.CharField(
        _("if something runs out"), max_length=8, choices=CHOICES, default=_SIMILAR, db_default=_SIMILAR
    )
    wanted_day = models.DateField(_("for the day"), null=True, blank=True)
    coupons = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("coupons"),
        default=list,
        db_default=Value([], ArrayField(models.CharField(max_length=40))),
        blank=True,
    )
    #: Offers on the whole cart that counted when its owner last changed it in the whole or acknowledged what changed.
    offers_seen = ArrayField(
        models.UUIDField(),
        verbose_name=_("offers last seen"),
        default=list,
        db_default=Value([], ArrayField(models.UUIDField())),
        blank=True,
    )
    #: Higher with each change of what is in it or was said about it, whoever makes it.
    version = models.BigIntegerField(_("version"), default=1, db_default=1)
    #: What `FOR_CART` found; None: it was not asked.
    found_offers: str | None = None

    objects = CartQuerySet.as_manager()

    class Meta:
        verbose_name = _("cart")
        verbose_name_plural = _("carts")
        constraints = [
            models.UniqueConstraint(fields=["customer_id", "store_id"], name="one_cart_per_customer_and_store"),
            models.UniqueConstraint(fields=["token", "store_id"], name="one_cart_per_token_and_store"),
            models.CheckConstraint(
                condition=Q(customer_id=None, token__isnull=False) | Q(customer_id__isnull=False, token=None),
                name="cart_has_one_owner",
            ),
            models.CheckConstraint(condition=Q(substitution__in=_KNOWN), name="cart_substitution_known"),
        ]

    def __str__(self) -> str:
        return f"cart:{self.id}"

    @property
    def owner(self) -> CartOwner:
        return CartOwner(customer_id=self.customer_id, token=self.token)

    @property
    def holder(self) -> str:
        """As stock and slots know it."""
        return f"cart:{self.id}"


class CartLineQuerySet(models.QuerySet["CartLine"]):
    def of_cart(self, cart_id: UUID) -> Self:
        """A cart's lines, in the order they were put in."""
        return self.filter(cart_id=cart_id).order_by("id")

    def in_cart_of(self, owner: CartOwner, store_id: UUID | None) -> Self:
        """The lines of the owner's cart of this store, or of the one where it was begun last."""
        cart = Cart.objects.of(owner, store_id).order_by("-id").values("id")[:1]
        return self.filter(cart_id__in=cart)

    def all_of(self, cart_id: UUID) -> list[CartLine]:
        """The same, read."""
        return [statements.load(CartLine, row) for row in statements.rows(self.db, _LINES, [cart_id])]

    def one_of(self, cart_id: UUID, sku: str) -> tuple[CartLine | None, int]:
        """The cart's line of this SKU, if it has one, and how many lines it has in all."""
        [(size, *row)] = statements.rows(self.db, _ONE_LINE, [cart_id, cart_id, sku])
        return (statements.load(CartLine, row) if row[0] else None), size

    def of_sku(self, sku: str) -> Self:
        return self.filter(sku=sku)

    def see(self, lines: Iterable[CartLine]) -> None:
        """Write down what these lines have been acknowledged as; a line that is gone by now stays gone."""
        self.bulk_update(list(lines), SEEN)

    def move(self, lines: Iterable[CartLine], cart_id: UUID) -> None:
        """Have copies of these lines, with all that was said about them, in another cart that has none of them."""
        self.bulk_create(
            [
                CartLine(
                    cart_id=cart_id,
                    sku=line.sku,
                    quantity=line.quantity,
                    touched_at=line.touched_at,
                    **{name: getattr(line, name) for name in SEEN},
                    near_expiry=line.near_expiry,
                    note=line.note,
                    substitution=line.substitution,
                    substitute_sku=line.substitute_sku,
                )
                for line in lines
            ]
        )

    def complete(self, lines: Iterable[CartLine], others: Mapping[str, CartLine]) -> None:
        """Where nothing was said about a line, let it be what was said about the same SKU elsewhere."""
        changed = []
        for line in lines:
            other = others.get(line.sku)
            if other is None or not (other.note or other.substitution):
                continue
            line.note = line.note or other.note
            if not line.substitution:
                line.substitution, line.substitute_sku = other.substitution, other.substitute_sku
            changed.append(line)
        if changed:
            self.bulk_update(changed, ["note", "substitution", "substitute_sku"])

    def put_if_unchanged(self, line: CartLine, cart: Cart) -> bool:
        """Have this line as by `put`, and the cart at its next version, if it is still at this one; one statement."""
        written = statements.insert([line], on_conflict=AS_PUT, provided=IF_UNCHANGED, values=[cart.id, cart.version])
        cart.version += written
        return bool(written)

    def put_with_offers(self, line: CartLine, cart: Cart, offers: Set[UUID]) -> None:
        """Have this line as by `put`, and remember that these offers counted for its cart, in one statement."""
        if offers == set(cart.offers_seen):
            self.put([line])
            return
        cart.offers_seen = sorted(offers)
        statements.insert([line], on_conflict=AS_PUT, provided=SAW_OFFERS, values=[cart.offers_seen, cart.id])

    def put(self, lines: Iterable[CartLine], *, notes: bool = False) -> None:
        """Have these lines with their quantities, and what was seen of them, new or not, in one statement.

        `notes`: what is written on them, too.
        """
        statements.insert(list(lines), on_conflict=AS_PUT + (", note = EXCLUDED.note" if notes else ""))


class CartLine(models.Model):
    """So much of one SKU, and the price that was last shown for it."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines", verbose_name=_("cart"))
    sku = models.CharField(_("SKU"), max_length=64)
    quantity = amount_of(_("quantity"))
    price_seen = models.BigIntegerField(_("price last seen, ₫"))
    # what its owner last acknowledged, beside the price
    shortage_seen = amount_of(_("shortage last seen"), default=ZERO)
    sold_seen = models.BooleanField(_("seen as sold"), default=True, db_default=True)
    discount_seen = models.BigIntegerField(_("offers last seen, ₫"), default=0, db_default=0)
    near_expiry = models.BooleanField(_("near expiry accepted"), default=False, db_default=False)
    touched_at = models.DateTimeField(_("changed"))
    note = models.CharField(_("note"), max_length=200, blank=True, default="", db_default="")
    substitution = models.CharField(
        _("if it runs out"),
        max_length=8,
        choices=CHOICES,
        blank=True,
        default="",
        db_default="",
        help_text=_("empty: as for the whole cart"),
    )
    substitute_sku = models.CharField(_("best replaced by"), max_length=64, blank=True, default="", db_default="")

    objects = CartLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("cart line")
        verbose_name_plural = _("cart lines")
        constraints = [
            models.UniqueConstraint(fields=["cart", "sku"], name="sku_once_per_cart"),
            models.CheckConstraint(condition=Q(quantity__gt=0, quantity__lte=999), name="cart_line_quantity_bounded"),
            models.CheckConstraint(condition=Q(price_seen__gte=0), name="cart_line_price_not_negative"),
            models.CheckConstraint(condition=Q(substitution__in=["", *_KNOWN]), name="cart_line_substitution_known"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"


#: So many columns of the cart come before those of the line.
_OF_CART = 6
_TAKE_OUT = f"""
    WITH cart AS (
        SELECT id, store_id, zone, substitution, coupons, {offers.FOR_CART} AS offers FROM "ordering_cart"
        WHERE customer_id = %s AND (%s::uuid IS NULL OR store_id = %s)
        ORDER BY id DESC LIMIT 1 FOR UPDATE
    ), line AS (
        DELETE FROM "ordering_cartline" USING cart WHERE cart_id = cart.id
        RETURNING "ordering_cartline".*
    ), emptied AS (
        UPDATE "ordering_cart" SET coupons = '{{}}', version = version + 1 FROM cart
        WHERE "ordering_cart".id = cart.id
    )
    SELECT cart.id, store_id, zone, cart.substitution, coupons, offers, {statements.columns(CartLine, "line")}
    FROM cart, line ORDER BY line.id
"""  # noqa: S608 - put together from constants
type _ByOwner = Mapping[tuple[str, bool], str]


def _by_owner(statement: str) -> _ByOwner:
    """For customers and guests, without and with the offers."""
    columns = statements.columns(Cart, '"ordering_cart"')
    return {
        (owner, with_offers): statement.replace("<owner>", owner).replace(
            "<columns>", f"{columns}, {offers.FOR_CART}" if with_offers else columns
        )
        for owner in ("customer_id", "token")
        for with_offers in (False, True)
    }


_LOOK, _CHANGE = _by_owner(MINE + READ), _by_owner(MINE + NEXT)
_CART_COLUMNS = len(Cart._meta.concrete_fields)
_WITH_LINE = f"""
    SELECT <columns>, (SELECT count(*) FROM "ordering_cartline" WHERE cart_id = mine.id),
           {statements.columns(CartLine, "line")}
    FROM "ordering_cart" JOIN mine ON mine.id = "ordering_cart".id
    LEFT JOIN "ordering_cartline" line ON line.cart_id = mine.id AND line.sku = %s
"""  # noqa: S608 - put together from constants
_LOOK_AT_LINE = _by_owner(MINE + _WITH_LINE)
_LINES = f'SELECT {statements.columns(CartLine, "line")} FROM "ordering_cartline" line WHERE cart_id = %s ORDER BY id'  # noqa: S608 - put together from constants
_ONE_LINE = f"""
    SELECT (SELECT count(*) FROM "ordering_cartline" WHERE cart_id = %s), {statements.columns(CartLine, "line")}
    FROM (VALUES (1)) AS always LEFT JOIN "ordering_cartline" line ON line.cart_id = %s AND line.sku = %s
"""  # noqa: S608 - put together from constants
