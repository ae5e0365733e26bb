"""What can go wrong with whom an order's invoice is made out to."""

from __future__ import annotations

from grocery.kernel.errors import DomainError


class InvoiceTooLate(DomainError):
    """It is prepared when the order is packed."""

    code = "invoice_too_late"
    status = 409
    en = "The invoice is made when the order is packed: its company can no longer be changed here. Please call us."
    vi = "Hóa đơn được lập khi đóng gói nên không thể đổi công ty tại đây. Vui lòng gọi cho cửa hàng."
