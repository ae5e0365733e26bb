"""Undoing a change of stock that was posted."""

from __future__ import annotations

from grocery.kernel.errors import DomainError


class TakenBackAlready(DomainError):
    """A change is taken back once."""

    code = "taken_back_already"
    status = 409
    en = "This has been taken back already."
    vi = "Biến động này đã được hoàn tác rồi."


class NotTakenBackSo(DomainError):
    """What was sold, moved, received on a receipt or wasted on a slip is undone where it was done."""

    code = "not_taken_back_so"
    status = 409
    en = "This cannot be taken back here: undo the order, transfer, receipt or waste that it belongs to."
    vi = "Không hoàn tác ở đây được: hãy hoàn tác đơn hàng, phiếu chuyển, phiếu nhận hoặc phiếu hủy liên quan."
