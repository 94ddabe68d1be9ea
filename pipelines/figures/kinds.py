"""Kinds of figures: what each answers, in words, and how it is computed. A new kind: a member of ``FigureKind`` and an entry here."""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pipelines.acting import check_of
from pipelines.counting import comment_counts, kpi_answers, kpi_level, kpi_move, leaving, row_accounting
from pipelines.explain.trends import readable
from pipelines.figures import row_kinds, rows
from pipelines.figures.desk import Desk, periods_of
from pipelines.touched import reach_of
from pipelines.voice_conditions import narrow
from voc.filters import FeedbackFilter
from voc.provenance import Answer, FigureKind, FigureQuery
from voc.sentiment import SentimentLabel
from voc.taxonomy import Bilingual


@dataclass(frozen=True)
class Kind:
    """How a kind is computed; None where what it is about is not there. ``formula`` says it to a reader."""

    answer: Callable[[Desk, FigureQuery], Answer | None]
    formula: Bilingual


def answer(desk: Desk, query: FigureQuery) -> Answer | None:
    """Return what a question gives now, with the ids of its evidence; None also where its conditions cannot be read."""
    try:
        wanted = narrow(desk.unit, query.filter, query.voices)
    except (ValueError, KeyError):
        return None
    return KINDS[query.kind].answer(desk, query.model_copy(update={"filter": wanted, "voices": {}}))


def _comment_count(desk: Desk, query: FigureQuery) -> Answer:
    if query.more == rows.COUNTED:
        found = desk.unit.feedback.ids(query.filter)
        return rows.of_count(len(found)).model_copy(update={"evidence": tuple(found)})
    counts = comment_counts(desk.unit, query.filter, desk.issues(query).rows)
    names = ("no_signal", "duplicates", "not_analysed", "customers", "accounts")
    parts: dict[str, float | None] = {name: getattr(counts, name) for name in names}
    parts |= {f"language_{language.value}": count for language, count in counts.by_language.items()}
    evidence = tuple(desk.unit.feedback.ids(query.filter))
    return Answer(value=counts.comments, n=counts.comments, parts=parts, evidence=evidence)


def _row_accounting(desk: Desk, _: FigureQuery) -> Answer | None:
    rows = row_accounting(desk.unit)
    if rows is None:
        return None
    return Answer(value=rows.rows, n=rows.rows, parts={"new": rows.new, "duplicates": rows.duplicates, "rejected": rows.rejected})


def _kpi_level(desk: Desk, query: FigureQuery) -> Answer | None:
    if query.kpi is None:
        return None
    answers = kpi_answers(desk.unit, query.kpi, wanted=query.filter)
    level, periods = kpi_level(query.kpi, answers, zone=ZoneInfo(query.zone)), periods_of(query)
    move = None if periods is None else kpi_move(query.kpi, answers, periods=periods)
    evidence = tuple(observation.feedback_id or observation.id for observation in answers)
    return rows.of_level(level, move).model_copy(update={"evidence": evidence})


def _negative_share(desk: Desk, query: FigureQuery) -> Answer:
    heard = readable(desk.unit.voices.find(query.filter))
    negative = tuple(row.feedback_id for row in heard if row.sentiment is SentimentLabel.NEGATIVE)
    return rows.of_negative(len(negative), len(heard)).model_copy(update={"evidence": negative})


def _left_share(desk: Desk, query: FigureQuery) -> Answer:
    found = leaving(desk.unit, query.filter, rows=desk.unit.voices.find(query.filter))
    return rows.of_leaving(len(found.left), found.n).model_copy(update={"evidence": found.left})


def _emerging_topic(desk: Desk, query: FigureQuery) -> Answer | None:
    look = desk.unit.looks.latest()
    found = None if look is None else look.of(query.more.get("topic", ""))
    if look is None or found is None:
        return None
    days = look.stretch(found)
    wanted = FeedbackFilter(topic=found.topic_id, duplicates=False, no_signal=False, since=days.start, until=days.end)
    return rows.of_emerging(found).model_copy(update={"evidence": tuple(desk.unit.feedback.ids(wanted))})


def _issue_share(desk: Desk, query: FigureQuery) -> Answer | None:
    summary = desk.summary(query)
    if summary is None:
        return None
    evidence = tuple(row.feedback_id for row in readable(desk.issues(query).rows) if query.issue in row.issue_keys)
    return rows.of_summary(summary).model_copy(update={"evidence": evidence})


def _issue_reach(desk: Desk, query: FigureQuery) -> Answer | None:
    summary = desk.summary(query)
    if summary is None:
        return None
    voices = desk.issues(query).rows
    (touched,) = reach_of(desk.unit, voices, issues=[summary.issue]).values()
    evidence = tuple(row.feedback_id for row in readable(voices) if query.issue in row.issue_keys)
    return rows.of_reach(touched).model_copy(update={"evidence": evidence})


def _unassigned_share(desk: Desk, query: FigureQuery) -> Answer:
    found = desk.issues(query)
    heard = readable(found.rows)
    return Answer(value=found.unassigned, n=len(heard), evidence=tuple(row.feedback_id for row in heard if not row.issue_keys))


