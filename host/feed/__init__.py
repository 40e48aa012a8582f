"""Feed: posts with pictures and a product, likes and comments, and what is new about one's own.

Owns the tables ``feed_*``.  Who may see a post is decided in one place, ``service.access_post``
for one and ``service.list_posts`` for many: its author, and unless one blocks the other, everybody
for a public post and the author's contacts for the rest.  Who sees a post sees its likes and
comments, less those of people on either side of a block.
"""
