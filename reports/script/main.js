// Which view the address names, and drawing it. `#/` is the summary, which stands in the page without this script.

const VIEWS = {
  verdicts: verdictsView, verdict: verdictView, control: controlView, vaults: vaultsView, vault: vaultView, accounts: accountsView,
  account: accountView, approvals: approvalsView, frameworks: frameworksView, framework: frameworkView, incidents: incidentsView,
};
const NAMED = document.title;
let shown = { path: "" };
const scrolled = new Map();

function route() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const decoded = (part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  };
  return { path: path.split("/").map(decoded), query: new URLSearchParams(query) };
}

function show(data) {
  if (location.hash && !location.hash.startsWith("#/")) return;
  const { path: [name, ...path], query } = route();
  const again = shown.name === name;
  const focused = document.activeElement?.id;
  const caret = document.activeElement?.selectionStart;
  scrolled.set(shown.hash, scrollY);
  shown = { name, hash: location.hash };
  const view = VIEWS[name];
  one("overview").hidden = Boolean(view);
  one("view").hidden = !view;
  if (view) Object.assign(shown, view(data, path, query));
  one("view").replaceChildren(...(view ? [shown.nodes].flat(Infinity).filter((node) => !nothing(node)) : []));
  document.title = view ? `${shown.title} · ${NAMED}` : NAMED;
  shown.printed = name === "verdicts" ? shown.list.rows : name === "verdict" ? [data.find(...path)].filter((i) => i >= 0) : null;
  const section = { vault: "vaults", account: "accounts", verdict: "verdicts", framework: "frameworks" }[name] || name || "";
  for (const each of one("nav").querySelectorAll("a")) {
    if (each.getAttribute("href") === `#/${section}`) each.setAttribute("aria-current", "page");
    else each.removeAttribute("aria-current");
  }
  // While filtering, the focus stays where it was; a new view begins at its top, one come back to where it was left.
  const kept = again && focused && one(focused);
  if (!again || name !== "verdicts") scrollTo(0, scrolled.get(location.hash) || 0);
  if (kept) {
    kept.focus({ preventScroll: true });
    if (kept.type === "search") kept.setSelectionRange(caret, caret);
  } else if (view) one("main").focus({ preventScroll: true });
  shown.list?.draw();
  if (shown.target) one(shown.target)?.scrollIntoView();
}

try {
  const data = await unpack();
  one("nav").hidden = false;
  addEventListener("hashchange", () => show(data));
  addEventListener("scroll", () => shown.list?.draw(), { passive: true });
  addEventListener("resize", () => shown.list?.draw());
  addEventListener("beforeprint", () => one("paper").replaceChildren(...paper(data, shown).flat(Infinity).filter((node) => !nothing(node))));
  addEventListener("afterprint", () => one("paper").replaceChildren());
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) return;
    event.preventDefault();
    if (!one("search")) location.hash = address(["verdicts"]);
    setTimeout(() => one("search")?.focus(), 50);
  });
  show(data);
  document.documentElement.dataset.ready = data.count;
} catch (error) {
  one("trouble").textContent = `The verdicts could not be read: ${error.message}. The summary below is complete; the JSON report has the rest.`;
  one("trouble").hidden = false;
  throw error;
}