def _unassigned_sentences(desk: Desk, _: FigureQuery) -> Answer:
    topics = desk.unit.topics
    return rows.of_unassigned(topics.unassigned()).model_copy(update={"evidence": tuple(topics.unassigned_comments())})


def _driver_effect(desk: Desk, query: FigureQuery) -> Answer | None:
    summary = desk.summary(query)
    driver = None if summary is None or query.kpi is None else summary.drivers.get(query.kpi)
    if driver is None:
        return None
    found = desk.issues(query)
    linked = {name for name, kpi in found.links if kpi is query.kpi}
    evidence = tuple(row.feedback_id for row in readable(found.rows) if query.issue in row.issue_keys and row.feedback_id in linked)
    return rows.of_driver(driver).model_copy(update={"evidence": evidence})


def _alert_accounts(desk: Desk, query: FigureQuery) -> Answer | None:
    alert = desk.unit.alerts.get(query.more.get("alert", ""))
    if alert is None:
        return None
    return rows.of_alert(alert).model_copy(update={"evidence": alert.evidence})


def _action_effect(desk: Desk, query: FigureQuery) -> Answer | None:
    action = desk.unit.actions.get(query.more.get("action", ""))
    if action is None:
        return None
    found, values = check_of(desk.unit, action)
    evidence = tuple(name for value in values if (name := value.feedback_id or value.observation_id) is not None)
    return rows.of_check(found).model_copy(update={"evidence": evidence})


