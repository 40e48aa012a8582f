"""Use cases of chat, by what they are about."""

from host.chat.service.access import access_conversation
from host.chat.service.conversations import (
    find_or_create_brand,
    find_or_create_direct,
    open_direct,
)
from host.chat.service.groups import (
    add_members,
    create_group,
    find_member_faces,
    leave_group,
    remove_member,
    rename_group,
)
from host.chat.service.inbox import find_inbox_person, list_inbox, read_inbox, reply_as_brand
from host.chat.service.listing import (
    count_unread,
    list_conversations,
    next_cursor,
    show_conversation,
)
from host.chat.service.packets import (
    PacketAsk,
    PacketView,
    access_packet,
    check_packet,
    open_packet,
    send_packet,
)
from host.chat.service.reading import list_messages, mark_read, open_page, show_message
from host.chat.service.sending import post_message, recall_message, send_message, send_notice
from host.chat.service.sharing import find_card, find_targets, share_card
from host.chat.service.splits import SplitAsk, split_bill

__all__ = [
    "PacketAsk",
    "PacketView",
    "SplitAsk",
    "access_conversation",
    "access_packet",
    "add_members",
    "check_packet",
    "count_unread",
    "create_group",
    "find_card",
    "find_inbox_person",
    "find_member_faces",
    "find_or_create_brand",
    "find_or_create_direct",
    "find_targets",
    "leave_group",
    "list_conversations",
    "list_inbox",
    "list_messages",
    "mark_read",
    "next_cursor",
    "open_direct",
    "open_packet",
    "open_page",
    "post_message",
    "read_inbox",
    "recall_message",
    "remove_member",
    "rename_group",
    "reply_as_brand",
    "send_message",
    "send_notice",
    "send_packet",
    "share_card",
    "show_conversation",
    "show_message",
    "split_bill",
]
