from sdk import Component


class ExpenseRow(Component):
    id: str
    what: str
    cents: int
    payer: str
    editing: bool = False
    draft: str = ""

    def edit(self, event):
        self.draft, self.editing = self.what, not self.editing

    def write(self, event):
        self.draft = event.value

    def save(self, event):
        self.editing = False
        if (text := self.draft.strip()) and text != self.what:
            self.emit("rename", id=self.id, what=text)

    def drop(self, event):
        self.emit("remove", id=self.id)