KINDS: dict[FigureKind, Kind] = {
    FigureKind.COMMENT_COUNT: Kind(
        _comment_count,
        Bilingual(
            en="Comments that match, repeats included; parts by language, without signal, repeats of a voice, customers and accounts.",
            ja="条件に合うコメント数(重複を含む)。内訳は言語、内容なし、同じ声の重複、顧客数、取引先数。",
        ),
    ),
    FigureKind.ROW_ACCOUNTING: Kind(
        _row_accounting,
        Bilingual(
            en="Rows of all imported files = new + duplicate + rejected.",
            ja="取り込んだ全ファイルの行数 = 新規 + 重複 + 取り込み不可。",
        ),
    ),
    FigureKind.KPI_LEVEL: Kind(
        _kpi_level,
        Bilingual(
            en="Mean of all answers in the KPI's unit (NPS: promoters minus detractors in percent; CSAT: share of 4 and 5), "
            "95 % interval clustered by account; parts by month.",
            ja="全回答の平均(NPS は推奨者 − 批判者の %、CSAT は 4・5 の割合)。95 % 区間は取引先単位でまとめて計算。内訳は月別。",
        ),
    ),
    FigureKind.NEGATIVE_SHARE: Kind(
        _negative_share,
        Bilingual(
            en="Negative comments over all comments with a signal, repeats of a voice once; Wilson 95 % interval.",
            ja="ネガティブなコメント数 ÷ 内容のある全コメント数(同じ声は 1 回)。95 % 区間は Wilson 法。",
        ),
    ),
    FigureKind.LEFT_SHARE: Kind(
        _left_share,
        Bilingual(
            en="Accounts (customers, where there are none) that left within the dates, over all known; with other conditions only those "
            "whose comments they leave.",
            ja="期間内に離れた取引先(なければ顧客)の数 ÷ 分かっている全数。ほかの条件がある場合は、条件に合うコメントのある取引先のみ。",
        ),
    ),
    FigureKind.EMERGING_TOPIC: Kind(
        _emerging_topic,
        Bilingual(
            en="Voices that spoke of a topic in the days that stand out, as the latest daily look saw it; beside it how many its own past "
            "and the volume of all comments let expect.",
            ja="直近の日次確認で目立った日数の間にトピックに触れた声の数。過去の実績と全体のコメント数から予想される数を併記。",
        ),
    ),
    FigureKind.ISSUE_SHARE: Kind(
        _issue_share,
        Bilingual(
            en="Comments about the issue over all comments with a signal, repeats of a voice once; Wilson 95 % interval.",
            ja="課題に触れたコメント数 ÷ 内容のある全コメント数(同じ声は 1 回)。95 % 区間は Wilson 法。",
        ),
    ),
    FigureKind.ISSUE_REACH: Kind(
        _issue_reach,
        Bilingual(
            en="Accounts with a profile that name the issue, and their revenue, each account once; parts by kind of voice: comments "
            "that name it, all comments, accounts or customers that name it.",
            ja="課題に触れた(プロフィールのある)取引先の数と、その売上(各社1回)。内訳は声の種類別:触れたコメント数、全コメント数、触れた取引先・顧客数。",
        ),
    ),
    FigureKind.UNASSIGNED_SHARE: Kind(
        _unassigned_share,
        Bilingual(
            en="Comments with a signal that carry no issue, over all with a signal.",
            ja="どの課題にも属さないコメントの割合(内容のあるものの中で)。",
        ),
    ),
    FigureKind.UNASSIGNED_SENTENCES: Kind(
        _unassigned_sentences,
        Bilingual(
            en="Sentences that lie near no topic, or that a person left without one, over all sentences looked at; of all comments.",
            ja="どのトピックにも近くない文(人がトピックなしとした文を含む)÷ 調べた全文の数。全コメントが対象。",
        ),
    ),
    FigureKind.DRIVER_EFFECT: Kind(
        _driver_effect,
        Bilingual(
            en="Mean KPI of comments with the issue minus without it, segment, source, role and quarter held equal; 95 % interval "
            "clustered by account. Says what is associated with the KPI, not what would happen.",
            ja="課題があるコメントとないコメントの KPI 平均の差(セグメント・媒体・役割・四半期を揃えて比較)。"
            "95 % 区間は取引先単位。関連を示すもので、効果の予測ではありません。",
        ),
    ),
    FigureKind.MODEL_RATIO: Kind(
        row_kinds.model_ratio,
        Bilingual(
            en="Odds or rate with the issue over those without it, by the model the KPI demands (ordinal logit, logit, Cox), the same held "
            "equal; 95 % interval clustered by account. Associated with, not caused by.",
            ja="KPIに応じたモデル(順序ロジット、ロジット、Cox)による、課題の有無でのオッズまたは率の比(同じ条件を揃えて比較)。"
            "95 % 区間は取引先単位。関連を示すもので、原因ではありません。",
        ),
    ),
    FigureKind.ALERT_ACCOUNTS: Kind(
        _alert_accounts,
        Bilingual(
            en="Distinct accounts that complained about the issue in the alert's window.",
            ja="アラートの期間内に課題への苦情を寄せた取引先数。",
        ),
    ),
    FigureKind.ACTION_EFFECT: Kind(
        _action_effect,
        Bilingual(
            en="Effect of an action on its measure by experiment, difference in differences or interrupted series; 95 % interval clustered "
            "by account and week. Says what is associated with the action.",
            ja="実験・差の差・中断時系列による、施策と指標の変化の関連。95 % 区間は取引先と週の単位でまとめて計算。",
        ),
    ),
    FigureKind.LEDGER_TERM: Kind(
        row_kinds.ledger_term,
        Bilingual(
            en="The change of a KPI between two periods or segments, or one term of it (mix, how often an issue is named, how it scores, "
            "unexplained); the terms add up to the change. 95 % interval clustered by account. Associated with the change, not its cause.",
            ja="2期間または2セグメントの間のKPIの変化、またはその項目(構成、課題の頻度、課題内の評価、説明されない分)。項目の合計は変化に一致します。"
            "95 % 区間は取引先単位。関連を示すもので、原因ではありません。",
        ),
    ),
    FigureKind.KPI_PERIOD: Kind(
        row_kinds.kpi_period,
        Bilingual(
            en="A KPI in one month, quarter or fiscal year over all answers or accounts, with its change against the period before and a "
            "year ago; 95 % interval clustered by account.",
            ja="月・四半期・年度ごとのKPI(全回答または全取引先)と、前期および前年同期との差。95 % 区間は取引先単位。",
        ),
    ),
    FigureKind.QUEUE_RISK: Kind(
        row_kinds.queue_risk,
        Bilingual(
            en="Risk of somebody in the queue: the reasons' weights combined, compared with who left where known; n counts reasons.",
            ja="キューの対象者のリスク。理由の重みを合わせ、解約が分かる場合はその実績と照らしたもの。n は理由の数。",
        ),
    ),
    FigureKind.QUEUE_CHECK: Kind(
        row_kinds.queue_check,
        Bilingual(
            en="At past moments: who left afterwards, among the fifth with most evidence minus among the fifth with the lowest scores, in "
            "percentage points, 95 % interval over owners; parts: odds of leaving per 0.1 of evidence. Associated with, not caused by.",
            ja="過去の各時点で、その後離れた割合の差(根拠の強い上位2割 − 点数の低い下位2割、ポイント)。95 % 区間は取引先・顧客単位。"
            "内訳は根拠0.1あたりの離れるオッズなど。関連を示すもので、原因ではありません。",
        ),
    ),
    FigureKind.AUDITED_SHARE: Kind(
        row_kinds.audited_share,
        Bilingual(
            en="Share of comments that truly carry the tag, corrected by what people said in audits; 95 % interval with the audit's doubt.",
            ja="監査の結果で補正した、実際にそのタグに当たるコメントの割合。95 % 区間は監査の不確かさを含みます。",
        ),
    ),
    FigureKind.ACCOUNT_MOOD: Kind(
        row_kinds.account_mood,
        Bilingual(
            en="Tone of an account's comments in the time looked back on: the means of the known roles heard, weighted (-1 to 1); "
            "n counts all comments. Parts: each role and quarter, deciders heard, and the numbers of what to look at.",
            ja="対象期間における取引先のコメントの調子。発言のあった既知の役割の平均を重みづけしたもの(-1~1)。n は全コメント数。"
            "内訳は役割・四半期ごとの調子、発言した決裁者、注意点の数値。",
        ),
    ),
}
