"""What each member of ``manifest.json`` may be: the table that the check and the reference read."""

from sdk.contract.documents import COLLECTIONS_MAX, WHO
from sdk.contract.schema import Choice, Either, Flag, Items, Member, Members, Named, Text, Whole
from sdk.contract.scopes import SCOPES

# W3C MiniApp Manifest, section "app_id member": appIdRule = name *("." name),
# name = ALPHA [*( ALPHA / DIGIT / "-" ) ( ALPHA / DIGIT)].
_ID_NAME = r"[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_PATH_PART = r"[A-Za-z0-9_][A-Za-z0-9_-]*"
_FILE_PART = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"

_APP_ID = Text(
    "names of letters, digits and hyphens joined by dots, each beginning with a letter, such as"
    ' "com.example.tea"',
    chars_max=100,
    pattern=rf"{_ID_NAME}(?:\.{_ID_NAME})*",
)
_PAGE = Text(
    'a path inside the package without "..", such as "pages/home/home"',
    pattern=rf"{_PATH_PART}(?:/{_PATH_PART})*(?:\.html)?",
)
_FILE = Text(
    'a path inside the package without "..", such as "assets/icon.png"',
    pattern=rf"(?:{_PATH_PART}/)*{_FILE_PART}",
)
_COLOUR = Text(
    'a colour such as "#ffffff"', chars_max=7, pattern="#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})"
)
_SIZES = Text(
    'sizes such as "48x48 96x96", or "any"',
    pattern=r"(?i:any)|[1-9][0-9]{0,4}[xX][1-9][0-9]{0,4}(?: [1-9][0-9]{0,4}[xX][1-9][0-9]{0,4})*",
)
_HOST = Text(
    'a host name such as "api.example.com", without "https://", path, port or "*"',
    chars_max=253,
    pattern=r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
)
_SENTENCE = Text("one sentence of at most 200 characters")
_LABEL = Text("at most 12 characters", chars_max=12)


def _localised(text: Text, what: str) -> Either:
    by_language = Members(
        {
            "en": Member(text, f"{what} in English.", required=True),
            "zh-Hans": Member(text, f"{what} in Simplified Chinese."),
        }
    )
    return Either(
        (text, by_language),
        f'{text.expected}; or an object with "en" and, if you have it, "zh-Hans"',
    )


_ICON = Members(
    {
        "src": Member(_FILE, "Path of the picture in the package.", required=True),
        "sizes": Member(_SIZES, "The sizes in pixels that the picture is made for."),
        "label": Member(_SENTENCE, "What the picture shows, for people who do not see it."),
    }
)
_PLATFORM_VERSION = Members(
    {
        "min_code": Member(Whole(1), "Oldest platform code the program runs on.", required=True),
        "release_type": Member(Text("a short word", chars_max=40), "Platform release.", used=False),
        "target_code": Member(
            Either((Whole(1), Text("", pattern="[1-9][0-9]{0,8}")), "a whole number from 1"),
            "Platform code it was made for.",
            used=False,
        ),
    }
)
_VERSION = Members(
    {
        "name": Member(
            Text('text such as "1.0.0"', chars_max=40), "What people see.", required=True
        ),
        "code": Member(Whole(1), "Grows by at least one with every upload.", required=True),
    }
)
_WINDOW = Members(
    {
        "auto_design_width": Member(Flag(), "Compute the design width.", used=False),
        "background_color": Member(_COLOUR, "Colour behind the page.", used=False),
        "background_text_style": Member(
            Choice(("dark", "light")), "Text on the background.", used=False
        ),
        "design_width": Member(Whole(0, 10_000), "Width it was drawn for.", used=False),
        "enable_pull_down_refresh": Member(Flag(), "Pulling down calls on_pull_down.", used=False),
        "fullscreen": Member(Flag(), "Hide the title bar; the capsule stays.", used=False),
        "navigation_bar_background_color": Member(_COLOUR, "Colour of the title bar.", used=False),
        "navigation_bar_text_style": Member(
            Choice(("black", "white")), "Colour of the title.", used=False
        ),
        "navigation_bar_title_text": Member(
            Text("at most 40 characters", chars_max=40), "Title until a page sets one."
        ),
        "navigation_style": Member(
            Choice(("default", "custom")), "Draw the title bar yourself.", used=False
        ),
        "on_reach_bottom_distance": Member(
            Whole(0, 10_000),
            "Pixels before the end at which on_reach_bottom is called.",
            used=False,
        ),
        "orientation": Member(
            Choice(("portrait", "landscape")), "How the phone is held.", used=False
        ),
    }
)
_WIDGET = Members(
    {
        "name": Member(_SENTENCE, "Name of the widget.", required=True),
        "path": Member(_PAGE, "Where it is.", required=True),
        # The draft's table says number and its algorithm and example say text: take both.
        "min_code": Member(
            Either((Whole(1), Text("", pattern="[1-9][0-9]{0,8}")), "a whole number from 1"),
            "Oldest platform code it runs on.",
        ),
    }
)
_REQ_PERMISSION = Members(
    {
        "name": Member(
            Text('a name such as "system.permission.CAMERA"', chars_max=80),
            "System feature.",
            required=True,
        ),
        "reason": Member(_SENTENCE, "Why it is needed."),
    }
)
_PERMISSION = Members(
    {
        "scope": Member(Choice(tuple(SCOPES)), "What is asked for.", required=True),
        "required": Member(
            Flag(), "The program is of no use without it. Otherwise it must work when declined."
        ),
        "reason": Member(
            _localised(_SENTENCE, "Why"), "Shown to people beside the question.", required=True
        ),
    },
    hints={"name": 'the member is called "scope"'},
)
_TAB = Members(
    {
        "page": Member(_PAGE, "One of pages.", required=True),
        "text": Member(_localised(_LABEL, "Text"), "Below the icon.", required=True),
        "icon": Member(_FILE, "Path of a picture in the package.", used=False),
    }
)
_TOPIC = Text(
    'small letters, digits and _, such as "shipped"', chars_max=40, pattern="[a-z][a-z0-9_]{0,39}"
)
_COLLECTION_NAME = Text(
    'small letters, digits and _, such as "reviews"', chars_max=40, pattern="[a-z][a-z0-9_]{0,39}"
)
_COLLECTION = Members(
    {
        "read": Member(
            Choice(WHO),
            "Who reads a document: its owner, the brand's team as well, or everyone.",
            required=True,
        ),
        "write": Member(
            Choice(WHO),
            "Who changes a document: its owner (and everyone adds), the brand's team alone (which"
            " alone adds), or everyone.",
            required=True,
        ),
    }
)
_HUTONG = Members(
    {
        "permissions": Member(Items(_PERMISSION, 0, len(SCOPES)), "Scopes people are asked for."),
        "tab_bar": Member(Items(_TAB, 0, 5), "Pages in the bar at the bottom."),
        "network": Member(
            Items(_HOST, 0, 10), "Hosts that `api.http` may ask; shown to people and reviewers."
        ),
        "collections": Member(
            Named(_COLLECTION, _COLLECTION_NAME, COLLECTIONS_MAX),
            "What `api.db` keeps, by the collection's name, and who may read and write it.",
        ),
        "messages": Member(
            Named(_localised(_SENTENCE, "The sentence"), _TOPIC, 20),
            "Sentences that `api.messages` may send, by topic, with fields such as {number:code};"
            " shown to reviewers.",
        ),
        "skills": Member(Items(Members(), 0, 0), "Reserved: must be empty."),
        "isolate": Member(
            Choice(("program", "session")),
            "One process for the program, or one for each open page.",
        ),
    }
)

