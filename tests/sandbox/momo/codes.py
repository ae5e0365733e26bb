"""Result codes, from the page "resultcode" of https://developers.momo.vn/v3/."""

from __future__ import annotations

from dataclasses import dataclass

SUCCESS = 0
AUTHORISED = 9000
WAITING = 1000
PROCESSING = 7002


@dataclass(frozen=True)
class Meaning:
    """`final`: one may stop asking."""

    final: bool
    en: str
    vi: str


CODES = {
    0: Meaning(True, "Successful.", "Thành công."),
    10: Meaning(False, "System is under maintenance.", "Hệ thống đang được bảo trì."),
    11: Meaning(False, "Access denied.", "Truy cập bị từ chối."),
    12: Meaning(False, "API version is not supported.", "Phiên bản API không được hỗ trợ."),
    13: Meaning(False, "Merchant authentication failed.", "Xác thực doanh nghiệp thất bại."),
    20: Meaning(False, "Bad format request.", "Yêu cầu sai định dạng."),
    21: Meaning(False, "Invalid transaction amount.", "Số tiền giao dịch không hợp lệ."),
    22: Meaning(False, "The transaction amount is out of range.", "Số tiền giao dịch không hợp lệ."),
    40: Meaning(False, "Duplicated requestId.", "RequestId bị trùng."),
    41: Meaning(False, "Duplicated orderId.", "OrderId bị trùng."),
    42: Meaning(False, "Invalid orderId or orderId is not found.", "OrderId không hợp lệ hoặc không được tìm thấy."),
    43: Meaning(False, "A conflicting transaction is being processed.", "Xung đột trong quá trình xử lý giao dịch."),
    45: Meaning(False, "Duplicated item id.", "Trùng ItemId."),
    47: Meaning(False, "Invalid data in a list.", "Dữ liệu trong danh sách không hợp lệ."),
    98: Meaning(True, "The QR code was not created.", "Mã QR chưa được tạo."),
    99: Meaning(True, "Unknown error.", "Lỗi không xác định."),
    1000: Meaning(False, "Waiting for the user's confirmation.", "Đang chờ người dùng xác nhận thanh toán."),
    1001: Meaning(True, "Insufficient balance.", "Tài khoản người dùng không đủ số dư."),
    1002: Meaning(True, "Rejected by the issuer.", "Giao dịch bị từ chối bởi nhà phát hành."),
    1003: Meaning(True, "The transaction was cancelled.", "Giao dịch đã bị hủy."),
    1004: Meaning(True, "The user's payment limit is exceeded.", "Số tiền vượt quá hạn mức của người dùng."),
    1005: Meaning(True, "The URL or QR code expired.", "Url hoặc QR code đã hết hạn."),
    1006: Meaning(True, "The user refused to pay.", "Giao dịch bị từ chối bởi người dùng."),
    1007: Meaning(True, "Inactive or missing account.", "Tài khoản không tồn tại hoặc đang ngưng hoạt động."),
    1017: Meaning(True, "Cancelled by the merchant.", "Giao dịch bị hủy bởi đối tác."),
    1026: Meaning(True, "Restricted by promotion rules.", "Giao dịch bị hạn chế theo thể lệ khuyến mãi."),
    1080: Meaning(True, "The refund failed, try again in an hour.", "Hoàn tiền thất bại, thử lại sau một giờ."),
    1081: Meaning(True, "The refund was rejected.", "Giao dịch hoàn tiền bị từ chối."),
    1088: Meaning(True, "The transaction cannot be refunded.", "Giao dịch không được hỗ trợ hoàn tiền."),
    2019: Meaning(True, "Invalid orderGroupId.", "orderGroupId không hợp lệ."),
    4001: Meaning(True, "The user's account is restricted.", "Tài khoản người dùng đang bị hạn chế."),
    4002: Meaning(True, "The user is not verified by biometrics.", "Người dùng chưa xác thực sinh trắc học."),
    4100: Meaning(True, "The user failed to log in.", "Người dùng không đăng nhập thành công."),
    7000: Meaning(False, "Being processed.", "Giao dịch đang được xử lý."),
    7002: Meaning(False, "Being processed by the payment source.", "Giao dịch đang được nhà cung cấp xử lý."),
    8000: Meaning(False, "The user must confirm again.", "Người dùng cần xác nhận lại."),
    9000: Meaning(False, "Authorised.", "Giao dịch đã được xác nhận."),
}
#: A request that is wrong in itself; MoMo answers it with 400, everything else with 200.
BAD_REQUEST = {11, 12, 13, 20, 45, 47}


class Refused(Exception):
    """MoMo says no, by a result code."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(message or CODES[code].en)
        self.code, self.message = code, message

    @property
    def status(self) -> int:
        return 400 if self.code in BAD_REQUEST else 200


def told(code: int, language: str) -> str:
    """The message beside a code; anything but English is Vietnamese."""
    return CODES[code].en if language == "en" else CODES[code].vi


def final(code: int) -> bool:
    return CODES[code].final
