"""The commands of merchants: what they write, what they say, and the status they end with."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import click
import pytest
from click.testing import CliRunner, Result

from runtime.package import read_package
from sdk.cli import commands

ROOT = Path(__file__).parents[2]
hutong = click.Group(commands={str(command.name): command for command in commands})


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test begins in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str, stdin: str = "", env: dict[str, str] | None = None) -> Result:
    """Run a command as a merchant would."""
    return CliRunner().invoke(hutong, words, input=stdin, env=env)


class TestNew:
    """``hutong new``."""

    def test_help_shows_the_command_as_it_is_typed(self) -> None:
        """The example keeps its line."""
        assert "\n    hutong new tea-house\n" in run("new", "--help").output

    def test_new_program_is_ready_to_pack(self) -> None:
        """A merchant's first three commands work, one after the other."""
        assert 0 == run("new", "tea-house").exit_code
        checked = run("check", "tea-house")
        packed = run("pack", "tea-house")

        assert (0, "9 files checked: 0 errors, 0 warnings") == (
            checked.exit_code,
            checked.output.splitlines()[0],
        )
        assert 0 == packed.exit_code
        package = read_package(Path("tea-house-1.0.0.mpk").read_bytes())
        assert ("com.example.tea-house", "Tea House") == (
            package.manifest.app_id,
            package.manifest.name,
        )

    def test_its_tests_pass(self) -> None:
        """The tests that come with a new program pass with plain pytest."""
        run("new", "tea-house")

        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tea-house"],
            env={"PYTHONPATH": str(ROOT), "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )

        assert (0, "2 passed") == (done.returncode, done.stdout.split(" in ")[0].split("\n")[-1])

    def test_a_folder_that_exists_is_left_alone(self) -> None:
        """Nothing of the merchant's is overwritten."""
        Path("tea-house").mkdir()

        done = run("new", "tea-house")

        assert 1 == done.exit_code
        assert "there is something already. Choose another name." in done.output

    @pytest.mark.parametrize("name", ["Tea", "tea house", "-tea", "1tea", "té", "a" * 41])
    def test_a_name_that_cannot_be_is_wrong_usage(self, name: str) -> None:
        """The name becomes part of an id, so it has its form."""
        assert 2 == run("new", "--", name).exit_code
        assert [] == list(Path().iterdir())


class TestCheck:
    """``hutong check``."""

    def test_findings_name_the_line_and_the_way_out(self) -> None:
        """One line per finding, with a path that a terminal can open."""
        run("new", "shop")
        page = Path("shop/pages/product/product.py")
        page.write_text(page.read_text().replace("api.ui.title", "open"))

        done = run("check", "shop")

        assert 1 == done.exit_code
        assert (
            "shop/pages/product/product.py:28:13 LANG012 'open' is not available in a mini-program"
            " → use api.storage.set(…) and api.storage.get(…)"
        ) in done.output.splitlines()

    def test_json_is_for_other_programs(self) -> None:
        """``--json`` says the same, for an editor or a pipeline."""
        run("new", "shop")
        Path("shop/pages/order/order.css").write_text("@import url(x);")

        done = run("check", "shop", "--json")

        answer = json.loads(done.output)
        assert (1, 1) == (done.exit_code, answer["errors"])
        assert {"file", "line", "column", "code", "message", "fix", "severity"} == set(
            answer["findings"][0]
        )

    def test_a_folder_without_a_program(self) -> None:
        """The refusal asks the question that leads on."""
        done = run("check")

        assert 1 == done.exit_code
        assert "no manifest.json here. Is this the folder of a mini-program?" in done.output


class TestPack:
    """``hutong pack``."""

    def test_a_program_with_mistakes_has_no_package(self) -> None:
        """What the review would refuse is not even built."""
        run("new", "shop")
        Path("shop/pages/order/order.html").unlink()

        done = run("pack", "shop")

        assert 1 == done.exit_code
        assert [] == list(Path().glob("*.mpk"))

    def test_the_same_folder_gives_the_same_package(self) -> None:
        """So that what was reviewed can be compared with what was written."""
        run("new", "shop")

        first = json.loads(run("pack", "shop", "--json").output)
        again = json.loads(run("pack", "shop", "--json", "-o", "other.mpk").output)

        assert first["digest"] == again["digest"]


class _Lane(BaseHTTPRequestHandler):
    """A host as far away as the network is: it answers what the test wants."""

    requests: ClassVar[list[tuple[str, str, bytes]]] = []
    answers: ClassVar[dict[str, tuple[int, dict[str, Any]]]] = {}

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.requests.append((self.path, self.headers.get("Authorization", ""), body))
        status, answer = self.answers[self.path]
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


PACKAGES = "/api/v1/programs/com.example.shop/packages"
TOKEN = (200, {"access_token": "t0", "expires_in": 600})


@pytest.fixture
def lane() -> Iterator[str]:
    """The address of a host that accepts a package."""
    _Lane.requests = []
    _Lane.answers = {
        "/api/v1/tokens": TOKEN,
        PACKAGES: (
            201,
            {
                "version_id": "v1",
                "version_name": "1.0.0",
                "status": "development",
                "findings": [],
                "console_url": "http://lane/console",
            },
        ),
    }
    server = HTTPServer(("127.0.0.1", 0), _Lane)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class TestPublish:
    """``hutong publish``."""

    def test_a_folder_is_sent(self, lane: str) -> None:
        """The key buys a token, the token sends the package, the answer says where to go on."""
        run("new", "shop")

        done = run("publish", "shop", "--host", lane, "--key", "k0")

        assert 0 == done.exit_code
        assert "Sent com.example.shop 1.0.0: development" in done.output
        assert "http://lane/console" in done.output
        token, sent = _Lane.requests
        assert ("/api/v1/tokens", {"upload_key": "k0"}) == (token[0], json.loads(token[2]))
        assert (PACKAGES, "Bearer t0") == sent[:2]
        assert "com.example.shop" == read_package(sent[2]).manifest.app_id

    def test_a_package_file_is_sent_with_a_key_from_standard_input(self, lane: str) -> None:
        """A key need not stand in the history of the shell."""
        run("new", "shop")
        run("pack", "shop")

        done = run("publish", "shop-1.0.0.mpk", "--host", lane, "--key", "-", stdin="k1\n")

        assert 0 == done.exit_code
        assert {"upload_key": "k1"} == json.loads(_Lane.requests[0][2])

    def test_the_lines_that_the_console_shows_are_enough(self, lane: str) -> None:
        """Address and key may stand in the environment, as the console says."""
        run("new", "shop")
        environ = {"HUTONG_HOST_URL": lane, "HUTONG_UPLOAD_KEY": "k2"}

        done = run("publish", "shop", env=environ)

        assert 0 == done.exit_code
        assert {"upload_key": "k2"} == json.loads(_Lane.requests[0][2])

    def test_a_refusal_is_told_in_the_hosts_words(self, lane: str) -> None:
        """Findings read like those of ``check``; control characters reach no terminal."""
        finding = {
            "file": "a.py",
            "line": 3,
            "column": 1,
            "code": "X001",
            "message": "no\x1b[2J",
            "fix": "yes",
            "severity": "error",
        }
        _Lane.answers[PACKAGES] = (
            422,
            {"title": "Refused", "detail": "The package breaks 1 rule.", "findings": [finding]},
        )
        run("new", "shop")

        done = run("publish", "shop", "--host", lane, "--key", "k")

        assert 1 == done.exit_code
        assert "a.py:3:1 X001 no[2J → yes" in done.output
        assert "The package breaks 1 rule." in done.output
        assert "\x1b" not in done.output

    def test_a_wrong_key(self, lane: str) -> None:
        """A key that is not accepted names the place where keys are made."""
        _Lane.answers["/api/v1/tokens"] = (401, {"detail": "This key is not known."})
        run("new", "shop")

        done = run("publish", "shop", "--host", lane, "--key", "k")

        assert 1 == done.exit_code
        assert "This key is not known. Make an upload key in your brand's console" in done.output

    def test_nobody_answers(self) -> None:
        """A host that is not there is no traceback."""
        run("new", "shop")

        done = run("publish", "shop", "--host", "http://127.0.0.1:9", "--key", "k")

        assert 1 == done.exit_code
        assert "http://127.0.0.1:9 does not answer" in done.output

    @pytest.mark.parametrize("host", ["lane.example", "ftp://lane.example", "http://lane.example"])
    def test_an_address_that_is_none_or_not_safe(self, host: str) -> None:
        """A key does not travel to another machine in the clear."""
        run("new", "shop")

        assert 2 == run("publish", "shop", "--host", host, "--key", "k").exit_code

    def test_a_broken_package_is_not_sent(self, lane: str) -> None:
        """What cannot be opened here cannot be opened there."""
        Path("shop.mpk").write_bytes(b"no zip")

        done = run("publish", "shop.mpk", "--host", lane, "--key", "k")

        assert 1 == done.exit_code
        assert [] == _Lane.requests
