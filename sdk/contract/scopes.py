"""What a person can be asked to allow, and the sentence they are asked with.

A capability without a scope needs no consent: it tells a mini-program nothing about the person that
opening it has not told already, and spends nothing of theirs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# Languages in which every sentence of the consent sheet exists.
LANGUAGES = ("en", "zh-Hans")


@dataclass(frozen=True, slots=True)
class Scope:
    """One line of the consent sheet."""

    name: str
    title: Mapping[str, str]
    # Completes the sheet's heading "<shop> would like to"; ends without a full stop in no language.
    consent_sentence: Mapping[str, str]
    # What the mini-program learns or may do, for merchants and reviewers.
    doc: str


def _scope(name: str, doc: str, *, en: tuple[str, str], zh: tuple[str, str]) -> Scope:
    return Scope(
        name=name,
        title=MappingProxyType({"en": en[0], "zh-Hans": zh[0]}),
        consent_sentence=MappingProxyType({"en": en[1], "zh-Hans": zh[1]}),
        doc=doc,
    )


SCOPES: Mapping[str, Scope] = MappingProxyType(
    {
        scope.name: scope
        for scope in (
            _scope(
                "profile",
                "The name and the picture of the person, as they are on the day of the answer.",
                en=("Name and picture", "See your name and profile picture."),
                zh=("姓名和头像", "获取你的姓名和头像。"),
            ),
            _scope(
                "address",
                "One delivery address that the person picks from their address book each time.",
                en=("Delivery address", "Use a delivery address that you choose each time."),
                zh=("收货地址", "使用你每次选定的收货地址。"),
            ),
            _scope(
                "phone",
                "One telephone number that the person picks or writes each time.",
                en=("Telephone number", "Get a telephone number that you choose each time."),
                zh=("电话号码", "获取你每次选定的电话号码。"),
            ),
            _scope(
                "pictures",
                "Pictures that the person chooses or takes each time, without their metadata.",
                en=("Pictures", "Get pictures that you choose or take each time."),
                zh=("图片", "获取你每次选择或拍摄的图片。"),
            ),
            _scope(
                "location_coarse",
                "The middle of a square of about 5 km in which the person is.",
                en=("Rough location", "Know roughly where you are, within about 5 km."),
                zh=("大致位置", "了解你的大致位置（约 5 公里范围）。"),
            ),
            _scope(
                "location_exact",
                "Where the person is, as exactly as their device knows.",
                en=("Exact location", "Know exactly where you are."),
                zh=("精确位置", "了解你的精确位置。"),
            ),
            _scope(
                "scan",
                "The text of a code that the person scans or types each time.",
                en=("Scanned codes", "Get the text of a code that you scan each time."),
                zh=("扫码", "获取你每次扫描的码中的文字。"),
            ),
            _scope(
                "contact",
                "The name of one contact whom the person picks each time, and an id for them.",
                en=("A contact", "Get the name of a contact whom you choose each time."),
                zh=("联系人", "获取你每次选定的一位联系人的名字。"),
            ),
            _scope(
                "clipboard",
                "A text that the person takes from their clipboard and sees before they give it.",
                en=("Clipboard", "Get a text that you paste and see each time."),
                zh=("剪贴板", "获取你每次粘贴并确认的文字。"),
            ),
            _scope(
                "messages",
                "Send the sentences of `hutong.messages` after an order, or on topics that the"
                " person has chosen: five for each.",
                en=("Messages", "Send you messages on the topics that you choose."),
                zh=("消息", "就你选择的主题向你发送消息。"),
            ),
            _scope(
                "bills",
                "Put a bill of the merchant before the person.  Paying it stays the person's act.",
                en=("Bills", "Send you bills. You decide whether and when to pay them."),
                zh=("账单", "向你发送账单。是否支付、何时支付由你决定。"),
            ),
            _scope(
                "payments",
                "Open the host's cashier for an order that the merchant's own server has made and"
                " signed.  The host shows the shop and the amount; paying stays the person's act.",
                en=("Payments", "Ask you to pay what its own server has ordered."),
                zh=("支付", "请你支付其服务器创建的订单。"),
            ),
        )
    }
)
