"""How long the page takes to be seen and to be used, beside the least page that its library can serve.

``python -m eval.bench.page [--loads 7] [--index DIR]`` opens ``ui.py``, and a page of one text box made with the same
gradio, by turns in Chromium: first contentful paint as the browser tells it, and the time from the request until a
question can be typed, with an empty cache and again with what the browser kept. What the page of one text box takes is
the limit for any page of this library. ``CHROMIUM`` names the browser.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from eval.bench.served import served
from eval.metrics import percentile
from qa.system import Assistant

BARE = """import sys, gradio as gr
with gr.Blocks(analytics_enabled=False) as page:
    gr.Textbox(label="Your question")
page.launch(server_port=int(sys.argv[-1]), quiet=True, prevent_thread_lock=True, footer_links=[], ssr_mode=False)
print("is ready", flush=True)
page.block_thread()
"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
NOW = "performance.now()"
SEEN = "first paint"
USED = "question can be typed"


def opened(page: Page, address: str, whole: str) -> dict[str, float]:
    """Open a page and return milliseconds until it was painted and until it takes a question; ``whole`` is there then.

    The clock is the browser's, and starts with the request.
    """
    page.goto(address, wait_until="commit")
    page.locator(whole).first.wait_for()
    page.get_by_label("Your question").first.fill("Who?")
    used = page.evaluate(NOW)
    return {SEEN: page.evaluate(PAINTED), USED: used}


def loads(browser: Browser, addresses: dict[str, tuple[str, str]], count: int) -> dict[str, dict[str, list[float]]]:
    """Return the times of each page by cache and by what was waited for, each page opened in turn."""
    found: dict[str, dict[str, list[float]]] = {name: {} for name in addresses}
    for _ in range(count):
        for name, (address, whole) in addresses.items():
            page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            for cache in ("empty cache", "kept"):
                for what, took in opened(page, address, whole).items():
                    found[name].setdefault(f"{what}, {cache}", []).append(took)
            page.context.close()
    return found


def main() -> None:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loads", type=int, default=7)
    parser.add_argument("--index", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work, sync_playwright() as playwright:
        script, home = Path(work) / "bare.py", Path(os.environ.get("QA_HOME", work))
        script.write_text(BARE, encoding="utf-8")
        index = given.index or Assistant.open().index.directory
        ours = served(["ui.py", "--index", str(index)], "is ready", home)
        with ours as (address, _), served([str(script)], "is ready", home) as (bare, _):
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            pages = {"Grounded QA": (address, "#top h1"), "one text box": (bare, "textarea")}
            found = loads(browser, pages, given.loads)
            browser.close()
    ours_found, bare_found = found["Grounded QA"], found["one text box"]
    for what, times in ours_found.items():
        mine, limit = percentile(times, 50), percentile(bare_found[what], 50)
        sys.stdout.write(f"{what}: {mine:.0f} ms (longest {max(times):.0f}); {limit:.0f} ms for one text box")
        sys.stdout.write(f"; {mine / limit:.2f} times\n")


if __name__ == "__main__":
    main()
