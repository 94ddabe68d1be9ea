"""Which parts of a mail are the customer's own words."""


import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.cleaning import looks_like_html, own_spans, strip_html
from tests.support.timing import takes_under
from voc.feedback import Source, own_words


def own(text, source=Source.TICKET):
    return own_words(text, own_spans(text, source))


SAID = "検索が遅くて困っています。"
WROTE = "The search is slow and we lose time."


@pytest.mark.parametrize(
    "tail",
    [
        "\n\n2026年4月3日(金) 10:12 サポート <support@example.co.jp>:\n> 浜口様\n> お問い合わせありがとうございます。",
        "\n\n-----Original Message-----\nFrom: サポート\nSent: Tuesday\nTo: x\n根津様\n改善されました。",
        "\n\n差出人: サポート <s@example.jp>\n送信日時: 2026年3月1日\n宛先: x\n件名: Re: 検索\n\nお待ちください。",
        "\n\n--\n相沢 志帆\n株式会社みなと紙器",
        "\n\n--------------------------------\n株式会社みなと紙器 総務部\n相沢 志帆\nTEL：[PHONE]\n--------------------------------",
        "\n\n宮園印刷株式会社　営業管理課　真壁 里香\n[ADDRESS]\nTEL [PHONE]",
        "\n\n桐山 ふみ",
        "\n\nスマートフォンから送信",
        "\nお手数をおかけしますが、よろしくお願いいたします。",
        "\n敬具",
        "\n\n※このメールには機密情報が含まれる場合があります。誤って受信された方は破棄してください。",
    ],
)
def test_what_a_japanese_mail_carries_behind_is_left_out(tail):
    assert own(SAID + tail) == SAID


@pytest.mark.parametrize(
    "head",
    [
        "お世話になっております。\n",
        "いつもお世話になっております。\n株式会社みなと紙器の相沢でございます。\n\n",
        "お世話になります。まるひげ工務店の矢島です。\n",
        "ヒノデワークス サポートご担当者様\n\nお世話になっております、カナリヤ商会の桂です。\n",
        "株式会社ヒノデワークス　御中\n拝啓　時下ますますご清栄のこととお慶び申し上げます。\n",
    ],
)
def test_what_a_japanese_mail_carries_before_is_left_out(head):
    assert own(head + SAID) == SAID


@pytest.mark.parametrize(
    "tail",
    [
        "\n\nOn Tue, 7 Apr 2026 at 09:12, Support <support@example.com> wrote:\n> Dear Ms Marsh,\n> Please rebuild.",
        "\n\nOn Tue, 7 Apr 2026 at 09:12, Support\n<support@example.com> wrote:\n\nPlease rebuild.",
        "\n\nFrom: Support\nSent: Monday\nTo: me\nSubject: Re\n\nPlease wait.",
        "\n\nKind regards,\nHelen Marsh\nOffice Manager, Marsh & Tolley Ltd",
        "\n\nThanks!\nDavid\n\n--\nDavid Okafor | Project Lead",
        "\n\n-- \nDavid Okafor",
        "\n\nSent from my iPhone",
        "\n\nBest,\nTom Ashdown\n[EMAIL] / [PHONE]",
        "\nThis e-mail may contain confidential information. If you are not the intended recipient, please delete it.",
    ],
)
def test_what_an_english_mail_carries_behind_is_left_out(tail):
    assert own(WROTE + tail) == WROTE


@pytest.mark.parametrize(
    "head", ["Hello Support,\n\n", "Dear Sir or Madam,\n", "Hi Tom,\n", "Hi again,\n", "Good morning,\nI hope this finds you well.\n"]
)
def test_what_an_english_mail_carries_before_is_left_out(head):
    assert own(head + WROTE) == WROTE


def test_answers_between_quotes_stay():
    text = "> 別のブラウザではいかがでしょうか。\n3種類で試しました。同じです。\n\n> 環境を教えてください。\n最初に書きました。"
    assert own(text) == "3種類で試しました。同じです。\n最初に書きました。"
    below = "On Mon, 1 Jun 2026 at 10:00, Support wrote:\n> Did it work?\nNo, it did not."
    assert own(below) == "No, it did not."


@pytest.mark.parametrize(
    "text",
    [
        "最悪です。",
        "担当の方がとても親切です。\n助かりました。",
        ">90% of the time it fails",
        "良い点\n------\n速い",
        "Hi all good here, thanks for everything you do",
        "The best\nregards the team gave me",
        "神様のような対応でした。ありがとうございます。",
        "以上の理由で解約します。",
        "Everyone was kind.\nThank you.",
    ],
)
def test_words_of_the_customer_are_never_taken_for_boilerplate(text):
    assert own(text, Source.SURVEY).replace("\n", "") in (text.replace("\n", ""), text.replace("\n------\n", ""))


@pytest.mark.parametrize(
    "text", ["お世話になっております。", "> only a quote", "Kind regards,", "--\nTom", "On Mon, 1 Jun 2026, A wrote:\nx"]
)
def test_where_nothing_would_remain_the_whole_text_counts(text):
    assert own(text) == text


TEXTS = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from(["\n", "\r\n", "\n\n", "--", "> x", "Best regards,", "お世話になっております。", "株式会社あ", "-----", " "]),
        st.sampled_from(["On Monday, A wrote:", "Sent from my iPhone", "Hello,"]),
    ),
    max_size=20,
).map("".join)


@given(TEXTS, st.sampled_from(list(Source)))
def test_spans_are_in_order_trimmed_and_never_empty(text, source):
    spans = own_spans(text, source)
    assert bool(spans) == bool(text.strip())
    end = 0
    for span in spans:
        words = text[span.start : span.end]
        assert end <= span.start
        assert words == words.strip() != ""
        end = span.end


@pytest.mark.parametrize(
    "unit", ["a\n", "> a\n", "On Monday, A wrote:\n> a\n", "--\n", "お世話になります。\n", "*" * 5 + "\n", "株式会社 a\n\n", "特に、"]
)
def test_time_grows_with_the_length_only(unit):
    assert takes_under(2, lambda: own((unit * 100_000)[:100_000]))


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("<p>Hello<br>world &amp; all</p>", "Hello\nworld & all"),
        ("<div>一行目</div><div>二行目</div>", "一行目\n二行目"),
        ("<p>new</p><blockquote>old<br>words</blockquote>", "new\n\n> old\n> words"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<style>p{}</style><p>x</p><script>alert(1)</script>", "x"),
        ("x&nbsp;&lt;b&gt;", "x\xa0<b>"),
    ],
)
def test_html_becomes_what_a_reader_would_see(html, plain):
    assert strip_html(html) == plain


@pytest.mark.parametrize("text", ["a < b & c > d", "<name> wrote", "I <3 it", "使い方 <未定>", "<img src=x onerror=alert(1)>", "1 <2> 3"])
def test_what_is_no_html_or_has_nothing_else_stays(text):
    assert strip_html(text) == text


def test_a_quoted_mail_in_html_is_left_out_like_a_plain_one():
    html = f"<div>{WROTE}</div><div class='gmail_quote'>On Mon, 1 Jun 2026 at 10:00, A wrote:<blockquote>Dear <b>you</b></blockquote></div>"
    assert looks_like_html(html)
    assert own(strip_html(html)) == WROTE


@pytest.mark.slow
def test_deeply_nested_html_is_read_in_time():
    nested = "<div>" * 20_000
    assert strip_html(nested) == nested
    assert takes_under(2, lambda: strip_html(nested))
