"""Where somebody is, made coarse: the middle of a fixed square of about five kilometres.

The squares do not depend on the person or the moment, so asking often and taking the mean leads to
the same place.  What a program can see is when somebody goes from one square to another.
"""

import math

# 0.045 degrees of latitude are 5.0 km; of longitude there are more, to be as long on the ground.
SQUARE_DEGREES = 0.045
COARSE_ACCURACY_M = 5000
# Near the poles a square would go around the earth.
_COSINE_MIN = 0.01


def blur(latitude: float, longitude: float) -> tuple[float, float]:
    """Return the middle of the square in which a place lies."""
    middle = _middle(latitude, SQUARE_DEGREES)
    width = SQUARE_DEGREES / max(math.cos(math.radians(middle)), _COSINE_MIN)
    return (
        round(max(-90.0, min(90.0, middle)), 4),
        round(max(-180.0, min(180.0, _middle(longitude, width))), 4),
    )


def _middle(degrees: float, width: float) -> float:
    return (math.floor(degrees / width) + 0.5) * width
