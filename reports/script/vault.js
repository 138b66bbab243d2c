// Vaults and approvals: who holds what, and how access came about. All from the report's `entities` and `copies`.

const AIR_GAPPED = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT";
const KIND = { [AIR_GAPPED]: "air-gapped", BACKUP_VAULT: "standard", RESTORE_ACCESS_BACKUP_VAULT: "restore access" };

const ofKind = (data, kind) => data.entities.filter((entity) => entity.kind === kind);
const attribute = (entity, name) => entity?.attributes.find((each) => each.name === name);
const lastSpan = (entity, name) => attribute(entity, name)?.spans.at(-1);
// The value at as-of; undefined: not known.
const value = (entity, name) => (lastSpan(entity, name)?.known ? lastSpan(entity, name).value : undefined);
const keyed = (entity, list) => entity.attributes.filter((each) => each.name.startsWith(`${list}/`)).map((each) => ({ key: each.name.slice(list.length + 1), spans: each.spans }));

// A value with what says so; `unknown` where a record changed it and does not say to what.
function told(data, entity, name, show = plain) {
  const span = lastSpan(entity, name);
  if (!span) return dash;
  const text = !span.known ? "unknown" : span.value === null ? "none" : show(span.value);
  return [text, " ", source(data, span)];
}

function source(data, span) {
  if (!span?.evidence) return null;
  const place = where(data, span.evidence);
  const since = span.from ? `since ${span.from}, ` : "";
  return h("span", { class: "source", title: `${since}${place.what} ${place.path}` }, span.from ? `since ${span.from.slice(0, 10)}` : place.what);
}

// Who holds a vault: principals of the shares that it is in, and accounts with restore access.
function holders(data, vault) {
  const shares = ofKind(data, "share").filter((share) => keyed(share, "resources").some(({ key }) => key === vault));
  const held = shares.flatMap((share) => keyed(share, "principals").map(({ key, spans }) => ({ who: key, how: value(share, "name") || tail(share.id), spans: spans.map(({ from, value, known }) => ({ from, holds: known ? value === "ASSOCIATED" : null })) })));
  const access = ofKind(data, "restore_access_vault").filter((each) => value(each, "SourceBackupVaultArn") === vault);
  return [...held, ...access.map((each) => ({ who: each.account, how: `restore access ${tail(each.id)}`, spans: opened(each) }))];
}

// Restore access holds from its approval until its vault is seen in another state than AVAILABLE.
function opened(access) {
  const [asked, approved] = [value(access, "RequestTime"), value(access, "ApprovalDate")];
  const later = (attribute(access, "VaultState")?.spans || []).filter(({ from }) => !approved || seconds(from) > seconds(approved));
  return [asked && { from: asked, holds: false }, approved && { from: approved, holds: true }, ...later.map(({ from, value, known }) => ({ from, holds: known ? value === "AVAILABLE" : null }))].filter(Boolean);
}

// Spans as stretches of a bar, each until the next.
function stretches(data, spans) {
  const { from: start, to: end } = data.run.window;
  return spans.map(({ from, holds }, at) => ({
    from: from || start,
    to: spans[at + 1]?.from || end,
    kind: holds === null ? "open" : holds ? "proven" : "none",
    told: holds === null ? "unknown" : holds ? "holds it" : "does not hold it",
  })).filter((each) => seconds(each.to) >= seconds(start));
}

