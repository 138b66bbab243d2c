// The other views: the list with its filters, a control, accounts, frameworks, incidents.

function verdictsView(data, path, query) {
  const filter = new Filter(query);
  const list = new List(data, filter);
  const go = (changed) => (location.hash = address(["verdicts"], filter.query(changed)));
  const shown = list.rows.length;
  return {
    title: "Verdicts",
    list,
    nodes: [
      title(null, "Verdicts"),
      filterBar(data, filter, list, go),
      shown ? list.node : h("p", { class: "nothing" }, "No verdict matches. ", h("a", { href: address(["verdicts"]) }, "Show all"), "."),
    ],
  };
}

// What can have become of a verdict that this report has.
const CHANGES = [["", "all"], ["new,regressed", "new failures"], ...["new", "regressed", "undecided", "fixed", "decided", "added", "gone", "unchanged"].map((word) => [word, word])];

function filterBar(data, filter, list, go) {
  const toggled = (name, word) => (filter[name].includes(word) ? filter[name].filter((each) => each !== word) : [...filter[name], word]).join(",");
  const key = (name, word, label) => h("button", { type: "button", class: "key", "aria-pressed": String(filter[name].includes(word)), id: `key-${name}-${word}`, onclick: () => go({ [name]: toggled(name, word) }) }, label);
  const seen = (column) => Array.from(new Set(column)).filter((number) => number !== null).map((number) => data.words[number]).sort();
  const choice = (name, label, words) => words.length > 0 && h("label", null, h("span", { class: "hint" }, label),
    h("select", { id: `pick-${name}`, onchange: (event) => go({ [name]: event.target.value }) },
      h("option", { value: "" }, "all"), words.map((word) => h("option", { value: word, selected: filter[name][0] === word }, word))));
  const by = (kind, label) => h("option", { value: kind, selected: filter.by === kind }, label);
  const search = h("input", { type: "search", id: "search", value: filter.q, placeholder: "Search names, ARNs, events", "aria-label": "Search the verdicts", autocomplete: "off", spellcheck: "false" });
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => go({ q: search.value }), 250);
  });
  const shown = list.rows.length;
  return h("div", { class: "filter", role: "search", "aria-label": "Filter the verdicts" },
    h("div", { class: "keys", role: "group", "aria-label": "Status" }, STATUSES.map((status, at) => key("status", status, [state(at), " ", h("b", null, grouped(data.summary.by_status[status] || 0))]))),
    h("div", { class: "keys", role: "group", "aria-label": "Severity" }, [...SEVERITIES].reverse().map((severity) => key("severity", severity, severity))),
    search,
    choice("control", "Control", seen(data.row.control)), choice("account", "Account", seen(data.subject.account)), choice("region", "Region", seen(data.subject.region)),
    data.given.length > 0 && h("label", null, h("span", { class: "hint" }, "Exception"), h("select", { id: "pick-exception", onchange: (event) => go({ exception: event.target.value }) },
      [["", "all"], ["yes", "excepted"], ["no", "not excepted"]].map(([value, label]) => h("option", { value, selected: (filter.exception[0] || "") === value }, label)))),
    data.comparison && h("label", null, h("span", { class: "hint" }, "Since the baseline"), h("select", { id: "pick-change", onchange: (event) => go({ change: event.target.value }) },
      CHANGES.filter(([value]) => !value || value.split(",").some((change) => data.comparison.counts[change])).map(([value, label]) => h("option", { value, selected: filter.change.join(",") === value }, label)))),
    h("label", null, h("span", { class: "hint" }, "Group by"), h("select", { id: "pick-by", onchange: (event) => go({ by: event.target.value }) }, by("control", "control"), by("account", "account"), by("region", "Region"), by("kind", "kind of subject"), by("none", "nothing"))),
    h("div", { class: "acts" },
      h("span", { id: "shown", role: "status" }, filter.narrow ? `${grouped(shown)} of ${counted(data.count, "verdict", "verdicts")}` : counted(shown, "verdict", "verdicts")),
      filter.narrow && h("a", { class: "button", href: address(["verdicts"], { by: filter.by === "control" ? "" : filter.by }) }, "Clear"),
      h("button", { type: "button", id: "save-csv", onclick: () => save("verdicts.csv", "text/csv", csv(data, list.rows)) }, "CSV"),
      h("button", { type: "button", id: "save-json", onclick: () => save("verdicts.json", "application/json", json(data, list.rows)) }, "JSON")),
    h("div", { class: "titles", "aria-hidden": "true" }, h("span", null, "Status"), h("span", null, "Subject and reason"), h("span", { class: "line" }, ticks(data.run.window)), h("span", { title: "Share of the judged time in which the demand held" }, "Held")));
}

