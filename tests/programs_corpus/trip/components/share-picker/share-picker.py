from sdk import Component


class SharePicker(Component):
    who: str
    start: int
    count: int = 0

    def on_attach(self):
        self.count = self.start

    def more(self, event):
        self._set(self.count + 1)

    def less(self, event):
        self._set(max(0, self.count - 1))

    def _set(self, count):
        self.count = count
        self.emit("change", value=count)
