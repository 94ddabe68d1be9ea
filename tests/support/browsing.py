"""A real browser on the pages of the seeded data: fixtures, and a tab that keeps everything it should not have done."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from api.main import create_app
from tests.support import scorecards, seed
from tests.support.serving import serving

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
browsed = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]
ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Watched:
    """A tab and everything it should not have done."""

    page: Page
    home: str
    noise: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page and wait until its chart, where it has one, is drawn."""
        self.page.goto(self.home + path)
        if self.page.locator("[data-chart]").count():
            self.page.wait_for_selector(".js-plotly-plot .main-svg")
        return self.page

    def quiet(self) -> None:
        assert (self.noise, self.outside, self.dialogs) == ([], [], [])


def watch(browser: Browser, home: str, language: str) -> Watched:
    context = browser.new_context(locale="ja-JP" if language == "ja" else "en-GB", viewport={"width": 1440, "height": 900})
    watched = Watched(page=context.new_page(), home=home)

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            watched.noise.append(f"{watched.page.url}: {message.text}")

    def asked(request: Request) -> None:
        if not request.url.startswith((home, "data:", "blob:")):
            watched.outside.append(request.url)

    def opened(dialog: Dialog) -> None:
        watched.dialogs.append(dialog.message)
        dialog.dismiss()

    watched.page.on("console", heard)
    watched.page.on("pageerror", lambda error: watched.noise.append(str(error)))
    watched.page.on("request", asked)
    watched.page.on("dialog", opened)
    return watched


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    service = seed.build(tmp_path_factory.mktemp("browser"))
    service.quality = scorecards.quality()
    seed.fill(service, every=2)
    with serving(create_app(service)) as address:
        yield address


@pytest.fixture
def tab(browser: Browser, home: str) -> Iterator[Watched]:
    watched = watch(browser, home, "en")
    yield watched
    watched.page.context.close()
