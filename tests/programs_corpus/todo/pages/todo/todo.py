"""A todo list, kept between visits."""
import uuid
from dataclasses import dataclass, field, asdict
from datetime import datetime

from sdk import Page, api

KEY = "todos"


@dataclass
class Todo:
    text: str
    done: bool = False
    tags: list[str] = field(default_factory=list)
    id: str = ""
    created: str = ""

    def __post_init__(self):
        if not self.id:
            self.id = uuid.uuid4().hex
        if not self.created:
            self.created = datetime.now().isoformat(timespec="seconds")

    @classmethod
    def parse(cls, line: str) -> "Todo":
        words = line.split()
        tags = [w.lstrip("#") for w in words if w.startswith("#")]
        text = " ".join(w for w in words if not w.startswith("#"))
        return cls(text=text, tags=tags)


class TodoPage(Page):
    todos: list = []
    draft: str = ""
    show: str = "all"

    def on_load(self, query):
        self.todos = api.storage.get(KEY, [])

    @property
    def visible(self):
        if self.show == "open":
            return [t for t in self.todos if not t["done"]]
        if self.show == "done":
            return [t for t in self.todos if t["done"]]
        return self.todos

    @property
    def left(self):
        return sum(1 for t in self.todos if not t["done"])

    @property
    def percent(self) -> int:
        return round(100 * (len(self.todos) - self.left) / len(self.todos)) if self.todos else 0

    def add(self, event):
        if not (line := self.draft.strip()):
            api.ui.toast("Write something first", kind="error")
            return
        self.todos.append(asdict(Todo.parse(line)))
        self.draft = ""
        self._save()

    def toggle(self, event):
        todo = self._find(event.dataset["id"])
        todo["done"] = not todo["done"]
        self._save()

    def remove(self, event):
        self.todos = [t for t in self.todos if t["id"] != event.dataset["id"]]
        self._save()

    def filter(self, event):
        self.show = event.dataset.get("show", "all")

    def _find(self, id):
        for todo in self.todos:
            if todo["id"] == id:
                return todo
        raise KeyError(f"no todo {id!r}")

    def _save(self):
        api.storage.set(KEY, self.todos)
