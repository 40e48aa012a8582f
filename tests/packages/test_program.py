"""``hutong check``, the upload and the review say the same about a program, all of it at once."""

import json
import shutil
from pathlib import Path

import pytest

from runtime.archive import write_archive
from runtime.package import PackageRefusedError, read_folder, read_package, write_package
from runtime.program import PROGRAM_RULES, build_views, check_files
from sdk.cli.new import SCAFFOLD

ROOT = Path(__file__).parents[2]
SHOPS = sorted(path for path in (ROOT / "miniapps").iterdir() if (path / "manifest.json").is_file())


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    """The files of a new program, as ``hutong new`` makes them."""
    folder = tmp_path / "shop"
    shutil.copytree(SCAFFOLD, folder, ignore=shutil.ignore_patterns("__pycache__"))
    manifest = (folder / "manifest.json").read_text(encoding="utf-8")
    manifest = manifest.replace("__APP_ID__", "com.example.shop").replace("__NAME__", "Shop")
    (folder / "manifest.json").write_text(manifest, encoding="utf-8")
    return read_folder(folder)


def codes(files: dict[str, bytes]) -> list[str]:
    """Return the codes of all findings."""
    return [finding.code for finding in check_files(files)]


def edit(files: dict[str, bytes], path: str, old: str, new: str) -> None:
    """Change one place of a file."""
    text = files[path].decode()
    assert old in text
    files[path] = text.replace(old, new, 1).encode()


PRODUCT = "pages/product/product"


@pytest.mark.parametrize("shop", SHOPS, ids=lambda path: path.name)
def test_bundled_shops_are_clean(shop: Path) -> None:
    """What ships with the lane keeps every rule, and can be shown."""
    package = read_package(write_package(shop))

    assert [] == [str(finding) for finding in check_files(package.files)]
    assert set(package.manifest.pages) == set(build_views(package).pages)


def test_a_new_program_is_clean(files: dict[str, bytes]) -> None:
    """What ``hutong new`` writes passes ``hutong check`` without a word."""
    assert [] == codes(files)


def test_views_are_built_from_a_package(files: dict[str, bytes]) -> None:
    """A checked package gives a template and scoped style per page, and its translations."""
    views = build_views(read_package(write_archive(files)))

    assert {"pages/product/product", "pages/order/order"} == set(views.pages)
    assert "p-pages-product-product" in views.pages[PRODUCT].css
    assert "数量" == views.texts["zh-Hans"]["Quantity"]


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        (f"{PRODUCT}.py", "class Product(Page)", "class Product", "PAGE001"),
        (f"{PRODUCT}.py", "def buy(", "def by(", "PAGE002"),
        (f"{PRODUCT}.py", 'then="paid"', 'then="settled"', "PAGE002"),
        (f"{PRODUCT}.py", 'api.pay.open(order["id"], then="paid")',
         'api.pay.open(order["id"], "settled")', "PAGE002"),
        (f"{PRODUCT}.html", "{{ item.name }}", "{{ nothing }}", "PAGE003"),
        (f"{PRODUCT}.py", "from sdk import Page, api", "from sdk import Page, api\nimport prices",
         "PAGE004"),
        (f"{PRODUCT}.py", "api.ui.title", "api.ui.heading", "API001"),
        (f"{PRODUCT}.py", "api.identity.profile", "api.address.choose", "API002"),
        (f"{PRODUCT}.py", 'api.identity.profile(then="got_profile")', "pass", "API003"),
        (f"{PRODUCT}.py", 'nav.redirect("pages/order/order"', 'nav.redirect("pages/gone"',
         "API004"),
        (f"{PRODUCT}.py", "QTY_MAX = 20", 'KEY = "sk_live_0123456789abcdefghij"', "SEC001"),
        (f"{PRODUCT}.py", "QTY_MAX = 20", 'QTY_MAX = 20\nURL = "https://example.com/x"', "SEC002"),
        (f"{PRODUCT}.py", "    def buy(",
         "    def ask(self):\n        api.http.request('GET', '')\n\n    def buy(", "API005"),
        (f"{PRODUCT}.py", "    def buy(",
         "    def rate(self):\n        api.db.insert('votes', {'n': 5})\n\n    def buy(", "API006"),
        (f"{PRODUCT}.py", "    def buy(",
         "    def tell(self):\n        api.messages.send('sold_out')\n\n    def buy(", "API007"),
        (f"{PRODUCT}.py", "QTY_MAX = 20", "import os", "LANG013"),
        (f"{PRODUCT}.py", "    def buy(", "    def __init__(self):\n        pass\n\n    def buy(",
         "PAGE005"),
        (f"{PRODUCT}.py", "    def buy(", "    def put(self):\n        self._n = 1\n\n    def buy(",
         "PAGE006"),
        (f"{PRODUCT}.html", "<h1>", "<video></video><h1>", "VIEW002"),
        (f"{PRODUCT}.css", ".big {", "@import url(x); .big {", "VIEW020"),
        ("i18n/zh-Hans.json", '"数量"', "7", "TEXT002"),
        ("manifest.json", '"pages/order/order"', '"pages/gone/gone"', "PKG007"),
        ("manifest.json", '"name"', '"names"', "MAN006"),
    ],
)  # fmt: skip
def test_a_mistake_has_its_code(
    files: dict[str, bytes], path: str, old: str, new: str, expected: str
) -> None:
    """One mistake is found with the rule it breaks, wherever in the package it is."""
    edit(files, path, old, new)

    assert expected in codes(files)