function controlView(data, [id]) {
  const about = data.controlOf.get(id);
  if (!about) return { title: "No such control", nodes: title(null, "No such control", id) };
  const word = data.words.indexOf(id);
  const rows = data.worstFirst().filter((i) => data.row.control[i] === word);
  return {
    title: `${id} ${about.title}`,
    nodes: [
      title(id, about.title),
      plate([["Name", mono(about.name), "half"], ["Family", about.family], ["Base severity", about.severity]]),
      table("Verdicts by status", countTitles, [countCells(about.counts, { control: id })]),
      section("Subjects", lanes(data, rows, 50, { control: id })),
      demanded(data, about, false),
    ],
  };
}

// Counts by status for each distinct value of a column of subjects.
function bySubject(data, column) {
  const all = new Map();
  data.row.subject.forEach((subject, i) => {
    const number = column[subject];
    if (number === null) return;
    if (!all.has(number)) all.set(number, [0, 0, 0, 0]);
    all.get(number)[data.row.status[i]] += 1;
  });
  return new Map(Array.from(all, ([number, counts]) => [data.words[number], counts]));
}

// The name that a verdict on the account itself gives it.
function accountName(data, account) {
  const at = data.subject.id.indexOf(account);
  return at >= 0 && data.subject.name[at] >= 0 ? data.words[data.subject.name[at]] : "";
}

function accountsView(data) {
  const counts = bySubject(data, data.subject.account);
  const accounts = Array.from(new Set([...counts.keys(), ...data.coverage.map((pair) => pair.account)])).sort();
  const rows = accounts.map((account) => {
    const logs = data.coverage.filter((pair) => pair.account === account);
    return [h("a", { class: "mono", href: address(["account", account]) }, account), accountName(data, account), { n: logs.length || dash }, { n: grouped(logs.reduce((all, pair) => all + pair.events, 0)) }, ...countCells(counts.get(account) || [0, 0, 0, 0], { account })];
  });
  const worst = (row) => rows.indexOf(row);
  rows.sort((a, b) => (counts.get(accounts[worst(b)])?.[0] || 0) - (counts.get(accounts[worst(a)])?.[0] || 0));
  return { title: "Accounts", nodes: [title(null, "Accounts", "Every account that a log covers or a verdict is about."), table("Accounts", ["Account", "Name", { n: "Logs" }, { n: "Events" }, ...countTitles], rows)] };
}

function accountView(data, [account]) {
  const word = data.words.indexOf(account);
  const rows = data.worstFirst().filter((i) => word >= 0 && data.subject.account[data.row.subject[i]] === word);
  const logs = data.coverage.filter((pair) => pair.account === account);
  const vaults = ofKind(data, "vault").filter((vault) => vault.account === account);
  return {
    title: account,
    nodes: [
      h("nav", { class: "steps", "aria-label": "List" }, h("a", { href: address(["accounts"]) }, "All accounts")),
      title("Account", [account, " ", faint(accountName(data, account))]),
      section("Coverage", logs.length ? h("div", { class: "logs" }, logs.map(({ region, intervals, events }) =>
        h("div", { class: "log" }, h("span", { class: "cell mono" }, region), h("span", { class: "cell line" }, gradeBar(data.run.window, intervals)), h("span", { class: "cell faint" }, counted(events, "event", "events")))),
        h("div", { class: "log foot", "aria-hidden": "true" }, h("span"), h("span", { class: "cell line" }, ticks(data.run.window)))) : h("p", { class: "lead" }, "No log of this account was read.")),
      vaults.length > 0 && section("Vaults", h("ul", { class: "plain" }, vaults.map((vault) => h("li", null, h("a", { href: address(["vault", vault.id]) }, tail(vault.id)), " ", faint(`${KIND[value(vault, "VaultType")] || "unknown type"}, ${vault.region}`))))),
      section("What fails", lanes(data, rows.filter((i) => data.row.status[i] === 0), 50, { account, status: STATUSES[0] })),
      section("Verdicts by control", byControl(data, rows, account)),
    ],
  };
}

