"""The pages in a real browser, in Japanese and English: quiet, self-sufficient, usable by keyboard, and proof against hostile text."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from api.main import create_app
from tests.e2e.test_pages_hostile import PAYLOADS
from tests.support import seed
from tests.support.browsing import browsed, browser, home, tab, watch
from tests.support.serving import serving
from voc.customers import Account, Customer
from voc.feedback import NewFeedback
from voc.ids import account_id, customer_id

__all__ = ["browser", "home", "tab"]
pytestmark = browsed
PATHS = [
    "/overview", "/issues", "/issues?kind=topic&kpi=ces", "/issues/tag/account.login",
    "/root-cause?since=2026-03-01&until=2026-06-30", "/drivers", "/kpis?by=quarter", "/comments", "/customers",
    "/customers/cus-0066", "/accounts", "/accounts/acc-026", "/alerts", "/queue", "/actions", "/audit", "/unassigned",
    "/quality", "/tags", "/proposals", "/status", "/search?q=ログイン", "/comments?text=zzzz",
]  # fmt: skip


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_loads_without_a_sound_and_without_asking_anyone_else(browser, home, language):
    """Why: the policy on content (CSP) is broken silently; the console is where it speaks."""
    watched = watch(browser, home, language)
    for path in PATHS:
        page = watched.go(path)
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("h1").inner_text().strip()
    watched.quiet()
    watched.page.context.close()


@pytest.mark.parametrize("path", ["/overview", "/issues/tag/account.login"])
def test_charts_are_drawn_under_the_policy(tab, path):
    page = tab.go(path)
    page.wait_for_selector(".js-plotly-plot .main-svg")
    assert page.locator(".js-plotly-plot .bars path").count() >= 6
    box = page.locator(".js-plotly-plot .main-svg").first.bounding_box()
    assert box is not None
    assert box["width"] > 300
    tab.quiet()


def test_the_policy_refuses_what_is_not_ours(tab):
    page = tab.go("/alerts")
    page.evaluate("() => { const s = document.createElement('script'); s.textContent = 'window.broken = 1'; document.head.append(s); }")
    assert page.evaluate("() => window.broken") is None


def test_a_number_clicked_opens_as_many_comments(tab):
    page = tab.go("/issues")
    link = page.locator("td a[data-count]").first
    shown = int(link.get_attribute("data-count") or 0)
    link.click()
    page.wait_for_url(re.compile("/comments"))
    assert int(page.locator("[data-total]").get_attribute("data-total") or -1) == shown


def test_the_language_switch_keeps_the_address(tab):
    page = tab.go("/comments?sentiment=negative&source=ticket")
    page.locator("nav.languages a[lang=ja]").click()
    page.wait_for_load_state()
    query = parse_qs(urlsplit(page.url).query)
    assert (urlsplit(page.url).path, query["sentiment"], query["source"]) == ("/comments", ["negative"], ["ticket"])
    assert page.locator("h1").inner_text() == "コメント"
    assert tab.go("/issues").locator("h1").inner_text() == "課題"


def test_a_changed_choice_becomes_the_address_and_a_chip(tab):
    page = tab.go("/comments?kpi_of=nps")
    page.locator("select[name=sentiment]").select_option("negative")
    page.wait_for_url(re.compile("sentiment=negative"))
    assert parse_qs(urlsplit(page.url).query) == {"kpi_of": ["nps"], "sentiment": ["negative"]}
    assert page.locator(".chip:not(.clear)").count() == 2
    page.locator(".chip", has_text="Negative").click()
    page.wait_for_url(re.compile(r"\?kpi_of=nps$"))


def test_the_panel_opens_beside_the_list_and_the_address_says_so(tab):
    page = tab.go("/comments")
    page.locator("a.card-link").nth(3).click()
    page.wait_for_selector("aside.panel")
    assert "selected=" in page.url
    page.reload()
    assert page.locator("aside.panel .verbatim").inner_text().strip()
    page.go_back()
    page.wait_for_selector("aside.panel", state="detached")
    tab.quiet()


def test_the_keyboard_is_enough(tab):
    page = tab.go("/comments")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    assert page.locator("[data-item].at").count() == 1
    second = page.locator("a.card-link").nth(1)
    assert second.evaluate("node => node === document.activeElement")
    page.keyboard.press("Enter")
    page.wait_for_selector("aside.panel")
    page.keyboard.press("j")
    page.wait_for_function("() => document.querySelectorAll('[data-item]')[2].classList.contains('selected')")
    page.keyboard.press("Escape")
    page.wait_for_selector("aside.panel", state="detached")
    page.keyboard.press("?")
    assert page.locator("dialog#help").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog#help").is_visible()
    page.keyboard.press("/")
    assert page.evaluate("() => document.activeElement.id") == "q"
    page.keyboard.type("jk?")
    assert page.locator("#q").input_value() == "jk?"
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url(re.compile("/issues"))
    tab.quiet()


def test_keys_are_left_alone_while_characters_are_composed(tab):
    """Why: an input method sends / and j as part of writing Japanese."""
    page = tab.go("/comments")
    press = "key => document.dispatchEvent(new KeyboardEvent('keydown', { key, isComposing: true, bubbles: true }))"
    for key in ("j", "/", "?"):
        page.evaluate(press, key)
    assert page.locator("[data-item].at").count() == 0
    assert page.evaluate("() => document.activeElement.id") != "q"
    assert not page.locator("dialog#help").is_visible()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_tables_fit_a_laptop_without_scrolling_sideways(browser, home, language):
    watched = watch(browser, home, language)
    watched.page.set_viewport_size({"width": 1280, "height": 900})
    widths = "[...document.querySelectorAll('.scroll')].map(one => one.scrollWidth - one.clientWidth)"
    found = {path: max(watched.go(path).evaluate(widths), default=0) for path in ("/issues", "/issues?kind=topic", "/drivers", "/accounts", "/customers")}
    assert not any(found.values()), found
    watched.page.context.close()


def test_the_first_tab_stop_leads_to_the_content_and_focus_is_seen(tab):
    page = tab.go("/issues")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") != "none"


@pytest.mark.parametrize("path", PATHS)
def test_every_control_has_a_name_and_every_drawing_says_what_it_shows(tab, path):
    page = tab.go(path)
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('input:not([type=hidden]), select, button, a[href]')].filter(node =>
             !(node.labels && node.labels.length) && !node.getAttribute('aria-label') && !node.textContent.trim()
             && !node.title).map(node => node.outerHTML)"""
    )
    assert nameless == []
    silent = page.evaluate(
        "() => [...document.querySelectorAll('main svg[role]')].filter(n => !n.getAttribute('aria-label')).map(n => n.outerHTML)"
    )
    assert silent == []


