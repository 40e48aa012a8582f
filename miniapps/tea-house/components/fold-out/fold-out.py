"""A heading that folds its content out and in; each remembers by itself whether it is open."""

from sdk import Component


class FoldOut(Component):
    title: str
    is_open: bool = False

    def toggle(self, event):
        self.is_open = not self.is_open
