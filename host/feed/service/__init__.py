"""Use cases of the feed: posts, what people do with them, and the news of it."""

from host.feed.service.access import access_post
from host.feed.service.cards import load_post_cards
from host.feed.service.news import count_unseen, list_news, mark_seen
from host.feed.service.posts import (
    check_draft,
    create_post,
    delete_post,
    find_card,
    hide_post,
    list_posts,
    list_posts_of,
    open_post,
    show_post,
)
from host.feed.service.talk import delete_comment, like_post, post_comment, unlike_post

__all__ = [
    "access_post",
    "check_draft",
    "count_unseen",
    "create_post",
    "delete_comment",
    "delete_post",
    "find_card",
    "hide_post",
    "like_post",
    "list_news",
    "list_posts",
    "list_posts_of",
    "load_post_cards",
    "mark_seen",
    "open_post",
    "post_comment",
    "show_post",
    "unlike_post",
]