def test_hosts_are_declared_and_declared_hosts_are_used(files: dict[str, bytes]) -> None:
    """Https to a declared host is silent; plain http, other hosts and unused ones are said."""
    manifest = json.loads(files["manifest.json"])
    manifest["hutong"]["network"] = ["api.a.example", "api.b.example"]
    files["manifest.json"] = json.dumps(manifest).encode()
    edit(
        files,
        f"{PRODUCT}.py",
        "QTY_MAX = 20",
        'QTY_MAX = 20\nURLS = ["https://api.a.example/x", "http://api.a.example", "https://c.example"]',
    )

    found = [(each.code, each.message) for each in check_files(files)]

    assert ("SEC002", "names http://api.a.example") in found
    assert ("SEC002", "names https://c.example") in found
    assert ("SEC003", "hutong.network has api.b.example, which no file names") in found
    assert 3 == len(found)


def test_files_without_a_place_are_found(files: dict[str, bytes]) -> None:
    """A file that would never be served is said, not dropped."""
    files |= {"notes.exe": b"MZ", "assets/run.js": b"x", "pages/hidden/hidden.html": b"<p></p>"}
    files |= {"assets/fake.png": b"<svg>", "i18n/fr.json": b"{}", "pages/x.py": b"\xff"}

    found = {(finding.file, finding.code) for finding in check_files(files)}

    assert {
        ("notes.exe", "PKG008"),
        ("assets/run.js", "PKG008"),
        ("pages/hidden/hidden.html", "PKG008"),
        ("assets/fake.png", "PKG009"),
        ("i18n/fr.json", "TEXT002"),
        ("pages/x.py", "TEXT001"),
    } == found


def test_everything_is_said_at_once(files: dict[str, bytes]) -> None:
    """A broken manifest does not hide what is wrong with the code."""
    files["manifest.json"] = b"{"
    edit(files, f"{PRODUCT}.py", "QTY_MAX = 20", "import os")

    assert {"MAN001", "LANG013"} <= set(codes(files))


def test_undeclared_and_missing_pages_refuse_the_package(files: dict[str, bytes]) -> None:
    """A package whose manifest names a page that is not there cannot be opened."""
    del files[f"{PRODUCT}.html"]

    with pytest.raises(PackageRefusedError) as refusal:
        read_package(write_archive(files))

    assert ["PKG007"] == [finding.code for finding in refusal.value.findings]


def test_handlers_of_a_base_class_are_not_missed(files: dict[str, bytes]) -> None:
    """A page may inherit its handlers from a class of another file."""
    source = files[f"{PRODUCT}.py"].decode()
    files["shop.py"] = source.replace("class Product(Page)", "class Shop(Page)").encode()
    files[f"{PRODUCT}.py"] = (
        b"from sdk import Page\nfrom shop import Shop\n\n\nclass Product(Shop, Page):\n    pass\n"
    )

    assert "PAGE002" not in codes(files)