function vaultsView(data) {
  const copies = (arn) => data.copies.filter((series) => series.vault === arn).reduce((all, series) => all + series.count, 0);
  const rows = ofKind(data, "vault").map((vault) => {
    const now = holders(data, vault.id).filter(({ spans }) => spans.at(-1)?.holds).length;
    const type = value(vault, "VaultType");
    return [
      h("a", { href: address(["vault", vault.id]) }, tail(vault.id)), KIND[type] || type || "unknown", { m: vault.account }, { m: vault.region },
      value(vault, "exists") === false ? "deleted" : value(vault, "VaultState") || dash,
      { n: type === AIR_GAPPED ? grouped(copies(vault.id)) : dash }, { n: now || dash },
      ...countCells(verdictsOn(data, vault.id).counts, { q: vault.id, by: "none" }).slice(0, 2),
    ];
  });
  const order = [AIR_GAPPED, undefined, "BACKUP_VAULT", "RESTORE_ACCESS_BACKUP_VAULT"].map((type) => KIND[type] || "unknown");
  rows.sort((a, b) => order.indexOf(a[1]) - order.indexOf(b[1]));
  return { title: "Vaults", nodes: [title(null, "Vaults", "Every vault that some record or snapshot shows, air-gapped ones first."), table("Vaults", ["Vault", "Type", "Account", "Region", "State", { n: "Copies" }, { n: "Holders" }, { n: "Fails" }, { n: "Undecided" }], rows)] };
}

// The verdicts whose subject is a vault, or somebody's hold on it.
function verdictsOn(data, id) {
  const subjects = new Set(data.subject.id.flatMap((each, at) => (each === id || each.startsWith(`${id}|`) ? [at] : [])));
  const rows = data.worstFirst().filter((i) => subjects.has(data.row.subject[i]));
  const counts = [0, 0, 0, 0];
  for (const i of rows) counts[data.row.status[i]] += 1;
  return { rows, counts };
}

function vaultView(data, [id]) {
  const vault = data.entities.find((entity) => entity.kind === "vault" && entity.id === id);
  if (!vault) return { title: "No such vault", nodes: title(null, "No such vault", id) };
  const type = value(vault, "VaultType");
  const team = value(vault, "MpaApprovalTeamArn");
  const days = (name) => (value(vault, name) === undefined ? told(data, vault, name) : told(data, vault, name, (days) => counted(days, "day", "days")));
  const sessions = ofKind(data, "session").filter((session) => value(session, "ProtectedResourceArn") === id);
  return {
    title: tail(id),
    nodes: [
      h("nav", { class: "steps", "aria-label": "List" }, h("a", { href: address(["vaults"]) }, "All vaults")),
      title(`${KIND[type] || type || "unknown type"} vault`, tail(id)),
      plate([
        ["ARN", mono(id), "wide"],
        ["Account", h("a", { class: "mono", href: address(["account", vault.account]) }, vault.account)], ["Region", mono(vault.region)],
        ["State", told(data, vault, "VaultState")], ["Created", told(data, vault, "CreationDate")],
        ["Locked", told(data, vault, "Locked", (locked) => (locked ? "yes" : "no"))], ["Lock date", told(data, vault, "LockDate")],
        ["Least retention", days("MinRetentionDays")], ["Most retention", days("MaxRetentionDays")],
        ["Key", told(data, vault, "EncryptionKeyType", words)], ["Key ARN", value(vault, "EncryptionKeyArn") && told(data, vault, "EncryptionKeyArn"), "half"],
        ["Approval team", team ? [h("a", { href: address(["approvals"]) }, tail(team)), " ", source(data, lastSpan(vault, "MpaApprovalTeamArn"))] : told(data, vault, "MpaApprovalTeamArn"), "half"],
        ["Recovery points", told(data, vault, "NumberOfRecoveryPoints")],
      ]),
      section("Who holds it", heldBy(data, id)),
      type === AIR_GAPPED && section("Copies", copiesInto(data, id)),
      sessions.length > 0 && section("Approval sessions", sessions.map((session) => sessionFlow(data, session))),
      section("Verdicts", lanes(data, verdictsOn(data, id).rows)),
      section("Timeline", timeline(data, id)),
    ],
  };
}