def test_no_page_is_wider_than_its_window(browser, home):
    watched = watch(browser, home, "ja")
    wide = {}
    for path in PATHS:
        watched.page.set_viewport_size({"width": 390, "height": 900})
        page = watched.go(path)
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            if (found := page.evaluate("() => document.documentElement.scrollWidth")) > width:
                wide[path, width] = found
    assert wide == {}
    watched.page.context.close()


def test_japanese_is_drawn_with_a_font_that_has_it(browser, home):
    """Why: a missing font draws the same box for every character (tofu)."""
    watched = watch(browser, home, "ja")
    page = watched.go("/overview")
    drawn = page.evaluate(
        """() => ['課', '題', '声', '\\uffff'].map(char => {
             const canvas = document.createElement('canvas'); canvas.width = canvas.height = 40;
             const pen = canvas.getContext('2d'); pen.font = `30px ${getComputedStyle(document.body).fontFamily}`;
             pen.fillText(char, 2, 32); return canvas.toDataURL(); })"""
    )
    assert len(set(drawn)) == 4
    watched.page.context.close()


def test_an_alert_is_acknowledged_by_hand(tab):
    page = tab.go("/alerts?state=open")
    before = page.locator("li.card").count()
    page.locator("input[name=note]").first.fill("調査中")
    page.get_by_role("button", name="Acknowledge").first.click()
    page.wait_for_load_state()
    assert "state=open" in page.url
    assert page.locator("li.card").count() == before - 1
    assert "調査中" in tab.go("/alerts?state=acknowledged").locator("main").inner_text()
    tab.quiet()


def test_without_scripts_the_pages_still_work(browser, home):
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(home + "/comments")
    page.locator("a.card-link").first.click()
    assert page.locator("aside.panel").count() == 1
    page.goto(home + "/issues")
    assert page.get_by_role("button", name="Apply").is_visible()
    context.close()


