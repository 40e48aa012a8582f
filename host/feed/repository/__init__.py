"""The SQL of the feed: posts and what people do with them, and the news of it."""

from host.feed.repository.posts import (
    NEWEST,
    empty_post,
    find_page_of,
    find_page_of_all,
    find_pictures,
    find_post,
    find_posts,
    hide_post,
    insert_post,
)
from host.feed.repository.talk import (
    count_comments,
    count_likes,
    delete_like,
    empty_comment,
    find_comment,
    find_comments,
    find_liked,
    find_likers,
    insert_comment,
    insert_like,
)

__all__ = [
    "NEWEST",
    "count_comments",
    "count_likes",
    "delete_like",
    "empty_comment",
    "empty_post",
    "find_comment",
    "find_comments",
    "find_liked",
    "find_likers",
    "find_page_of",
    "find_page_of_all",
    "find_pictures",
    "find_post",
    "find_posts",
    "hide_post",
    "insert_comment",
    "insert_like",
    "insert_post",
]
