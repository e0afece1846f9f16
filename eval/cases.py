"""Each question of the HTML report: what was asked, answered, cited and retrieved, and the stage that lost it.

Takes the records of a run's JSON. All text is escaped here, once, where it enters the page. A question that nothing
lost comes without its passages, which keeps the page small.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

from eval.examples import Gold
from eval.metrics import Span, cited, locate, right
from eval.record import STAGES

Row = Mapping[str, Any]


def controls(records: Sequence[Row]) -> str:
    """Return the form that filters the questions; the page's script shows it."""
    lost = Counter(record["stage"] for record in records)
    kinds = Counter(record["type"] for record in records)
    failed = sum(count for stage, count in lost.items() if stage)
    order = {stage: n for n, stage in enumerate(STAGES)}
    stages = sorted((s for s in lost if s), key=lambda s: (order.get(s, len(order)), s))
    chosen = (
        _option("lost", f"all lost ({failed})", failed > 0),
        *(_option(stage, f"{stage} ({lost[stage]})") for stage in stages),
        _option("kept", f"not lost ({lost['']})"),
        _option("", f"all ({len(records)})", not failed),
    )
    types = (_option("", "all"), *(_option(kind, f"{kind} ({count})") for kind, count in sorted(kinds.items())))
    return (
        f'<form id="filter" hidden><label>stage<select id="stage">{"".join(chosen)}</select></label>'
        f'<label>type<select id="kind">{"".join(types)}</select></label>'
        '<label>holds the words<input id="words" type="search"></label>'
        '<button id="all" type="button">Open or close all</button><output id="shown"></output></form>'
    )


def cases(records: Sequence[Row]) -> str:
    """Return every question as a fold that opens, those that were lost first."""
    return "".join(_case(record) for record in sorted(records, key=lambda record: not record["stage"]))


def _option(value: str, shown: str, selected: bool = False) -> str:
    return f'<option value="{escape(value)}"{" selected" * selected}>{escape(shown)}</option>'


def _case(record: Row) -> str:
    stage = record["stage"]
    chip = f'<span class="chip lost">{escape(stage)}</span>' if stage else '<span class="chip kept">not lost</span>'
    parts = (
        _history(record), _answer(record), _dropped(record), _facts(record), _gold(record),
        _passages(record) if stage else "",
    )  # fmt: skip
    return (
        f'<details class="case" id="{escape(record["id"])}" data-stage="{escape(stage)}" '
        f'data-kind="{escape(record["type"])}"><summary><span class="id">{escape(record["id"])}</span>'
        f'<span class="chip">{escape(record["type"])}</span>{chip}{escape(record["question"])}</summary>'
        f"<div>{''.join(parts)}</div></details>\n"
    )


def _history(record: Row) -> str:
    turns = "".join(f"<p>{escape(asked)}<br>{escape(said)}</p>" for asked, said in record["history"])
    return f"<h3>Asked before</h3>{turns}" if turns else ""


def _answer(record: Row) -> str:
    heading = f"<h3>{'Refused' if record['abstained'] else 'Answered'}, confidence {record['confidence']:.2f}</h3>"
    if not record["claims"]:
        return f"{heading}<p>{escape(record['text'])}</p>"
    return heading + "".join(_sentence(claim) for claim in record["claims"])


def _dropped(record: Row) -> str:
    sentences = "".join(_sentence(claim) for claim in record["dropped"])
    return f"<h3>Dropped by the verifier</h3>{sentences}" if sentences else ""


def _sentence(claim: Row) -> str:
    doubt = ' <span class="chip lost">unsupported by the check</span>' if claim["unsupported"] else ""
    quotes = "".join(
        f"<blockquote>{escape(c['quote'])}<br>"
        f'<span class="small">{escape(c["doc"])}, {c["start"]:,}–{c["end"]:,}</span></blockquote>'
        for c in claim["citations"]
    )
    return f'<p>{escape(claim["text"])} <span class="small">support {claim["support"]:.2f}</span>{doubt}</p>{quotes}'


def _facts(record: Row) -> str:
    if not record["answers"]:
        return "<h3>Wanted</h3><p>A refusal: the documents do not hold the answer.</p>"
    said = " ".join(claim["text"] for claim in record["claims"])
    rows = []
    for group in record["answers"]:
        met = right(said, [group])
        chip = f'<span class="chip {"kept" if met else "lost"}">{"said" if met else "not said"}</span>'
        rows.append(f"<p>{chip}{escape(' / '.join(group))}</p>")
    return f"<h3>Wanted</h3>{''.join(rows)}"


def _gold(record: Row) -> str:
    spans = [Span(c["doc"], c["start"], c["end"], c["quote"]) for c in record["citations"]]
    rows = []
    for gold, rank in zip(record["gold"], record["gold_ranks"], strict=True):
        found = f"in passage {rank}" if rank else "in no passage"
        told = f"{found}, {'cited' if cited(spans, [Gold(gold['doc'], gold['quote'])], {}) else 'not cited whole'}"
        rows.append(
            f'<blockquote><mark>{escape(gold["quote"])}</mark><br><span class="small">{escape(gold["doc"])}, '
            f"{told}</span></blockquote>"
        )
    return f"<h3>Evidence</h3>{''.join(rows)}" if rows else ""


def _passages(record: Row) -> str:
    rows = []
    for rank, passage in enumerate(record["passages"], start=1):
        gold = rank in record["gold_ranks"]
        legs = ", ".join(f"{leg} {place}" for leg, place in sorted(passage["legs"].items()))
        where = " › ".join((passage["doc"], *passage["heading"]))
        mark = '<span class="chip kept">evidence</span>' if gold else ""
        rows.append(
            f'<li><details{" open" * gold}><summary>{rank}. {mark}{escape(where)} <span class="small">'
            f"{passage['score']:.3f} ({escape(legs)})</span></summary>"
            f'<p class="text">{"".join(_marked(passage, record))}</p></details></li>'
        )
    told = '<p class="small"><mark>evidence</mark>, <u>cited</u>; ranks by leg in brackets</p>'
    return f'<h3>Passages retrieved</h3>{told}<ol class="passages">{"".join(rows)}</ol>' if rows else ""


def _marked(passage: Row, record: Row) -> Iterator[str]:
    """Yield the text of a passage, gold quotes in ``mark`` and cited spans in ``u``."""
    text, start = passage["text"], passage["start"]
    golds = [span for g in record["gold"] if g["doc"] == passage["doc"] for span in locate(g["quote"], text)]
    cites = [(c["start"] - start, c["end"] - start) for c in record["citations"] if c["doc"] == passage["doc"]]
    edges = {0, len(text), *(min(max(edge, 0), len(text)) for span in (*golds, *cites) for edge in span)}
    cuts = sorted(edges)
    for begin, end in pairwise(cuts):
        piece = escape(text[begin:end])
        if any(a <= begin and end <= b for a, b in cites):
            piece = f"<u>{piece}</u>"
        yield f"<mark>{piece}</mark>" if any(a <= begin and end <= b for a, b in golds) else piece
