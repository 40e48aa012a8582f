"""The names that style sheets of mini-programs may use; see ``runtime.view.css``."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BOX = (
    "display visibility position top right bottom left inset inset-block inset-inline"
    " inset-block-start inset-block-end inset-inline-start inset-inline-end z-index float clear"
    " width height min-width max-width min-height max-height inline-size block-size"
    " min-inline-size max-inline-size min-block-size max-block-size aspect-ratio box-sizing"
    " overflow overflow-x overflow-y overflow-wrap object-fit object-position contain isolation"
    " vertical-align resize"
)
_SPACE = " ".join(
    f"{kind}{side}"
    for kind in ("margin", "padding", "scroll-margin", "scroll-padding")
    for side in (
        "", "-top", "-right", "-bottom", "-left", "-block", "-inline", "-block-start",
        "-block-end", "-inline-start", "-inline-end",
    )
)  # fmt: skip
_BORDER = " ".join(
    f"border{side}{what}"
    for side in (
        "", "-top", "-right", "-bottom", "-left", "-block", "-inline", "-block-start",
        "-block-end", "-inline-start", "-inline-end",
    )
    for what in ("", "-width", "-style", "-color")
)  # fmt: skip
_MORE_BORDER = (
    "border-radius border-top-left-radius border-top-right-radius border-bottom-left-radius"
    " border-bottom-right-radius border-start-start-radius border-start-end-radius"
    " border-end-start-radius border-end-end-radius border-collapse border-spacing outline"
    " outline-width outline-style outline-color outline-offset"
)
_LAYOUT = (
    "flex flex-grow flex-shrink flex-basis flex-direction flex-wrap flex-flow order gap row-gap"
    " column-gap align-items align-content align-self justify-content justify-items justify-self"
    " place-items place-content place-self grid grid-area grid-template grid-template-columns"
    " grid-template-rows grid-template-areas grid-auto-columns grid-auto-rows grid-auto-flow"
    " grid-row grid-row-start grid-row-end grid-column grid-column-start grid-column-end columns"
    " column-count column-width column-rule break-inside table-layout caption-side list-style"
    " list-style-type list-style-position"
)
_TEXT = (
    "color font font-family font-size font-style font-weight font-stretch font-variant"
    " font-variant-numeric font-feature-settings line-height letter-spacing word-spacing"
    " text-align text-align-last text-decoration text-decoration-line text-decoration-color"
    " text-decoration-style text-decoration-thickness text-underline-offset text-indent"
    " text-overflow text-shadow text-transform text-wrap white-space word-break hyphens tab-size"
    " direction unicode-bidi writing-mode quotes content counter-reset counter-increment"
    " line-clamp -webkit-line-clamp -webkit-box-orient"
)
_PAINT = (
    "background background-color background-image background-position background-size"
    " background-repeat background-origin background-clip background-attachment"
    " background-blend-mode mix-blend-mode opacity box-shadow filter backdrop-filter clip-path"
    " accent-color caret-color color-scheme appearance -webkit-appearance"
)
_MOTION = (
    "transform transform-origin translate rotate scale perspective transition"
    " transition-property transition-duration transition-delay transition-timing-function"
    " animation animation-name animation-duration animation-delay animation-direction"
    " animation-fill-mode animation-iteration-count animation-play-state"
    " animation-timing-function will-change scroll-behavior scroll-snap-type scroll-snap-align"
    " scroll-snap-stop overscroll-behavior overscroll-behavior-x overscroll-behavior-y"
    " touch-action user-select -webkit-user-select pointer-events cursor"
    " -webkit-tap-highlight-color"
)
PROPERTIES = frozenset(
    name
    for names in (_BOX, _SPACE, _BORDER, _MORE_BORDER, _LAYOUT, _TEXT, _PAINT, _MOTION)
    for name in names.split()
)
FUNCTIONS = _words(
    "rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark calc min max clamp"
    " abs sign round var env linear-gradient radial-gradient conic-gradient"
    " repeating-linear-gradient repeating-radial-gradient repeating-conic-gradient repeat"
    " minmax fit-content translate translatex translatey translate3d rotate rotatex rotatey"
    " rotatez scale scalex scaley skew skewx skewy matrix perspective cubic-bezier steps linear"
    " blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia"
    " inset circle ellipse polygon counter counters attr"
)
PSEUDO_CLASSES = _words(
    "hover focus focus-visible focus-within active disabled enabled checked indeterminate"
    " required optional valid invalid placeholder-shown read-only first-child last-child"
    " only-child first-of-type last-of-type only-of-type empty root before after placeholder"
    " marker first-line first-letter selection"
)
PSEUDO_ARGUMENTS = _words(
    "not is where has nth-child nth-last-child nth-of-type nth-last-of-type lang dir"
)
# Selectors that mean the page itself.
ROOT_NAMES = frozenset({"page", "html", "body", "main"})
MEDIA_WORDS = _words(
    "and not or only screen all width min-width max-width height min-height max-height"
    " orientation portrait landscape prefers-color-scheme light dark prefers-reduced-motion"
    " reduce no-preference prefers-contrast more less hover pointer fine coarse none"
    " aspect-ratio min-aspect-ratio max-aspect-ratio"
)
