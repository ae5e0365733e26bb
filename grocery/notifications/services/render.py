"""Turning an order into words."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string

from grocery.kernel import phones
from grocery.kernel.money import Money, total
from grocery.notifications import policies
from grocery.notifications.contracts import Kind, Rendered
from grocery.notifications.services.money_words import money_words
from grocery.ordering import public as ordering


def render(
    *,
    kind: Kind,
    language: str,
    order: ordering.OrderView,
    name: str,
    reason: str = "",
    question: ordering.Substitution | ordering.WeightQuestion | None = None,
    back: ordering.ReturnView | None = None,
    amount: str = "",
    until: datetime | None = None,
) -> Rendered:
    """The words of a message about an order, in "vi" or "en". `reason`: why it was cancelled, or what is the matter;
    `question` and `back`, a return: their own; `amount`: money that it is about; `until`: when it is too late."""
    context = {"name": name, "reason": reason, "amount": amount, **_order(order, language)}
    if isinstance(question, ordering.WeightQuestion):
        context |= _weight_question(question, context["home"], language)
    elif question:
        context |= _question(question, context["home"], order.zone, language)
    if until:
        context["until"] = f"{until.astimezone(ZoneInfo(order.zone)):%H:%M, %d/%m}"
    if back:
        context |= _return(back, language)
    return _rendered(kind, language, context)


def render_credit(*, language: str, name: str, amount: Money, balance: Money, reason: str) -> Rendered:
    """The words about store credit that a customer may spend; `reason` "": a transfer of theirs became it."""
    home = _home(language)
    about = {"name": name, "amount": str(amount), "balance": str(balance), "reason": reason, "url": f"{home}credit/"}
    return _rendered(Kind.CREDIT_GIVEN, language, about | {"language": language, "home": home})


def _rendered(kind: Kind, language: str, context: dict[str, Any]) -> Rendered:
    subject, text, html = (
        render_to_string(f"notifications/{kind}.{language}.{part}", context) for part in ("subject", "txt", "html")
    )
    return Rendered(subject=" ".join(subject.split()), text=_tidy(text), html=_tidy(html))


def _home(language: str) -> str:
    return settings.PUBLIC_URL + ("/" if language == "vi" else f"/{language}/")


def _tidy(text: str) -> str:
    """Without the blank lines that tags of a template leave behind."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def reference(message_id: UUID) -> str:
    """The Message-ID of a message (RFC 5322, section 3.6.4): made from its own id, so that it never changes."""
    return f"<{message_id}@{urlsplit(settings.PUBLIC_URL).hostname}>"


def _order(order: ordering.OrderView, language: str) -> dict[str, Any]:
    """What templates may use. Amounts and quantities are text already; once known, what was packed counts."""
    home = _home(language)
    return {
        "language": language,
        "number": order.number,
        "lines": [_line(line, language) for line in order.lines],
        "subtotal": str(total(_amount(line) for line in order.lines)),
        "fee": str(order.fee - order.fee_discount) if order.fee > order.fee_discount else "",
        "total": str(order.total if order.charged is None else order.charged),
        "given_back": str(order.given_back) if order.given_back else "",
        "kept": str((order.charged or order.total) - order.given_back),
        "ceiling": str(order.ceiling) if order.charged is None and order.headroom else "",
        "agreed": "" if order.charged in {None, order.total} else str(order.total),
        "vat": [{"rate": policies.rate(part.rate, language), "amount": str(part.vat)} for part in order.vat],
        "when": policies.slot_text(order.slot_day, order.slot_starts_at, order.slot_ends_at, order.zone, language),
        "pickup": order.recipient.mode == "pickup",
        "recipient": order.recipient,
        "phone": phones.spoken(order.recipient.phone),
        "prepaid": order.method is not ordering.PaymentMethod.CASH_ON_DELIVERY,
        "money": money_words(order.method, language),
        "url": f"{home}orders/{order.id}/",
        "pay_url": f"{home}pay/{order.id}/",
        "home": home,
    }


def _question(question: ordering.Substitution, home: str, zone: str, language: str) -> dict[str, Any]:
    """What templates may say of a proposed substitute; the link opens it without signing in."""
    original, substitute = question.original, question.substitute
    token = ordering.answer_token(substitution_id=question.id)
    return {
        "gone": original.name(language),
        "gone_detail": _detail(original, language),
        "instead": substitute.name(language),
        "instead_detail": _detail(substitute, language),
        "cheaper_than": str(question.list_price) if question.list_price != substitute.price else "",
        "until": f"{question.answer_by.astimezone(ZoneInfo(zone)):%H:%M}" if question.answer_by else "",
        "replaced_by_default": question.default is ordering.SubstitutionDefault.REPLACE,
        "answer_url": f"{home}orders/answer/{token}/",
    }


def _weight_question(question: ordering.WeightQuestion, home: str, language: str) -> dict[str, Any]:
    """What templates may say of a weight beyond the tolerance; the link opens it without signing in."""
    token = ordering.weight_token(question_id=question.id)
    return {
        "product": question.name(language),
        "ordered": policies.measure(question.ordered, question.unit, language),
        "weighed": policies.measure(question.weighed, question.unit, language),
        "amount": str(question.amount),
        "agreed": str(question.agreed),
        "less": question.less,
        "until": f"{question.answer_by.astimezone(ZoneInfo(question.zone)):%H:%M}",
        "answer_url": f"{home}orders/answer/{token}/",
    }


def _detail(one: ordering.Substituted, language: str) -> str:
    pieces = ordering.pieces_of(one.quantity, one.piece_weight)
    return policies.line_detail(one.quantity, one.unit, one.price, language, pieces)


def _return(back: ordering.ReturnView, language: str) -> dict[str, Any]:
    """What templates may say of goods that were given back: `lines` are its own, each with what was decided."""
    return {
        "lines": [
            {
                "name": line.name(language),
                "detail": " · ".join(filter(None, (_measured(line, language), line.answer))),
                "amount": str(line.amount) if line.accepted is not False else _NOT_ACCEPTED[language],
            }
            for line in back.lines
        ],
        "amount": str(back.amount) if back.amount else "",
        "at_the_door": back.kind is ordering.ReturnKind.DOOR,
        "to_credit": back.to_credit,
    }


def _measured(line: ordering.ReturnLineView, language: str) -> str:
    """How much of it; "" for money without goods."""
    return policies.measure(line.quantity, line.unit, language) if line.quantity else ""


_NOT_ACCEPTED = {"vi": "không nhận", "en": "not accepted"}


def _line(line: ordering.OrderLineView, language: str) -> dict[str, Any]:
    weighed = line.packed is not None and line.packed != line.quantity
    quantity = line.quantity if line.packed is None else line.packed
    pieces = None if weighed else ordering.pieces_of(quantity, line.piece_weight)
    return {
        "name": line.name(language),
        "detail": policies.line_detail(quantity, line.unit, line.price, language, pieces),
        "amount": str(_amount(line)),
        # What lowered it is told in the amounts that were agreed; once weighed, only that it did.
        "reasons": [
            effect.name(language) if line.packed_amount not in {None, line.amount} else _reason(effect, language)
            for effect in line.adjustments
        ],
    }


def _reason(effect: ordering.Adjustment, language: str) -> str:
    return f"{effect.name(language)}: {effect.amount}"


def _amount(line: ordering.OrderLineView) -> Money:
    return line.amount if line.packed_amount is None else line.packed_amount