def test_a_page_prints_without_its_controls(tab):
    page = tab.go("/issues")
    page.emulate_media(media="print")
    assert not page.locator("form.filters").is_visible()
    assert page.locator("table.issues").is_visible()


@pytest.fixture(scope="module")
def hostile_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    service = seed.build(tmp_path_factory.mktemp("hostile_browser"))
    with service.store.write() as unit:
        unit.customers.put_accounts([Account(id=account_id(p), external_id=p, name=p, plan=p, region=p) for p in PAYLOADS])
        unit.customers.put_customers([Customer(id=customer_id(p), external_id=p, account_id=account_id(p), name=p) for p in PAYLOADS])
    texts = [
        NewFeedback(text=f"login is broken {p}", external_id=p, submitted_at=seed.NOW, customer=p, account=p, segment=p, source_name=p)
        for p in PAYLOADS
    ]
    original = dict(seed.GROUPS)
    seed.GROUPS.clear()
    seed.GROUPS.update({payload: (payload,) for payload in PAYLOADS} | {"<img src=x onerror=alert(2)>": ("login",)})
    try:
        seed.fill(service, every=100, extra=texts)
    finally:
        seed.GROUPS.clear()
        seed.GROUPS.update(original)
    with serving(create_app(service)) as address:
        yield address


def test_hostile_text_opens_no_dialog_and_asks_nobody(browser, hostile_home):
    watched = watch(browser, hostile_home, "en")
    lists = ("/overview", "/issues?kind=topic&all=1", "/comments", "/customers", "/accounts", "/alerts")
    for path in (*lists, "/search?q=<script>alert(1)</script>"):
        watched.go(path)
    page = watched.go("/issues?kind=topic&all=1")
    for address in page.locator("td.name a").evaluate_all("links => links.map(link => link.getAttribute('href'))")[:6]:
        watched.go(address).mouse.move(500, 420)
    page = watched.go("/comments")
    for index in range(8):
        page.locator("a.card-link").nth(index).click()
        page.wait_for_selector("aside.panel")
    watched.quiet()
    watched.page.context.close()


def test_screenshots_are_kept_where_someone_asks_for_them(browser, home):
    """Why: a person must look; set VOC_SHOTS to a folder."""
    import os

    folder = os.environ.get("VOC_SHOTS")
    if not folder:
        pytest.skip("VOC_SHOTS names no folder")
    for language in ("ja", "en"):
        watched = watch(browser, home, language)
        for path in PATHS:
            name = re.sub(r"\W+", "-", path).strip("-")
            watched.go(path).screenshot(path=Path(folder) / f"{language}-{name}.png", full_page=True)
        watched.page.context.close()


def test_a_number_key_takes_a_tag_from_the_open_comment_and_it_can_be_put_back(tab):
    page = tab.go("/comments?tag=billing.invoice")
    page.locator("[data-item] a[data-open]").first.click()
    page.wait_for_selector(".panel [data-key='1']")
    page.keyboard.press("1")
    page.wait_for_selector(".panel s")
    page.keyboard.press("t")
    assert page.evaluate("document.activeElement.name") == "add"
    page.keyboard.press("Escape")
    page.locator(".panel button[name='add']").first.click()
    page.wait_for_selector(".panel [data-key='1']")
    assert page.locator(".panel s").count() == 0
    tab.quiet()


def test_an_audit_is_done_with_the_keyboard(tab):
    """t finds a tag, Enter takes it, a saves, n cannot tell, u takes the last answer back."""
    page = tab.go("/audit")
    read = page.locator("h1 .soft")
    before, first = int(read.inner_text()), page.locator(".verbatim").inner_text()
    page.keyboard.press("t")
    page.keyboard.type("invoice")
    page.keyboard.press("Enter")
    assert page.locator("input[name='tag.billing.invoice']").is_checked()
    with page.expect_navigation():
        page.keyboard.press("a")
    assert (int(read.inner_text()), page.locator(".verbatim").inner_text() != first) == (before + 1, True)
    assert "you: Invoice" in " ".join(page.locator("p.notice").first.inner_text().split())
    with page.expect_navigation():
        page.keyboard.press("n")
    assert int(read.inner_text()) == before + 2
    for left in (before + 1, before):
        with page.expect_navigation():
            page.keyboard.press("u")
        assert int(read.inner_text()) == left
    assert page.locator(".verbatim").inner_text() == first
    tab.quiet()
