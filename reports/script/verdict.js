// One verdict: the answer, what was found and demanded, the window, what to do, and the proof.

function verdictView(data, [control, subject], query) {
  const i = data.find(control, subject);
  if (i < 0) return { title: "No such verdict", nodes: title(null, "No such verdict", `${control} has not judged ${subject} in this report.`) };
  const verdict = data.verdict(i);
  const about = data.controlOf.get(control);
  const { subject: on, reason } = verdict;
  return {
    title: `${control} ${on.name || on.id}`,
    nodes: [
      steps(data, i, query),
      h("p", { class: "eyebrow" }, h("a", { href: address(["control", control]) }, control), " ", about?.title),
      h("h1", { class: "small" }, on.name || on.id),
      h("p", { class: "answer" }, state(rank(verdict.status)), verdict.status === "NON_COMPLIANT" || verdict.status === "INSUFFICIENT_DATA" ? chip(verdict.severity) : null),
      h("p", { class: "message" }, coded(reason.message)),
      verdict.exception && h("p", { class: "note" }, `Excepted until ${verdict.exception.expires} by ${verdict.exception.owner}: ${verdict.exception.reason}`),
      plate([
        ["Subject", mono(on.id), "wide"],
        ["Kind", words(on.kind)],
        ["Account", on.account ? h("a", { class: "mono", href: address(["account", on.account]) }, on.account) : dash],
        ["Region", on.region ? mono(on.region) : dash],
        ["Since", mono(verdict.since)],
        ["Reason", mono(reason.code)],
        ["Confidence", verdict.confidence],
        ["Held", data.held(i) ? `${data.held(i)} of the judged time` : dash],
        ["Longest breach", verdict.longest_breach && `${span(verdict.longest_breach.from, verdict.longest_breach.to)}, from ${verdict.longest_breach.from}`],
        ["Verdict", mono(verdict.uid)],
        ["Since the baseline", change(data, i), "wide"],
        ["Observed", facts(reason.observed), "half"],
        ["Expected", facts(reason.expected), "half"],
      ]),
      related(data, verdict),
      section("Over the window", overWindow(data, verdict)),
      section("Evidence", legend(data, verdict), proof(data, verdict.evidence, named(verdict))),
      about && demanded(data, about, verdict.status === "NON_COMPLIANT" || verdict.status === "INSUFFICIENT_DATA"),
    ],
  };
}

// What became of it since the baseline, where there is one.
function change(data, i) {
  const became = data.became(i);
  if (!became) return null;
  const { change, was } = became;
  const before = was ? `; it was ${LABELS[rank(was.status)].toLowerCase()}, ${words(was.code)}${was.excepted ? ", excepted" : ""}` : "";
  return [h("a", { href: address(["verdicts"], { change }) }, change), ` since ${data.comparison.baseline.as_of}${before}`];
}

// To the neighbours in the list that the reader came from.
function steps(data, i, query) {
  const filter = new Filter(query);
  const rows = filter.rows(data);
  const at = rows.indexOf(i);
  const to = (row, text) => (row === undefined ? null : h("a", { href: verdictAddress(data, row, filter.query()) }, text));
  return h("nav", { class: "steps", "aria-label": "List" },
    h("a", { href: address(["verdicts"], filter.query()) }, filter.narrow ? "Back to the list" : "All verdicts"),
    at >= 0 && h("span", { class: "faint" }, `${grouped(at + 1)} of ${grouped(rows.length)}`),
    at > 0 && to(rows[at - 1], "Previous"), at >= 0 && to(rows[at + 1], "Next"));
}

// Where else the subject is shown.
function related(data, { uid, subject }) {
  const [vault] = subject.id.split("|");
  const known = (kind) => data.entities.some((entity) => entity.kind === kind && entity.id === vault);
  const other = data.incidents.filter((incident) => incident.verdicts.includes(uid));
  return h("p", { class: "links" },
    known("vault") && h("a", { href: address(["vault", vault]) }, "The vault's page"),
    (known("team") || known("session")) && h("a", { href: address(["approvals"]) }, "Approvals"),
    other.map((incident) => h("a", { href: address(["incidents", incident.uid]) }, `Incident: ${words(incident.kind)}`)),
    h("a", { href: address(["verdicts"], { q: subject.id, by: "none" }) }, "All verdicts that name it"));
}

function overWindow(data, { intervals, evidence }) {
  const marks = evidence.map((each) => each.time).filter(Boolean);
  return [
    h("p", { class: "faint small" }, `${data.run.window.from} to ${data.run.window.to}, days in UTC`, marks.length > 0 && "; dots are cited records"),
    h("div", { class: "drawn" }, statusBar(data.run.window, intervals, { marks, large: true }), ticks(data.run.window)),
    h("ul", { class: "intervals" }, intervals.slice(0, 200).map(({ from, to, status, cause }) => h("li", null, state(rank(status)), mono(`${from} to ${to}`), faint(span(from, to)), cause && faint(`by ${where(data, cause).what}${cause.note ? `: ${cause.note}` : ""}`)))),
    intervals.length > 200 && h("p", { class: "faint" }, `… and ${grouped(intervals.length - 200)} more`),
  ];
}

// Values that a verdict names: they are marked in the records.
function named({ subject, reason }) {
  const marks = new Set([subject.id, subject.name, ...subject.id.split("|")]);
  const add = (value) => {
    if (value !== null && typeof value === "object") Object.values(value).forEach(add);
    else if (typeof value === "string") marks.add(value);
  };
  add(reason.observed);
  add(reason.expected);
  for (const word of reason.message.split(/[\s,;:()]+/)) if (/\d/.test(word) && word.length > 5) marks.add(word.replace(/\.$/, ""));
  marks.delete(null);
  marks.delete("");
  return marks;
}

function legend(data, { evidence }) {
  const held = evidence.some((each) => where(data, each).body !== undefined);
  return held && h("p", { class: "faint" }, "In a record, ", h("mark", null, "marked"), " is what the call was, when, whether it was refused, and every value that the verdict names.");
}

// What the control demands, with the parameters in force, what to do, and whom it serves.
function demanded(data, about, open) {
  return section("What is demanded",
    prose(about.description),
    h("h3", null, "Parameters in force"), facts(about.parameters),
    about.remediation && h("details", { class: "terms", open }, h("summary", null, "What to do"), prose(about.remediation)),
    h("details", { class: "terms" }, h("summary", null, "Requirements it serves"), h("p", { class: "mappings" }, about.mappings.map((mapping) => h("span", null, h("a", { href: address(["framework", mapping.framework]) }, mapping.framework), ` ${mapping.id}`)))));
}

// Paragraphs; indented ones are commands.
function prose(text) {
  return text.split(/\n\n+/).filter((part) => part.trim()).map((part) => (/^ {4}/.test(part) ? h("pre", { tabindex: 0 }, part.split("\n").map((line) => [line.replace(/^ {4}/, ""), h("br")])) : part.split("\n").map((line) => h("p", { class: "prose" }, coded(line)))));
}
