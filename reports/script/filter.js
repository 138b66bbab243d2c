// Which verdicts are shown: what the address says, applied to the columns.
//
// A word is looked up once in each table (words, subjects, records, files); a verdict fits if one of its numbers is a hit.

const FILTERS = ["status", "severity", "control", "account", "region", "exception", "change"];

class Filter {
  constructor(query) {
    for (const name of FILTERS) this[name] = (query.get(name) || "").split(",").filter(Boolean);
    this.q = query.get("q") || "";
    this.by = query.get("by") || "control";
  }

  query(changed) {
    const all = { ...Object.fromEntries(FILTERS.map((name) => [name, this[name].join(",")])), q: this.q, by: this.by, ...changed };
    if (all.by === "control") delete all.by;
    return all;
  }

  get narrow() {
    return Boolean(this.q.trim()) || FILTERS.some((name) => this[name].length);
  }

  // Rows that fit, what needs attention first.
  rows(data) {
    const tests = this.tests(data);
    return data.worstFirst().filter((i) => tests.every((fits) => fits(i)));
  }

  tests(data) {
    const { row, subject } = data;
    const tests = [];
    const among = (wanted, known) => new Set(wanted.map((word) => known.indexOf(word)));
    const word = (name, of) => {
      if (!this[name].length) return;
      const wanted = among(this[name], data.words);
      tests.push((i) => wanted.has(of(i)));
    };
    const status = among(this.status, STATUSES);
    if (this.status.length) tests.push((i) => status.has(row.status[i]));
    const severity = among(this.severity, SEVERITIES);
    if (this.severity.length) tests.push((i) => severity.has(row.severity[i]));
    word("control", (i) => row.control[i]);
    word("account", (i) => subject.account[row.subject[i]]);
    word("region", (i) => subject.region[row.subject[i]]);
    if (this.exception.length === 1) tests.push((i) => (row.exception[i] === null) === (this.exception[0] === "no"));
    if (this.change.length) {
      const wanted = data.changes.map(([change]) => this.change.includes(change));
      const same = Boolean(data.comparison) && this.change.includes("unchanged");
      tests.push((i) => wanted[row.change[i]] ?? same);
    }
    for (const part of this.q.toLowerCase().split(/\s+/).filter(Boolean)) tests.push(search(data, part));
    return tests;
  }
}

// Whether a verdict names a text anywhere: its control and title, subject, reason, values, and what it cites.
function search(data, part) {
  const has = (text) => Boolean(text) && text.toLowerCase().includes(part);
  const flags = (list, text) => Uint8Array.from(list, (item, at) => (has(text(item, at)) ? 1 : 0));
  const { row, subject, record, line } = data;
  const word = flags(data.words, (text) => text);
  for (const control of data.controls) if (has(control.title)) word[data.words.indexOf(control.id)] = 1;
  const value = flags(data.values, (object) => JSON.stringify(object));
  const subjects = flags(subject.id, (id, i) => id);
  subject.id.forEach((_, i) => {
    if (word[subject.kind[i]] || word[subject.account[i]] || word[subject.region[i]] || word[subject.name[i]]) subjects[i] = 1;
  });
  const files = new Set(Array.from(data.sources.values()).filter((file) => has(file.path) || has(file.sha256)).map((file) => file.id));
  const records = flags(record.event_id, (id) => id);
  record.event_name.forEach((name, i) => (word[name] || files.has(record.source[i])) && (records[i] = 1));
  const lines = Uint8Array.from(line.source, (source) => (files.has(source) ? 1 : 0));
  const stretches = flags(data.stretches, (log) => `${log.account} ${log.region} ${log.grade}`);
  const cited = [records, lines, stretches];
  const given = flags(data.given, (exception) => `${exception.reason} ${exception.owner}`);
  return (i) => {
    if (word[row.control[i]] || word[row.code[i]] || word[row.message[i]] || subjects[row.subject[i]]) return true;
    if (value[row.observed[i]] || value[row.expected[i]] || (row.exception[i] !== null && given[row.exception[i]])) return true;
    for (let at = row.first[i]; at < row.first[i + 1]; at += 1) {
      if (cited[row.cite_kind[at]][data.cite[at]] || word[row.note[at]]) return true;
    }
    return false;
  };
}