function heldBy(data, id) {
  const all = holders(data, id);
  if (!all.length) return h("p", { class: "lead" }, "No share and no restore access is known.");
  const key = (kind, label) => h("span", { class: `state ${kind}` }, h("i", { "aria-hidden": "true" }), label);
  return [h("p", { class: "legend" }, key("proven", "Holds it"), key("open", "Unknown"), key("none", "Does not"), h("span", { class: "faint small" }, "days in UTC")), h("div", { class: "logs" }, all.map(({ who, how, spans }) =>
    h("div", { class: "log" }, h("span", { class: "cell" }, mono(who)), h("span", { class: "cell line" }, bar(data.run.window, stretches(data, spans))), h("span", { class: "cell faint" }, how))),
    h("div", { class: "log foot", "aria-hidden": "true" }, h("span"), h("span", { class: "cell line" }, ticks(data.run.window))))];
}

function copiesInto(data, id) {
  const all = data.copies.filter((series) => series.vault === id).map((series) => ({ series, ...cadence(data.run.window, series) }));
  if (!all.length) return h("p", { class: "lead" }, "No copy within the window is known.");
  all.sort((a, b) => b.longest - a.longest);
  return [h("p", { class: "lead" }, "One mark for each day (UTC) with a copy; dotted is the longest gap. Resources with the longest gap first."), h("div", { class: "logs" }, all.slice(0, 200).map(({ series, drawn, longest }) =>
    h("div", { class: "log" }, h("span", { class: "cell" }, h("a", { class: "mono", href: address(["verdicts"], { q: series.resource, by: "none" }) }, tail(series.resource))), h("span", { class: "cell line" }, drawn),
      h("span", { class: "cell faint" }, counted(series.count, "copy", "copies"), longest > 1 && `, none on ${longest} days in a row`))),
    h("div", { class: "log foot", "aria-hidden": "true" }, h("span"), h("span", { class: "cell line" }, ticks(data.run.window)))),
    all.length > 200 && h("p", { class: "faint" }, `200 of ${grouped(all.length)} resources.`)];
}

// Everything that changed about a vault and its shares, and the incidents that cite it, latest last; what one record changed
// of one thing is one line.
function timeline(data, id) {
  const about = data.entities.filter((entity) => entity.id === id || (entity.kind === "share" && attribute(entity, `resources/${id}`)) || value(entity, "ProtectedResourceArn") === id || value(entity, "SourceBackupVaultArn") === id);
  const events = new Map();
  const cut = (text) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);
  for (const entity of about) {
    const what = `${words(entity.kind)} ${entity.id === id ? "" : value(entity, "name") || tail(entity.id)}`;
    for (const { name, spans } of entity.attributes) {
      for (const { from: at, known, value, confidence, evidence } of spans) {
        if (!at || confidence === "inferred") continue;
        const place = evidence && where(data, evidence);
        const key = `${at} ${entity.kind} ${entity.id} ${place?.path}`;
        if (!events.has(key)) events.set(key, { at, what, place, changes: [] });
        events.get(key).changes.push(h("li", null, cut(`${name} ${known ? `is ${plain(value)}` : "changed, the log does not say to what"}`)));
      }
    }
  }
  const uids = new Set(Array.from(verdictsOn(data, id).rows, (i) => data.uid(i)));
  for (const { uid, kind, first, count, verdicts } of data.incidents) {
    if (verdicts.some((each) => uids.has(each))) events.set(uid, { at: first, what: "incident", changes: [h("li", null, h("a", { href: address(["incidents", uid]) }, `${words(kind)}, ${counted(count, "event", "events")}`))] });
  }
  const all = Array.from(events.values()).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const by = (place) => place && h("details", { class: "terms" }, h("summary", null, place.what), mono(place.path));
  return [table("Timeline", ["When", "What", "Changes", "By"], all.slice(0, 500).map(({ at, what, changes, place }) => [{ m: at }, what, h("ul", { class: "plain" }, changes), by(place)])),
    all.length > 500 && h("p", { class: "faint" }, `500 of ${grouped(all.length)}.`)];
}

