"use strict";
const bar = document.getElementById("filter");
const cases = [...document.querySelectorAll(".case")];
const [stage, kind, words, all, shown] = ["stage", "kind", "words", "all", "shown"].map((id) => document.getElementById(id));

function wanted(one) {
  const lost = one.dataset.stage;
  if (stage.value === "lost" ? !lost : stage.value === "kept" ? lost : stage.value && lost !== stage.value) return false;
  if (kind.value && one.dataset.kind !== kind.value) return false;
  return !words.value || one.textContent.toLowerCase().includes(words.value.toLowerCase());
}

function filter() {
  let count = 0;
  for (const one of cases) {
    one.hidden = !wanted(one);
    count += !one.hidden;
  }
  shown.textContent = `${count} of ${cases.length} questions`;
}

function opened() {
  const one = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!one || !one.matches(".case")) return;
  one.hidden = false;
  one.open = true;
  one.scrollIntoView();
}

if (bar) {
  bar.hidden = false;
  bar.addEventListener("input", filter);
  bar.addEventListener("submit", (event) => event.preventDefault());
  all.addEventListener("click", () => {
    const visible = cases.filter((one) => !one.hidden);
    const open = visible.some((one) => !one.open);
    for (const one of visible) one.open = open;
  });
  addEventListener("hashchange", opened);
  filter();
  opened();
}
