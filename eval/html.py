"""The report as one HTML file that asks nothing of any other: figures, plots, and what became of every question.

Made from the JSON of a run (``eval/README.md`` documents it), so that it can be made again later. What comes from
documents, questions and answers is escaped, and the page's policy lets nothing run or load but its own script and
style.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from eval.abstention import risk_coverage
from eval.cases import cases, controls
from eval.examples import EvalError
from eval.plots import (
    interval_bar,
    plot_hits,
    plot_latency,
    plot_reliability,
    plot_risk_coverage,
    reliability,
)
from eval.record import Metric
from eval.report import BY_TYPE, LABELS, NUMBERS, shown

Run = Mapping[str, Any]
LEADING = ("right_and_cited", "refusal", "false_abstention", "citation_recall", "hit@5", "latency_p50_ms")
NEEDED = ("settings", "reader", "metrics", "by_type", "missing", "records", "timings")
RECORD = ("id", "type", "question", "answers", "gold", "text", "claims", "dropped", "passages", "scores", "stage")


def read(path: Path) -> Run:
    """Return what ``python -m eval --json`` wrote.

    Raises:
        EvalError: the file cannot be read, or is no such file.
    """
    remedy = "give a file that `python -m eval --json` wrote with this version"
    try:
        run = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise EvalError(f"{path}: cannot be read as results ({error}); {remedy}") from error
    lacking = [name for name in NEEDED if not isinstance(run, dict) or name not in run]
    if not lacking:
        lacking = [f"records: {name}" for record in run["records"] for name in RECORD if name not in record]
    if lacking:
        raise EvalError(f"{path}: results hold {', '.join(NEEDED)}, and this lacks {lacking[0]!r}; {remedy}")
    return dict(run)


def write(run: Run, path: Path) -> None:
    """Write the report of a run.

    Raises:
        EvalError: the file cannot be written.
    """
    try:
        path.write_text(page(run), encoding="utf-8")
    except OSError as error:
        raise EvalError(f"{path}: cannot be written ({error.strerror}); give a file in a folder that exists") from error


def page(run: Run) -> str:
    """Return the report of a run as one HTML document."""
    style, script = (files("eval").joinpath(name).read_text("utf-8") for name in ("page.css", "page.js"))
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'"
    records = run["records"]
    lost = sum(bool(record["stage"]) for record in records)
    body = (
        f"<h1>Evaluation: {len(records)} questions, {lost} lost</h1>{_about(run)}{_missing(run)}{_leading(run)}"
        f"<h2>Figures</h2>{_figures(run)}"
        f"<h2>Plots</h2>{_plots(run)}<h2>By type of question</h2>{_types(run)}"
        f"<h2>Questions</h2>{controls(records)}{cases(records)}"
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}; form-action \'none\'">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Evaluation of {escape(str(run['settings'].get('questions')))}</title><style>{style}</style></head>"
        f"<body><main>{body}</main><script>{script}</script></body></html>\n"
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _about(run: Run) -> str:
    said = {"reader": run["reader"]} | {k: v for k, v in run["settings"].items() if v is not None and k != "reader"}
    parts = (f"<span>{escape(name)}: {escape(_plain(value))}</span>" for name, value in said.items())
    return f'<p class="about">{" ".join(parts)}</p>'


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _missing(run: Run) -> str:
    if not run["missing"]:
        return ""
    named = ", ".join(escape(one["id"]) for one in run["missing"][:10])
    return f'<p class="warn">{len(run["missing"])} gold quotes are not in the index and count as lost: {named}</p>'


def _metrics(run: Run) -> dict[str, Metric]:
    rows = {**run["metrics"], **run["timings"]["metrics"]}
    return {name: Metric(name, row["value"], row["low"], row["high"], row["n"]) for name, row in rows.items()}


def _leading(run: Run) -> str:
    found = _metrics(run)
    tiles = []
    for name in LEADING:
        if name in found and found[name].value is not None:
            value, interval = map(escape, shown(found[name]))
            tiles.append(f"<div><b>{value}</b><span>{escape(label(name))}</span><span>{interval}</span></div>")
    return f'<div class="lead">{"".join(tiles)}</div>'


def label(name: str) -> str:
    """Return what a figure is called."""
    return LABELS.get(name, name.replace("_", " "))


def _figures(run: Run) -> str:
    found = _metrics(run)
    names = [*(n for n in LABELS if n in found), *(n for n in found if n not in LABELS)]
    rows = []
    for name in names:
        metric = found[name]
        value, interval = map(escape, shown(metric))
        rows.append(
            f"<tr><td>{escape(label(name))}</td><td>{value}</td><td>{interval}</td><td>{_bar(metric)}</td>"
            f"<td>{metric.n:,}</td></tr>"
        )
    head = "<tr><th>metric</th><th>value</th><th>95 % interval</th><th></th><th>n</th></tr>"
    return f'<div class="card"><table class="figures">{head}{"".join(rows)}</table></div>'


def _bar(metric: Metric) -> str:
    """Return the interval as a drawing, where the figure is a share or lies in [0, 1] like one."""
    if metric.value is None or metric.low is None or metric.high is None:
        return ""
    within = metric.low >= 0 and metric.high <= 1
    share = shown(metric)[0].endswith("%") or metric.name in NUMBERS
    return interval_bar(metric.value, metric.low, metric.high) if within and share else ""


def _types(run: Run) -> str:
    columns = list(dict.fromkeys(BY_TYPE.values()))
    head = "".join(f"<th>{escape(column)}</th>" for column in ("type", "n", *columns))
    rows = []
    for kind, figures in sorted(run["by_type"].items()):
        cells = dict.fromkeys(columns, "–")
        for name, column in BY_TYPE.items():
            row = figures.get(name)
            if row is not None and row["value"] is not None:
                cells[column] = shown(Metric(name, row["value"], row["low"], row["high"], row["n"]))[0]
        count = sum(record["type"] == kind for record in run["records"])
        values = "".join(f"<td>{escape(value)}</td>" for value in (str(count), *cells.values()))
        rows.append(f"<tr><td>{escape(kind)}</td>{values}</tr>")
    return f'<div class="card"><table><tr>{head}</tr>{"".join(rows)}</table></div>'


def _plots(run: Run) -> str:
    records = run["records"]
    told = [record for record in records if not record["abstained"]]
    confident = [(float(record["confidence"]), bool(record["right_and_cited"])) for record in told]
    supports = [(min(c["support"] for c in r["claims"]), bool(r["right"])) for r in told if r["claims"]]
    rows = [record["scores"]["aurc"] for record in records]
    coverage, risk = risk_coverage([sure for sure, _ in rows], [right for _, right in rows])
    curve = list(zip(coverage.tolist(), risk.tolist(), strict=True))
    figures = (
        (
            "Risk against coverage",
            "the surest answers first, refusals last; the dot is where it stands",
            plot_risk_coverage(curve, len(told)),
        ),
        (
            "Reliability of support",
            "the least support among an answer's sentences, against its being right",
            plot_reliability(reliability(supports), "support"),
        ),
        (
            "Reliability of confidence",
            "of answers given, against their being right and cited",
            plot_reliability(reliability(confident), "confidence"),
        ),
        ("hit@k by type", "whether a passage with the evidence is among the first k", plot_hits(_hits(run))),
        ("Latency", "one question at a time", plot_latency(list(run["timings"]["latency_ms"].values()))),
    )
    drawn = (
        f"<figure><figcaption>{escape(title)}<small>{escape(what)}</small></figcaption>{plot}</figure>"
        for title, what, plot in figures
    )
    return f'<div class="plots">{"".join(drawn)}</div>'


def _hits(run: Run) -> list[tuple[str, Sequence[tuple[str, float, float, float]]]]:
    found: list[tuple[str, Sequence[tuple[str, float, float, float]]]] = []
    for kind, figures in sorted(run["by_type"].items()):
        rows = [(k, figures[k]) for k in ("hit@1", "hit@3", "hit@5") if figures.get(k, {}).get("value") is not None]
        if rows:
            found.append((kind, tuple((k, row["value"], row["low"], row["high"]) for k, row in rows)))
    return found