MANIFEST = Members(
    {
        "app_id": Member(_APP_ID, "The program's id, for ever.", required=True),
        "name": Member(
            Text("at most 40 characters", chars_max=40), "What people see.", required=True
        ),
        "icons": Member(Items(_ICON, 1, 10), "Pictures for lists and cards.", required=True),
        "pages": Member(
            Items(_PAGE, 1, 100), "Every page; the first one opens first.", required=True
        ),
        "platform_version": Member(_PLATFORM_VERSION, "What it runs on.", required=True),
        "version": Member(_VERSION, "Which version this is.", required=True),
        "short_name": Member(
            Text("at most 12 characters", chars_max=12), "Below icons.", used=False
        ),
        "description": Member(
            Text("at most 500 characters", chars_max=500), "What the program is for."
        ),
        "lang": Member(
            Text(
                'a language tag such as "en" or "zh-Hans"',
                chars_max=35,
                pattern=r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*",
            ),
            "Language of the texts of the manifest.",
            used=False,
        ),
        "dir": Member(Choice(("ltr", "rtl", "auto")), "Direction of the text.", used=False),
        "color_scheme": Member(
            Choice(("auto", "light", "dark")), "Colours the program is made for.", used=False
        ),
        "device_type": Member(
            Items(Text('a word such as "phone"', chars_max=40), 1, 10),
            "Devices it is made for.",
            used=False,
        ),
        "window": Member(_WINDOW, "How the frame around the pages looks."),
        "widgets": Member(Items(_WIDGET, 0, 20), "Pieces for other screens.", used=False),
        "req_permissions": Member(Items(_REQ_PERMISSION, 0, 30), "System features.", used=False),
        "start_url": Member(_PAGE, "For browsers: must equal the first of pages."),
        "scope": Member(Choice((".",)), "For browsers."),
        "hutong": Member(_HUTONG, "What the draft leaves to each platform."),
    },
    hints={
        "permissions": 'move it into "hutong"',
        "tab_bar": 'move it into "hutong"',
        "network": 'move it into "hutong"',
        "collections": 'move it into "hutong"',
        "version_name": 'write "version": {"name": …, "code": …}',
        "version_code": 'write "version": {"name": …, "code": …}',
        "min_platform_version": 'write "platform_version": {"min_code": 1}',
        "theme_color": 'use "window": {"navigation_bar_background_color": …}',
    },
)
