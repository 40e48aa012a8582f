"""About this program."""
from shared.base import BasePage

class About(BasePage):
    title = "About"
