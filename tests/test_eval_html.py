"""The HTML report: everything escaped, nothing asked of others, each question found by stage, type, words."""

import json
import re
from dataclasses import replace

import pypdfium2 as pdfium
import pytest
from browser import barriers, chromium, shot
from test_eval_run import EXAMPLES, FirstPassage, Refuser, Sound, outcome
from typer.testing import CliRunner

from eval.__main__ import app
from eval.cases import cases
from eval.examples import EvalError
from eval.html import page, read
from eval.plots import plot_hits, plot_latency, plot_reliability, plot_risk_coverage, reliability
from eval.report import write_json
from eval.run import evaluate


def read_pdf(path):
    with pdfium.PdfDocument(path) as pdf:
        return " ".join(page.get_textpage().get_text_bounded() for page in pdf)


HOSTILE = "<script>document.title = 'taken'</script><img src=http://example.com/x onerror=alert(1)> & \"quoted\""


def run_of(results):
    return json.loads(json.dumps({"settings": {"questions": "set.jsonl", "index": None}, **results.to_dict()}))


def hostile():
    """A run in which every text that a document, question or model could have written holds markup."""
    run = run_of(outcome(Refuser))
    first = run["records"][0]
    first["text"] = first["question"] = HOSTILE
    claim = {"text": HOSTILE, "support": 0.4, "unsupported": True}
    first["claims"] = [{**claim, "citations": [{"doc": HOSTILE, "start": 0, "end": 3, "quote": HOSTILE}]}]
    first["answers"] = [[HOSTILE]]
    first["history"] = [[HOSTILE, HOSTILE]]
    first["passages"][0] |= {"text": HOSTILE, "heading": [HOSTILE]}
    run["settings"]["questions"] = HOSTILE
    return run


def test_reliability_by_hand():
    bins = reliability([(0.91, True), (0.99, False), (1.0, True), (0.05, False)])
    assert bins == [(0.05, 0.0, 1), (pytest.approx(2.9 / 3), pytest.approx(2 / 3), 3)]


def test_plots_mark_what_they_are_given():
    curve = plot_risk_coverage([(0.25, 0.0), (0.5, 0.25), (1.0, 0.5)], 2)
    assert "coverage 50.0%, risk 25.0%" in curve and curve.count("<polyline") == 1
    assert "0.97: 66.7% right of 3" in plot_reliability([(0.9667, 2 / 3, 3)], "support")
    bars = plot_hits([("a<b", (("hit@1", 0.5, 0.2, 0.8),)), ("fact", (("hit@1", 1.0, 1.0, 1.0),))])
    assert bars.count("<rect") == 2 and "a&lt;b, hit@1: 50.0%" in bars and "a<b" not in bars
    times = plot_latency([10.0, 20.0, 30.0, 190.0])
    assert times.count("<rect") == 4 and "p50" in times and ">200<" in times
    for nothing in (
        plot_risk_coverage([(1.0, 1.0)], 0),
        plot_reliability([], "support"),
        plot_hits([]),
        plot_latency([]),
    ):
        assert "Not drawn" in nothing


def test_every_text_is_escaped():
    text = page(hostile())
    assert text.count("<script>") == 1 and "onerror=alert(1)&gt;" in text
    assert "<img" not in text and not re.search(r"<(?:link|iframe|object|base)\b", text)
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", text.replace("src=http://example.com/x", ""))


def test_a_failure_shows_answer_evidence_and_passages():
    records = run_of(outcome(FirstPassage))["records"]
    lost = next(r for r in records if r["stage"] == "answered though unanswerable")
    shown = cases([lost])
    for words in (
        lost["question"],
        lost["claims"][0]["text"],
        "A refusal",
        "Passages retrieved",
        "bm25" if 0 else "1. ",
    ):
        assert words in shown
    assert shown.count('class="text"') == len(lost["passages"])
    sound = next(r for r in records if r["id"] == "f1")
    found = cases([{**sound, "stage": "not read"}])
    assert "<mark><u>founded in April 2010</u></mark>" in found and "in passage 1, cited" in found
    assert '<span class="chip kept">said</span>2010' in found
    assert "Passages retrieved" not in cases([sound])  # nothing lost it


def test_filters_work_offline_in_a_browser(tmp_path):
    mixed = [replace(record) for record in (*outcome(FirstPassage).records[:4], *outcome(Refuser).records[4:])]
    run = hostile()
    run["records"] = [run["records"][0], *(record.to_dict() for record in mixed[1:])]
    run = json.loads(json.dumps(run))
    file = tmp_path / "report.html"
    file.write_text(page(run), "utf-8")
    asked: list[str] = []
    with chromium() as browser:
        tab = browser.new_page(viewport={"width": 390, "height": 844})
        tab.set_default_timeout(20_000)
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(file.as_uri())
        visible = tab.locator(".case:visible")
        assert visible.count() == 1 and tab.locator("#shown").inner_text() == "1 of 6 questions"
        tab.select_option("#stage", "kept")
        assert visible.count() == 5
        tab.select_option("#kind", "unanswerable")
        assert visible.count() == 2
        tab.fill("#words", "bananas")
        assert visible.count() == 1
        visible.first.locator("summary").first.click()
        assert visible.first.get_by_text("A refusal: the documents do not hold the answer.").is_visible()
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        assert tab.title() != "taken"
    assert asked == [file.as_uri()]


