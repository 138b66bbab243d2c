// Pieces that several views share.

const state = (at, label = LABELS[at]) => h("span", { class: `state ${CLASSES[at]}` }, h("i", { "aria-hidden": "true" }), label);
const chip = (severity) => h("span", { class: `chip ${severity}` }, severity);
const scalar = (value) => value === null || typeof value !== "object";
const plain = (value) => (typeof value === "string" ? value : Array.isArray(value) && value.length && value.every(scalar) ? value.map(plain).join(", ") : JSON.stringify(value));
// A sentence in which `commands` stand out.
const coded = (text) => (text.split("`").length % 2 ? text.split("`").map((part, at) => (at % 2 ? h("code", null, part) : part)) : text);
const dash = "–";

// A list of names and values: `[name, value, class]`.
const plate = (entries) =>
  h("dl", { class: "plate" }, entries.filter(([, value]) => !nothing(value)).map(([name, value, kind]) => h("div", { class: kind }, h("dt", null, name), h("dd", null, value))));

const facts = (members) => {
  const entries = Object.entries(members);
  if (!entries.length) return faint("nothing in particular");
  return h("dl", { class: "facts" }, entries.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, plain(value)))));
};

const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

// A table with column titles and rows of cells; a cell is a child or `{n: child}` for a number, `{m: child}` for an identifier.
function table(label, titles, rows) {
  const style = (value) => (value?.n !== undefined ? "n" : value?.m === undefined ? null : TIME.test(value.m) ? "mono time" : "mono");
  const cell = (kind, value) => h(kind, { class: style(value), scope: kind === "th" ? "col" : null }, value?.n ?? value?.m ?? value);
  if (!rows.length) return h("p", { class: "lead" }, "There is none.");
  return h("div", { class: "scroll", role: "region", "aria-label": label, tabindex: 0 },
    h("table", null, h("thead", null, h("tr", null, titles.map((title) => cell("th", title)))), h("tbody", null, rows.map((row) => h("tr", null, row.map((value) => cell("td", value)))))));
}

// Counts by status: numbers that lead to the verdicts behind them.
const countCells = (counts, query) =>
  STATUSES.map((status, at) => {
    const count = counts[at] ?? counts[status] ?? 0;
    return { n: count ? h("a", { class: `count ${CLASSES[at]}`, href: address(["verdicts"], { ...query, status }) }, grouped(count)) : h("span", { class: "zero" }, "·") };
  });
const countTitles = LABELS.map((label) => ({ n: label }));

const title = (eyebrow, name, lead) => [eyebrow && h("p", { class: "eyebrow" }, eyebrow), h("h1", { class: "small" }, name), lead && h("p", { class: "lead" }, lead)];
const section = (name, ...children) => h("section", null, h("h2", null, name), children);

// What a reader of a list must know of a verdict besides its status: an exception, and a change since the baseline.
const SAID = { new: "fails", regressed: "fails", undecided: "open", fixed: "holds" };
function tags(data, i) {
  const change = data.became(i)?.change;
  return [data.row.exception[i] !== null && [" ", h("span", { class: "tag" }, "excepted")], SAID[change] && [" ", h("span", { class: `tag ${SAID[change]}` }, change)]];
}

// A line of the list "what fails": one verdict with its bar.
function lane(data, i) {
  const [subject, { row }] = [data.subjectOf(i), data];
  return h("a", { class: "lane", href: verdictAddress(data, i) },
    h("span", { class: "cell" }, state(row.status[i]), row.status[i] < 2 && chip(SEVERITIES[row.severity[i]])),
    h("span", { class: "cell who" },
      h("span", { class: "name" }, h("span", { class: "id" }, data.words[row.control[i]]), ` ${subject.name || subject.id}`, tags(data, i)),
      h("span", { class: "why" }, coded(data.words[row.message[i]]))),
    h("span", { class: "cell line" }, statusBar(data.run.window, data.intervals(i))));
}