def test_a_handler_that_no_base_has_is_found(files: dict[str, bytes]) -> None:
    """Bases in other files are read, so what none of them has is said all the same."""
    source = files[f"{PRODUCT}.py"].decode().replace("def buy(", "def by(")
    files["shop.py"] = source.replace("class Product(Page)", "class Shop(Page)").encode()
    files[f"{PRODUCT}.py"] = b"import shop\n\n\nclass Product(shop.Shop):\n    pass\n"

    assert ["PAGE002"] == codes(files)


def test_a_page_and_its_base_may_share_a_file(files: dict[str, bytes]) -> None:
    """Of classes made from one another, the last one is the page."""
    source = files[f"{PRODUCT}.py"].decode()
    source = source.replace("class Product(Page)", "class Base(Page)")
    files[f"{PRODUCT}.py"] = f"{source}\n\nclass Product(Base):\n    pass\n".encode()

    assert [] == codes(files)


def test_links_are_not_packed(tmp_path: Path, files: dict[str, bytes]) -> None:
    """A link in the merchant's folder does not carry another file of the disk into the package."""
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret")
    folder = tmp_path / "shop"
    (folder / "assets" / "link.png").symlink_to(secret)

    assert "assets/link.png" not in read_folder(folder)


def test_what_stays_at_home_is_left_out(tmp_path: Path, files: dict[str, bytes]) -> None:
    """Tests, notes and hidden files are not part of the package."""
    folder = tmp_path / "shop"
    (folder / ".env").write_text("KEY=1")
    (folder / "README.md").write_text("notes")

    assert set(files) == set(read_folder(folder))
    assert not any(path.startswith("tests/") for path in files)


@pytest.mark.parametrize(
    ("old", "new", "place", "code"),
    [
        ("class FoldOut(Component):", "class FoldOut:", "1:0", "COMP001"),
        (
            "self.is_open = not",
            "self.emit(self.title)\n        self.is_open = not",
            "11:9",
            "COMP002",
        ),
        ("self.is", "api.identity.profile(then='x')\n        self.is", "11:9", "COMP003"),
        ("def toggle", "def __init__(self):\n        pass\n\n    def toggle", "10:5", "PAGE005"),
    ],
)
def test_a_mistake_in_a_component(old: str, new: str, place: str, code: str) -> None:
    """The class beside a component's template has rules of its own."""
    files = read_folder(Path(__file__).parents[2] / "miniapps/tea-house")
    path = "components/fold-out/fold-out.py"
    edit(files, path, old, new)

    (found, *_) = [each for each in check_files(files) if each.file == path]

    assert f"{path}:{place} {code}" == " ".join(str(found).split(" ")[:2])


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (
            "from sdk import App\n\nclass A(App):\n    pass\n\nclass B(App):\n    pass\n",
            "app.py:1:0 APP001 has 2 classes made from App → put their methods into one class",
        ),
        (
            "from sdk import App\n\nclass A(App):\n    def on_show(self):\n        self.n = 1\n",
            (
                "app.py:5:9 APP002 self.n: an App keeps nothing between its handlers"
                " → use api.storage.set(…), or data of the page"
            ),
        ),
    ],
)
def test_a_mistake_in_app_py(files: dict[str, bytes], source: str, line: str) -> None:
    """The class of the program as a whole has rules of its own."""
    assert [line] == [str(each) for each in check_files({**files, "app.py": source.encode()})]


def test_every_rule_of_programs_is_tried() -> None:
    """No rule stands in the table that these tests do not break."""
    tried = Path(__file__).read_text(encoding="utf-8")

    assert [] == [code for code in PROGRAM_RULES if code not in tried]


def test_an_id_of_somebody_else_is_refused(files: dict[str, bytes]) -> None:
    """The upload may say which ids are taken."""
    findings = check_files(files, taken_ids=["COM.EXAMPLE.SHOP"])

    assert ["MAN008"] == [finding.code for finding in findings]
    assert json.loads(files["manifest.json"])["app_id"] in findings[0].message


def test_what_the_checks_cost_is_bounded(files: dict[str, bytes]) -> None:
    """A package of nothing but code is refused by its size before anything reads it."""
    files |= {f"many/m{n}.py": b"x = 1\n" * 40_000 for n in range(8)}

    (finding,) = check_files(files)

    assert "PKG002" == finding.code