def plain_file(tmp_path):
    """The report of a run that refuses three questions, answers one and invents two answers; returns it and the run."""
    run = run_of(outcome(FirstPassage))
    run["records"][:3] = run_of(outcome(Refuser))["records"][:3]
    file = tmp_path / "report.html"
    file.write_text(page(run), "utf-8")
    return file, run


def colours(tab, selector):
    """The colours of an element and of the ground behind it, as (r, g, b) each."""
    ink, ground = tab.locator(selector).first.evaluate("""one => {
        const ink = getComputedStyle(one).color;
        while (one && getComputedStyle(one).backgroundColor === "rgba(0, 0, 0, 0)") one = one.parentElement;
        return [ink, getComputedStyle(one ?? document.body).backgroundColor];
    }""")
    return [tuple(map(int, re.findall(r"\d+", colour)[:3])) for colour in (ink, ground)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_read_in_light_and_dark(tmp_path, scheme):
    file, run = plain_file(tmp_path)
    with chromium() as browser:
        tab = browser.new_page(color_scheme=scheme)
        tab.set_default_timeout(20_000)
        tab.goto(file.as_uri())
        tab.select_option("#stage", "")
        tab.click("#all")
        for selector in ("h1", "td", "figcaption", ".case summary", ".case blockquote", "mark"):
            ink, ground = colours(tab, selector)
            assert (sum(ink) > sum(ground)) == (scheme == "dark"), selector
        fill = tab.locator("svg text").first.evaluate("one => getComputedStyle(one).fill")
        assert (sum(map(int, re.findall(r"\d+", fill)[:3])) > 384) == (scheme == "dark")
        assert tab.locator(".case:visible").count() == len(run["records"])
        assert barriers(tab) == []  # contrast among them
        shot(tab, f"report-{scheme}")


def test_it_prints_all_that_is_chosen_in_black_on_white(tmp_path):
    file, run = plain_file(tmp_path)
    with chromium() as browser:
        tab = browser.new_page(color_scheme="dark", viewport={"width": 720, "height": 1000})  # about A4's width
        tab.set_default_timeout(20_000)
        tab.goto(file.as_uri())
        tab.emulate_media(media="print", color_scheme="dark")
        for selector in ("h1", "td", "figcaption", ".case summary"):
            assert colours(tab, selector) == [(0, 0, 0), (255, 255, 255)], selector
        assert not tab.locator("#filter").is_visible()
        cut = "one => one.scrollWidth > one.clientWidth"
        assert not any(one.evaluate(cut) for one in tab.locator(".card, figure, .case:visible").all())
        shot(tab, "report-print")
        tab.pdf(path=tmp_path / "report.pdf", format="A4")
    text = " ".join(read_pdf(tmp_path / "report.pdf").split())
    for words in ("right and cited", "Risk against coverage", "By type of question"):
        assert words in text
    lost = [record for record in run["records"] if record["stage"]]
    assert len(lost) == 5
    for record in lost:  # though no one opened them: all but the text of passages without evidence
        shown = [record["question"], record["stage"], *(claim["text"] for claim in record["claims"])]
        shown += [passage["doc"] for passage in record["passages"]]
        shown += [record["passages"][rank - 1]["text"] for rank in record["gold_ranks"]]
        assert [words for words in shown if " ".join(words.split()) not in text] == []
    assert run["records"][3]["question"] not in text  # not lost, so it was not chosen


def test_the_commands(tmp_path):
    results, target = tmp_path / "r.json", tmp_path / "r.html"
    write_json(evaluate(Sound(), EXAMPLES), results, {"questions": "set.jsonl"})
    done = CliRunner().invoke(app, ["report", str(results), "--html", str(target)])
    assert done.exit_code == 0, done.output
    assert target.read_text("utf-8") == page(read(results))
    for wrong, words in (({"records": []}, "lacks 'settings'"), ([], "lacks 'settings'")):
        results.write_text(json.dumps(wrong), "utf-8")
        with pytest.raises(EvalError, match=words):
            read(results)
    kept = run_of(outcome(Sound))
    del kept["records"][0]["passages"]
    results.write_text(json.dumps(kept), "utf-8")
    with pytest.raises(EvalError, match="records: passages"):
        read(results)
    failed = CliRunner().invoke(app, ["report", str(tmp_path / "none.json"), "--html", str(target)])
    assert failed.exit_code == 1 and "python -m eval --json" in failed.stderr
