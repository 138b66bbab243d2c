// What is shown, as a file: CSV for a spreadsheet, JSON for a script.

const COLUMNS = ["control", "status", "severity", "kind", "subject", "account", "region", "name", "reason", "message", "since", "confidence", "exception", "uid", "change", "was"];

// RFC 4180; a cell that a spreadsheet would take for a formula begins with an apostrophe.
function cell(text) {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

// The status before, where it changed.
const was = (became) => became && became.change !== "unchanged" && (became.was ? became.was.status : "none");

function csv(data, rows) {
  const line = (i) => {
    const { uid, control, subject, status, severity, reason, since, confidence, exception } = data.verdict(i);
    const cells = [control, status, severity, subject.kind, subject.id, subject.account, subject.region, subject.name, reason.code, reason.message, since, confidence, exception && `until ${exception.expires}: ${exception.reason}`, uid, data.became(i)?.change, was(data.became(i))];
    return cells.map((text) => cell(visible(text || ""))).join(",");
  };
  return `${[COLUMNS.join(","), ...Array.from(rows, line)].join("\r\n")}\r\n`;
}

// Verdicts as in the JSON report, with the files and records that they cite.
function json(data, rows) {
  const verdicts = Array.from(rows, (i) => data.verdict(i));
  const cited = new Set(verdicts.flatMap((verdict) => verdict.evidence.map(({ source }) => source)));
  const places = new Set(verdicts.flatMap((verdict) => verdict.evidence.map((each) => `${each.source}#${each.record ?? each.pointer}`)));
  const sources = Array.from(data.sources.values()).filter(({ id }) => cited.has(id));
  const records = data.records.filter((held) => places.has(`${held.source}#${held.record ?? held.pointer}`));
  const changes = Array.from(rows, (i) => ({ uid: data.uid(i), ...data.became(i) })).filter(({ was }) => was !== undefined);
  const comparison = data.comparison && { baseline: data.comparison.baseline, changes };
  return `${JSON.stringify({ run: data.run, verdicts, sources, records, comparison }, null, 2)}\n`;
}

function save(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  h("a", { href: url, download: `vaultrail-${name}` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