// How the verdicts of an account came out, a control a row, those that need attention first.
function byControl(data, rows, account) {
  const all = new Map();
  for (const i of rows) {
    const id = data.words[data.row.control[i]];
    if (!all.has(id)) all.set(id, [0, 0, 0, 0]);
    all.get(id)[data.row.status[i]] += 1;
  }
  return table("Verdicts by control", ["Control", "What must hold", ...countTitles], Array.from(all, ([id, counts]) => [h("a", { class: "mono", href: address(["control", id]) }, id), data.controlOf.get(id)?.title, ...countCells(counts, { control: id, account })]));
}

function frameworksView(data) {
  const cells = (counts) => STATUSES.map((status) => ({ n: counts[status] ? grouped(counts[status]) : h("span", { class: "zero" }, "·") }));
  const rows = data.frameworks.map((framework) => [h("a", { href: address(["framework", framework.name]) }, framework.name), framework.title, state(rank(framework.status)), ...cells(framework.counts)]);
  return { title: "Frameworks", nodes: [title(null, "Frameworks", "Requirements by their worst verdict. Which control speaks to which is ours to say, except where a publisher is named."), table("Frameworks", ["Framework", "Title", "Worst", ...countTitles], rows)] };
}

function frameworkView(data, [name]) {
  const framework = data.frameworks.find((each) => each.name === name);
  if (!framework) return { title: "No such framework", nodes: title(null, "No such framework", name) };
  const controls = (requirement) => requirement.controls.map(({ id, published_by: by }) => [h("a", { class: "mono id", href: address(["control", id]) }, id), by && faint(` published by ${by}`), " "]);
  const rows = framework.requirements.map((requirement) => [{ m: requirement.id }, requirement.title || "", state(rank(requirement.status)), controls(requirement), ...countCells(requirement.counts, { control: requirement.controls.map(({ id }) => id).join(",") })]);
  return {
    title: name,
    nodes: [
      h("nav", { class: "steps", "aria-label": "List" }, h("a", { href: address(["frameworks"]) }, "All frameworks")),
      title("Framework", framework.title, [framework.version, framework.source && `; ${framework.source}`]),
      table(name, ["Requirement", "Title", "Worst", "Controls", ...countTitles], rows),
    ],
  };
}

function incidentsView(data, [uid]) {
  const card = (incident) => h("article", { class: "card", id: `incident-${incident.uid}` },
    h("h2", { class: "small capital" }, words(incident.kind), " ", faint(counted(incident.count, "event", "events"))),
    h("p", { class: "mono" }, `${incident.first} to ${incident.last}`, " ", faint(span(incident.first, incident.last))),
    incident.hint && h("p", { class: "note" }, coded(incident.hint)),
    plate([["Score", incident.score_parts && `${incident.score} of 100`], ["Made of", incident.score_parts && facts(incident.score_parts), "half"], ["Who", facts(incident.actor), "wide"], ["Related incidents", incident.related?.length > 0 && incident.related.map((each) => h("a", { class: "behind", href: address(["incidents", each]) }, words(data.incidents.find((other) => other.uid === each)?.kind || each))), "wide"], ["Verdicts that it stands behind", incident.verdicts.length ? incident.verdicts.slice(0, 50).map((each) => behind(data, each)) : dash, "wide"]]),
    h("h3", null, "Over the window"), h("div", { class: "drawn" }, bar(data.run.window, [{ from: incident.first, to: incident.last, kind: "fails", told: words(incident.kind) }], { marks: incident.evidence.map((each) => each.time), large: true }), ticks(data.run.window)),
    incident.steps?.length > 0 && table("What was done", ["When", "What", "Outcome", "By", "In the log of"], incident.steps.map((step) => [{ m: step.time }, step.what, step.outcome, { m: step.by }, { m: step.account || dash }])),
    h("details", { class: "terms", open: incident.uid === uid }, h("summary", null, "Evidence"), proof(data, incident.evidence, named({ subject: { id: "", name: null }, reason: { observed: incident.actor, expected: {}, message: "" } }))));
  const all = data.incidents;
  return { title: "Incidents", target: uid && `incident-${uid}`, nodes: [title(null, "Incidents", "Related events of one actor."), all.length ? all.slice(0, 200).map(card) : h("p", { class: "lead" }, "There is none."), all.length > 200 && h("p", { class: "faint" }, `200 of ${grouped(all.length)}.`)] };
}

function behind(data, uid) {
  const i = data.byUid(uid);
  if (i < 0) return mono(uid);
  const subject = data.subjectOf(i);
  return h("a", { class: "behind", href: verdictAddress(data, i) }, `${data.words[data.row.control[i]]} ${subject.name || subject.id}`);
}