// Verdicts as lines; `all` is the list that has those which are not drawn.
const lanes = (data, rows, most = 100, all = null) => {
  if (!rows.length) return h("p", { class: "lead" }, "There is none.");
  return [h("div", { class: "lanes" }, Array.from(rows.slice(0, most), (i) => lane(data, i)),
    h("div", { class: "lane foot", "aria-hidden": "true" }, h("span"), h("span"), h("span", { class: "cell line" }, ticks(data.run.window)))),
    rows.length > most && h("p", { class: "faint" }, `${most} of ${grouped(rows.length)}`, all && [": ", h("a", { href: address(["verdicts"], all) }, "show all")], ".")];
};

const verdictAddress = (data, i, query) => address(["verdict", data.words[data.row.control[i]], data.subject.id[data.row.subject[i]]], query);

// One citation, and the record itself where the report holds it. `marks` are the values that the verdict names.
function citation(data, evidence, marks) {
  const place = where(data, evidence);
  return h("li", null,
    h("p", { class: "what" }, mono(place.when), h("strong", null, place.what), evidence.note),
    h("p", { class: "where mono" }, place.path, evidence.event_id && [h("br"), h("span", { class: "key" }, "event"), evidence.event_id], place.sha256 && [h("br"), h("span", { class: "key" }, "sha256"), place.sha256]),
    place.body !== undefined && h("details", { class: "body", ontoggle: (event) => fill(event.target, place.body, marks) }, h("summary", null, "The record itself")));
}

function fill(details, body, marks) {
  if (details.open && !details.querySelector("pre")) details.append(record(body, marks));
}

// When, what, and in which file and where in it, in the words of src/render/cite.rs.
function where(data, evidence) {
  if (evidence.coverage) {
    const { account, region, from, to, grade } = evidence.coverage;
    return { when: `${from} to ${to}`, what: `log ${grade}`, path: `${account}/${region}`, short: `${account}/${region}` };
  }
  const file = data.sources.get(evidence.source);
  const at = evidence.record ?? evidence.pointer;
  const digest = file?.kind === "cloudtrail-digest";
  const path = file ? file.path : `source ${evidence.source}`;
  const saved = file?.saved_in ? ` (saved in ${file.saved_in})` : "";
  return {
    when: evidence.time,
    what: evidence.event_name || (digest ? "digest" : "snapshot"),
    path: `${path}${digest && at === "" ? "" : `#${at}`}${saved}`,
    sha256: file?.sha256,
    body: data.bodies.get(`${evidence.source}#${at}`),
  };
}

// Evidence as a list, the first hundred at once.
function proof(data, evidence, marks = new Set()) {
  if (!evidence.length) return h("p", { class: "faint" }, "No evidence is cited.");
  const list = h("ol", { class: "proof" }, evidence.slice(0, 100).map((each) => citation(data, each, marks)));
  if (evidence.length <= 100) return list;
  const more = h("button", { type: "button", onclick: () => {
    list.append(...evidence.slice(100).map((each) => citation(data, each, marks)));
    more.remove();
  } }, `Show the other ${grouped(evidence.length - 100)}`);
  return [list, more];
}

// Members that decide always: which call, when, whether it was refused.
const DECIDING = new Set(["eventName", "eventTime", "errorCode", "errorMessage"]);

// A record as pretty JSON: names stand out, and what the verdict names is marked.
function record(body, marks = new Set()) {
  const pre = h("pre", { tabindex: 0 });
  const escaped = (c) => Array.from({ length: c.length }, (_, at) => `\\u${c.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");
  const text = (value) => JSON.stringify(value).replace(HIDDEN, escaped);
  const write = (value, level, marked) => {
    if (value === null || typeof value !== "object") {
      const plainly = plain(value);
      pre.append(marked || marks.has(plainly) ? h("mark", null, text(value)) : text(value));
      return;
    }
    const list = Array.isArray(value);
    const items = Object.entries(value);
    pre.append(list ? "[" : "{");
    items.forEach(([name, item], at) => {
      pre.append(`${at ? "," : ""}\n${"  ".repeat(level + 1)}`);
      if (!list) pre.append(h("b", null, text(name)), ": ");
      write(item, level + 1, !list && DECIDING.has(name) && item !== null);
    });
    pre.append(items.length ? `\n${"  ".repeat(level)}` : "", list ? "]" : "}");
  };
  write(body, 0, false);
  return pre;
}
