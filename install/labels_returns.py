"""What the fields of our smart process are called, in every language that a portal may speak (as `install/labels.py`);
those that deals have too are called the same."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.flows.return_process import ReturnField
from b24app.flows.snapshot import Role
from install.labels import LANGUAGES, labels

_AS_DEALS: Mapping[ReturnField, Role] = {
    ReturnField.TRACKING: Role.TRACKING,
    ReturnField.LINK: Role.LINK,
    ReturnField.STATUS: Role.STATUS,
}
_TABLE: Mapping[ReturnField, tuple[str, ...]] = {
    ReturnField.NUMBER: (
        "Номер возврата",
        "Return number",
        "Номер повернення",
        "Қайтару нөмірі",
        "Rücksendenummer",
        "Numéro de retour",
        "Numero del reso",
        "Número de devolución",
        "Número da devolução",
        "Numer zwrotu",
        "İade numarası",
        "Số trả hàng",
        "Nomor retur",
        "Nombor pemulangan",
        "หมายเลขการคืนสินค้า",
        "वापसी संख्या",
        "رقم الإرجاع",
        "退货编号",
        "退貨編號",
        "返品番号",
    ),
    ReturnField.REASON: (
        "Причина возврата",
        "Reason for the return",
        "Причина повернення",
        "Қайтару себебі",
        "Grund der Rücksendung",
        "Motif du retour",
        "Motivo del reso",
        "Motivo de la devolución",
        "Motivo da devolução",
        "Powód zwrotu",
        "İade nedeni",
        "Lý do trả hàng",
        "Alasan retur",
        "Sebab pemulangan",
        "เหตุผลการคืนสินค้า",
        "वापसी का कारण",
        "سبب الإرجاع",
        "退货原因",
        "退貨原因",
        "返品理由",
    ),
    ReturnField.OWED: (
        "К возврату",
        "To be refunded",
        "До повернення",
        "Қайтарылуы тиіс сома",
        "Zu erstatten",
        "À rembourser",
        "Da rimborsare",
        "A reembolsar",
        "A reembolsar",
        "Do zwrotu",
        "İade edilecek tutar",
        "Số tiền cần hoàn",
        "Yang harus dikembalikan",
        "Jumlah perlu dibayar balik",
        "ยอดที่ต้องคืนเงิน",
        "वापस की जाने वाली राशि",
        "المبلغ المستحق رده",
        "应退金额",
        "應退金額",
        "返金予定額",
    ),
    ReturnField.REFUNDED: (
        "Возвращено",
        "Refunded",
        "Повернено",
        "Қайтарылды",
        "Erstattet",
        "Remboursé",
        "Rimborsato",
        "Reembolsado",
        "Reembolsado",
        "Zwrócono",
        "İade edildi",
        "Đã hoàn tiền",
        "Sudah dikembalikan",
        "Telah dibayar balik",
        "คืนเงินแล้ว",
        "वापस की गई राशि",
        "المبلغ المردود",
        "已退金额",
        "已退金額",
        "返金済み",
    ),
}


def return_labels(field: ReturnField) -> dict[str, str]:
    """Language -> what the field is called there."""
    if field in _AS_DEALS:
        return labels(_AS_DEALS[field])
    return dict(zip(LANGUAGES, _TABLE[field], strict=True))
