"""Refusals of the feed; each is explained in docs/problems/feed.md."""

from host.core.errors import BadInputError, NotFoundError


class PostNotFoundError(NotFoundError):
    """The post is gone, or is not for this person: the two look the same."""

    problem = "post-not-found"
    title = "This post is not here"


class CommentNotFoundError(NotFoundError):
    """The comment is gone, or is not for this person to delete."""

    problem = "comment-not-found"
    title = "This comment is not here"


class EmptyPostError(BadInputError):
    """Nothing was written, no picture chosen, no product shown."""

    problem = "empty-post"
    title = "The post is empty"


class TooManyPicturesError(BadInputError):
    """More pictures than a post can carry."""

    problem = "too-many-pictures"
    title = "Too many pictures"


class CardRefusedError(BadInputError):
    """What the post should show is not there, or is not for the feed."""

    problem = "card-refused"
    title = "This cannot be shown in a post"
