"""What the pages share."""
from sdk import Page, api


class BasePage(Page):
    """What all pages share."""
    title = "?"
    loaded: bool = False

    def on_load(self, query):
        self.loaded = True
        api.ui.title(self.title)

    def save(self, key, value):
        api.storage.set(key, value)

    def go_home(self, event):
        api.nav.redirect("pages/home/home")
