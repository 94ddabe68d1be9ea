"""Catalogue: what each error code means, in English and Japanese. Every code has exactly one entry; a test keeps it so.

A detail may name facts in braces; where a fact is missing the sentence up to the first brace-free form, the title, is shown instead.
"""

from typing import NamedTuple

from voc.taxonomy import Bilingual


class Message(NamedTuple):
    """Title and detail of a code."""

    title: Bilingual
    detail: Bilingual


def _message(title_en: str, title_ja: str, detail_en: str, detail_ja: str) -> Message:
    return Message(title=Bilingual(en=title_en, ja=title_ja), detail=Bilingual(en=detail_en, ja=detail_ja))


CATALOGUE: dict[str, Message] = {
    "bad_request": _message(
        "Request not understood",
        "リクエストを解釈できません",
        "Check the address, headers and body.",
        "宛先・ヘッダー・本文を確認してください。",
    ),
    "bad_json": _message(
        "Broken JSON",
        "JSON が壊れています",
        "JSON broken at line {line} column {column}.",
        "{line} 行 {column} 列の JSON が壊れています。",
    ),
    "duplicate_name": _message(
        "Name given twice",
        "同じ名前が 2 回あります",
        "Give each name once in an object.",
        "1 つのオブジェクト内で同じ名前は 1 回だけにしてください。",
    ),
    "bad_value": _message(
        "Value cannot be used",
        "使えない値があります",
        "See fields for what is wrong where.",
        "どこがどう誤りかは fields を見てください。",
    ),
    "unauthenticated": _message(
        "Key needed",
        "API キーが必要です",
        "Send a valid key as 'Authorization: Bearer …' or 'X-API-Key'. Create one with: voc keys create.",
        "有効なキーを「Authorization: Bearer …」または「X-API-Key」で送ってください。作成: voc keys create",
    ),
    "forbidden": _message(
        "Not allowed",
        "許可されていません",
        "The key needs the scope {scope}.",
        "このキーには {scope} の権限が必要です。",
    ),
    "cross_site": _message(
        "Request from another site",
        "別サイトからの要求です",
        "Open the page of this service and try again.",
        "このサービスの画面を開き直してから、もう一度お試しください。",
    ),
    "not_found": _message(
        "Not found",
        "見つかりません",
        "There is no such thing here.",
        "該当するものはありません。",
    ),
    "method_not_allowed": _message(
        "Method not allowed",
        "このメソッドは使えません",
        "See the Allow header.",
        "Allow ヘッダーを見てください。",
    ),
    "unsupported_type": _message(
        "Unsupported type",
        "対応していない形式です",
        "Send JSON in UTF-8 (application/json).",
        "UTF-8 の JSON (application/json) で送ってください。",
    ),
    "erasure_in_progress": _message(
        "Erasure under way",
        "削除の処理中です",
        "The customer is being erased. Try again shortly.",
        "この顧客は削除の処理中です。少し待って再送してください。",
    ),
    "erased": _message(
        "Erased on request",
        "本人の請求により削除済みです",
        "The customer was erased on request; nothing of them is taken in any more.",
        "この顧客は請求により削除済みのため、以後のデータは受け付けません。",
    ),
    "body_too_large": _message(
        "Body too large",
        "本文が大きすぎます",
        "The limit is {limit} bytes; at least {actual} were sent. Nothing was stored.",
        "上限は {limit} バイト、受信は {actual} バイト以上です。保存されていません。",
    ),
    "too_many_items": _message(
        "Too many items",
        "件数が多すぎます",
        "The limit is {limit} items; {actual} were sent. Nothing was stored.",
        "上限は {limit} 件、受信は {actual} 件です。保存されていません。",
    ),
    "decompressed_too_large": _message(
        "Unpacks too large",
        "展開後が大きすぎます",
        "The file unpacks to more than the limit.",
        "展開後の大きさが上限を超えています。",
    ),
    "empty_text": _message(
        "Text is empty",
        "本文が空です",
        "Send at least one visible character.",
        "1 文字以上の本文を送ってください。",
    ),
    "text_too_long": _message(
        "Text too long",
        "本文が長すぎます",
        "The limit is {limit} characters; {actual} were sent. Nothing was stored.",
        "上限は {limit} 文字、受信は {actual} 文字です。保存されていません。",
    ),
    "bad_characters": _message(
        "Character cannot be stored",
        "保存できない文字があります",
        "NUL and halves of surrogate pairs cannot be stored.",
        "NUL 文字や壊れたサロゲートは保存できません。",
    ),
    "out_of_range": _message(
        "Value out of range",
        "値が範囲外です",
        "The value must be {low} to {high}; {actual} was sent.",
        "値は {low}〜{high} です(受信: {actual})。",
    ),
    "not_a_number": _message(
        "Not a number",
        "数値ではありません",
        "Send a number.",
        "数値を送ってください。",
    ),
    "unknown_name": _message(
        "Name not known",
        "その名前のものはありません",
        "Nothing here has that name. There are: {known}.",
        "その名前のものはありません。登録されているもの: {known}",
    ),
    "bad_date": _message(
        "Date cannot be read",
        "日付を読み取れません",
        "Send a date such as 2026-10-01T09:00:00+09:00.",
        "2026-10-01T09:00:00+09:00 のような日時を送ってください。",
    ),
    "future_date": _message(
        "Date in the future",
        "未来の日付です",
        "The date lies more than 24 hours ahead.",
        "24 時間より先の日付は受け付けません。",
    ),
    "bad_mapping": _message(
        "Mapping does not fit",
        "列の割り当てが合いません",
        "Check the column mapping.",
        "列の割り当てを確認してください。",
    ),
    "bad_file": _message(
        "File cannot be read",
        "ファイルを読めません",
        "Check the file.",
        "ファイルを確認してください。",
    ),
    "bad_examples": _message(
        "No examples to learn from, or too many",
        "学習に使う例文がないか、多すぎます",
        "Nothing was changed. Give each tag 5 to 20 example sentences, or correct the tags of comments; 1 to 10,000 examples in all.",
        "何も変更していません。タグごとに例文を 5〜20 件用意するか、コメントのタグを修正してください（全体で 1〜10,000 件）。",
    ),
    "bad_encoding": _message(
        "Encoding does not fit",
        "文字コードが合いません",
        "The bytes do not fit the encoding.",
        "指定の文字コードで読めません。",
    ),
    "bad_filter": _message(
        "Filter cannot be used",
        "絞り込み条件が正しくありません",
        "See fields for the condition that is not known or has a bad value.",
        "正しくない条件は fields を見てください。",
    ),
    "bad_query": _message(
        "Search cannot be used",
        "検索語を使えません",
        "Send 1 to {limit} characters.",
        "1〜{limit} 文字で送ってください。",
    ),
    "idempotency_key_reused": _message(
        "Key used for another comment",
        "このキーは別の内容で使用済みです",
        "This key was used for a different comment ({feedback_id}), which is unchanged.",
        "このキーは別のコメント ({feedback_id}) で使用済みです。元のコメントは変わっていません。",
    ),
    "rate_limited": _message(
        "Too many requests",
        "要求が多すぎます",
        "Wait {retry_after} seconds and send again.",
        "{retry_after} 秒待って再送してください。",
    ),
    "overloaded": _message(
        "Too busy",
        "混み合っています",
        "Nothing was stored; wait a moment and send again.",
        "保存されていません。少し待って再送してください。",
    ),
    "internal": _message(
        "Internal error",
        "内部エラー",
        "Please report the request id {request_id}.",
        "記録番号 {request_id} をお知らせください。",
    ),
    "bad_settings": _message(
        "Bad setting",
        "設定に誤りがあります",
        "Check the settings of the service.",
        "サービスの設定を確認してください。",
    ),
    "model_rejected": _message(
        "Model refused",
        "モデルの検査に失敗しました",
        "The model {model} was not loaded: {reason} ({file}). Stored comments and results are as they were; new comments are taken in "
        "and wait. Put the files back as they were delivered, or name another model.",
        "モデル {model} は検査に通らなかったため、読み込みませんでした({file}: {reason})。保存済みのコメントと結果はそのままで、"
        "新しいコメントも受け付けて分析待ちにします。ファイルを元に戻すか、別のモデルを指定してください。",
    ),
    "learnt_tags_rejected": _message(
        "Learnt tags cannot be used",
        "学習済みタグを使えません",
        "What was learnt for the tags {model} cannot be used: {reason}. Stored comments and results are as they were; new comments are "
        "taken in and wait. Learn the tags again (voc tags learn {model}), or go on without (voc tags forget {model}).",
        "タグ {model} の学習結果を使えません({reason})。保存済みのコメントと結果はそのままで、新しいコメントも受け付けて分析待ちにします。"
        "タグを学習し直すか(voc tags learn {model})、学習結果を外してください(voc tags forget {model})。",
    ),
    "model_unavailable": _message(
        "Models not ready",
        "分析の準備ができていません",
        "Comments are taken in; send this again later.",
        "受付は続いています。後でお試しください。",
    ),
    "model_crashed": _message(
        "Analysis ended abnormally",
        "分析が異常終了しました",
        "Send it again in a moment.",
        "少し待って再送してください。",
    ),
    "model_timeout": _message(
        "Analysis took too long",
        "分析が時間内に終わりません",
        "Send fewer or shorter texts.",
        "件数や長さを減らしてください。",
    ),
    "model_failed": _message(
        "Analysis failed",
        "分析できませんでした",
        "Send it again in a moment.",
        "少し待って再送してください。",
    ),
    "storage_busy": _message(
        "Database busy",
        "一時的に受け付けできません",
        "Nothing was stored; send it again.",
        "データは保存されていません。再送してください。",
    ),
    "storage_unavailable": _message(
        "Database not answering",
        "一時的に受け付けできません",
        "Nothing was stored; send it again later.",
        "データは保存されていません。後で再送してください。",
    ),
    "storage_read_only": _message(
        "Read-only",
        "閲覧のみ可能です",
        "Nothing was stored; the database can only be read.",
        "保存できません。データベースは読み取り専用です。",
    ),
    "storage_corrupt": _message(
        "Database damaged",
        "データベースが壊れています",
        "Restore it with: voc restore.",
        "voc restore で復元してください。",
    ),
    "storage_full": _message(
        "Disk full",
        "ディスクの空きがありません",
        "Nothing was stored; free some space.",
        "保存されていません。空きを増やしてください。",
    ),
    "storage_in_use": _message(
        "Database in use",
        "データベースは使用中です",
        "Another process writes this database.",
        "別のプロセスが書き込み中です。",
    ),
    "storage_newer": _message(
        "Database is newer",
        "データベースの方が新しい版です",
        "Install the newer program.",
        "新しい版のプログラムを入れてください。",
    ),
    "backlog_full": _message(
        "Too many comments wait",
        "分析待ちが上限に達しています",
        "Nothing was stored; send it again later.",
        "データは保存されていません。後で再送してください。",
    ),
    "shutting_down": _message(
        "Stopping",
        "停止処理中です",
        "Nothing was stored; send it again in a moment.",
        "データは保存されていません。少し待って再送してください。",
    ),
}
