"""The document in which a mini-program is shown, and how little it may do.

It has no origin, so it reads nothing of this host; it may run one script and load two style sheets,
named by their exact addresses, and pictures from two folders.  The program's own markup never
comes as text: ``frame.js`` makes nodes from a tree.
"""

from markupsafe import Markup

from host.core.assets import Assets

_STYLES = ("css/tokens.css", "frame.css")
_PAGE = Markup(
    '<!doctype html>\n<html lang="{lang}"{theme}>\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">\n'
    "<title>{title}</title>\n{styles}"
    '<script src="{script}"></script>\n</head>\n<body></body>\n</html>\n'
)
_LINK = Markup('<link rel="stylesheet" href="{}">\n')
_THEME = Markup(' data-theme="{}"')


def frame_html(assets: Assets, digest: str, *, title: str, lang: str, theme: str) -> str:
    """Return the document for a version; it is empty until the shell sends a page."""
    styles = [*(assets.url(name) for name in _STYLES), style_url(digest)]
    return str(
        _PAGE.format(
            lang=lang,
            theme=_THEME.format(theme) if theme else "",
            title=title,
            styles=Markup().join(_LINK.format(url) for url in styles),
            script=assets.url("frame.js"),
        )
    )


def frame_csp(assets: Assets, digest: str, *, origin: str) -> str:
    """Return the policy of that document.  Addresses are whole, because its origin is nobody's."""
    styles = " ".join(
        f"{origin}{url}" for url in (*(assets.url(name) for name in _STYLES), style_url(digest))
    )
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {origin}{assets.url('frame.js')}",
            f"style-src {styles}",
            f"img-src {origin}/media/ {origin}/assets/",
            "sandbox allow-scripts",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
            "form-action 'none'",
            "base-uri 'none'",
            f"frame-ancestors {origin}",
        )
    )


def style_url(digest: str) -> str:
    """Return the address of a package's style sheet."""
    return f"/assets/{digest}/style.css"