// A session as it went: request, votes, outcome, access, with the time between.
function sessionFlow(data, session) {
  const access = ofKind(data, "restore_access_vault").find((each) => value(each, "MpaSessionArn") === session.id);
  const votes = (value(session, "ApproverResponses") || []).filter((vote) => vote.at);
  const outcome = value(session, "Status");
  const ended = value(session, "CompletionTime");
  const stops = [
    { at: value(session, "InitiationTime"), what: "Requested", who: value(session, "RequesterPrincipalArn") || value(session, "RequesterAccountId"), text: value(session, "RequesterComment") },
    ...votes.map((vote) => ({ at: vote.at, what: words(String(vote.response || "voted")).toLowerCase(), who: vote.identity, kind: vote.response === "APPROVED" ? "holds" : "fails" })),
    { at: ended || lastSpan(session, "Status")?.from, what: outcome ? words(outcome).toLowerCase() : "outcome unknown", text: value(session, "ExecutionStatus"), kind: /^APPROVED|EXECUTED/.test(outcome || "") ? "holds" : outcome === "PENDING" || !outcome ? "open" : "fails" },
    access && { at: value(access, "ApprovalDate"), what: value(access, "ApprovalDate") ? "access opened" : "no access", who: tail(access.id), text: value(access, "VaultState"), kind: value(access, "ApprovalDate") ? "holds" : "none" },
  ].filter(Boolean);
  const known = stops.filter((stop) => stop.at).sort((a, b) => seconds(a.at) - seconds(b.at));
  const ordered = [...known, ...stops.filter((stop) => !stop.at)];
  const needed = value(session, "MinApprovalsRequired");
  return h("article", { class: "card" },
    h("h3", null, words(String(value(session, "ActionName") || "session")), " ", faint(tail(session.id))),
    h("p", { class: "faint" }, value(session, "ProtectedResourceArn") && ["on ", h("a", { href: address(["vault", value(session, "ProtectedResourceArn")]) }, tail(value(session, "ProtectedResourceArn"))), ", "], needed !== undefined && `${needed} of ${value(session, "NumberOfApprovers") ?? "?"} approvals needed`),
    h("ol", { class: "flow" }, ordered.map((stop, at) => h("li", { class: stop.kind },
      at > 0 && stop.at && ordered[at - 1].at && h("span", { class: "gap" }, span(ordered[at - 1].at, stop.at)),
      h("strong", null, stop.what), h("span", { class: "mono" }, stop.at || "time unknown"), stop.who && h("span", { class: "mono faint" }, tail(stop.who)), stop.text && h("span", null, stop.text)))));
}

function approvalsView(data) {
  const teams = ofKind(data, "team");
  const sessions = ofKind(data, "session").sort((a, b) => String(value(b, "InitiationTime")).localeCompare(String(value(a, "InitiationTime"))));
  return {
    title: "Approvals",
    nodes: [
      title(null, "Approvals", "Who must agree before a vault can be reached, and each time that somebody asked."),
      section("Teams", teams.length ? teams.map((team) => teamCard(data, team)) : h("p", { class: "lead" }, "No approval team is known.")),
      section("Sessions", sessions.length ? sessions.slice(0, 200).map((session) => sessionFlow(data, session)) : h("p", { class: "lead" }, "No session is known."), sessions.length > 200 && h("p", { class: "faint" }, `The latest 200 of ${grouped(sessions.length)}.`)),
    ],
  };
}

function teamCard(data, team) {
  const guarded = ofKind(data, "vault").filter((vault) => value(vault, "MpaApprovalTeamArn") === team.id);
  const approvers = value(team, "Approvers") || [];
  return h("article", { class: "card" },
    h("h3", null, tail(team.id)),
    plate([["ARN", mono(team.id), "wide"], ["Status", told(data, team, "Status")], ["Approvals needed", told(data, team, "MinApprovalsRequired")], ["Guards", guarded.length ? guarded.map((vault) => [h("a", { href: address(["vault", vault.id]) }, tail(vault.id)), " "]) : "no vault that is known", "half"]]),
    approvers.length > 0 && table("Approvers", ["Approver", "Status", "Last active"], approvers.map((each) => [{ m: each.identity || each.approver || dash }, each.status || dash, { m: each.last_activity || dash }])));
}
