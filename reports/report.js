"use strict";
// Adds to a page that reads without it: filters, search, and what is folded away. Nothing here makes markup out of text.
(() => {
  const embedded = document.getElementById("report").textContent;
  const report = JSON.parse(embedded);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const one = (id) => document.getElementById(id);
  const verdicts = all(".verdict");
  const groups = all(".group");
  const folds = all(".fold");
  const keys = all(".key[data-status], .key[data-severity]");
  const search = one("search");

  // Searched is the whole verdict, with its evidence, and the title of its control.
  const titles = new Map(report.controls.map((control) => [control.id, control.title]));
  const texts = new Map(
    report.verdicts.map((verdict) => [verdict.uid, `${JSON.stringify(verdict)} ${titles.get(verdict.control) || ""}`.toLowerCase()]),
  );

  const pressed = (kind) => keys.filter((key) => key.dataset[kind] && key.getAttribute("aria-pressed") === "true").map((key) => key.dataset[kind]);
  const press = (key, on) => key.setAttribute("aria-pressed", String(on));

  function filter() {
    const statuses = pressed("status");
    const severities = pressed("severity");
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const narrowed = statuses.length + severities.length + words.length > 0;
    let shown = 0;
    for (const verdict of verdicts) {
      const text = texts.get(verdict.dataset.uid) || "";
      const fits =
        (!statuses.length || statuses.includes(verdict.dataset.status)) &&
        (!severities.length || severities.includes(verdict.dataset.severity)) &&
        words.every((word) => text.includes(word));
      verdict.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    const empty = (root) => !root.querySelector(".verdict:not([hidden])");
    for (const fold of folds) {
      fold.hidden = empty(fold);
      fold.open = narrowed && !fold.hidden;
    }
    for (const group of groups) group.hidden = narrowed && empty(group);
    document.querySelector(".nothing").hidden = shown > 0 || !narrowed;
    one("shown").textContent = narrowed ? `${shown} of ${verdicts.length}` : `${verdicts.length} verdicts`;
    one("clear").disabled = !narrowed;
  }

  function clear() {
    keys.forEach((key) => press(key, false));
    search.value = "";
    filter();
  }

  // A link to something folded away unfolds it.
  function reveal() {
    let target = null;
    try {
      target = one(decodeURIComponent(location.hash.slice(1)));
    } catch (_) {
      return;
    }
    if (!target) return;
    if (target.closest("[hidden]")) clear();
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target.scrollIntoView();
  }

  for (const key of keys) {
    key.addEventListener("click", () => {
      press(key, key.getAttribute("aria-pressed") !== "true");
      filter();
    });
  }
  for (const link of all("a[data-only]")) {
    link.addEventListener("click", () => {
      keys.forEach((key) => press(key, key.dataset.status === link.dataset.only));
      search.value = "";
      filter();
    });
  }
  search.addEventListener("input", filter);
  one("clear").addEventListener("click", clear);
  one("unfold").addEventListener("click", () => {
    const visible = verdicts.filter((verdict) => !verdict.hidden);
    const open = !visible.every((verdict) => verdict.open);
    visible.forEach((verdict) => (verdict.open = open));
    folds.forEach((fold) => (fold.open = fold.open || (open && !fold.hidden)));
    one("unfold").textContent = open ? "Fold all" : "Unfold all";
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      search.focus();
    }
  });

  // A record that is cited again is copied from where it was laid out first.
  for (const again of all("details[data-copy]")) {
    again.addEventListener("toggle", () => {
      const first = one(again.dataset.copy);
      if (!again.open || !first || again.querySelector("pre")) return;
      const copy = first.cloneNode(true);
      copy.removeAttribute("id");
      again.querySelector("p").replaceWith(copy);
    });
  }

  // On paper, what fails is unfolded.
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = verdicts.filter((verdict) => verdict.dataset.status === "NON_COMPLIANT" && !verdict.hidden && !verdict.open);
    unfolded.forEach((verdict) => (verdict.open = true));
  });
  addEventListener("afterprint", () => unfolded.forEach((verdict) => (verdict.open = false)));

  const save = one("save");
  save.addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${embedded}\n`], { type: "application/json" }));
    link.download = "vaultrail-report.json";
    link.click();
    URL.revokeObjectURL(link.href);
  });

  save.hidden = false;
  document.querySelector(".filter").hidden = false;
  addEventListener("hashchange", reveal);
  filter();
  reveal();
})();
