// The report's data: columns as src/render/html/pack.rs writes them, and the JSON report's verdicts made of them again.

const STATUSES = ["NON_COMPLIANT", "INSUFFICIENT_DATA", "COMPLIANT", "NOT_APPLICABLE"];
const LABELS = ["Non-compliant", "Insufficient data", "Compliant", "Not applicable"];
const CLASSES = ["fails", "open", "holds", "none"];
const SEVERITIES = ["low", "medium", "high", "critical"];
const rank = (status) => STATUSES.indexOf(status);

async function unpack() {
  const text = atob(one("data").textContent);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = text.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Data(JSON.parse(await new Response(stream).text()));
}

// Texts whose identifiers were taken out.
function texts({ text, hex }) {
  let at = 0;
  const take = (length) => hex.slice(at, (at += length));
  const uuid = () => take(32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const back = { "\u0001": uuid, "\u0002": () => take(64), "\u0004": () => uuid().toUpperCase() };
  return text.map((one) => (one[0] === "\u0003" ? one.slice(1) : one.replace(/[\u0001\u0002\u0004]/g, (mark) => back[mark]())));
}

// Numbers from the steps between them.
function summed(steps) {
  let at = 0;
  return Int32Array.from(steps, (step) => (at += step));
}

// Where the parts of each row begin, one more than rows.
function starts(lengths) {
  const all = new Int32Array(lengths.length + 1);
  lengths.forEach((length, at) => (all[at + 1] = all[at] + length));
  return all;
}

class Data {
  constructor(packed) {
    Object.assign(this, packed.report);
    this.epoch = packed.epoch;
    this.files = packed.files;
    this.defects = packed.defects;
    this.words = texts(packed.words);
    this.values = packed.values;
    this.given = packed.exceptions;
    this.subject = { ...packed.subjects, id: texts(packed.subjects.id) };
    this.row = { ...packed.verdicts, subject: summed(packed.verdicts.subject), course: summed(packed.verdicts.course), first: starts(packed.verdicts.cites) };
    this.count = this.row.control.length;
    this.course = { ...packed.courses, first: starts(packed.courses.length) };
    const { source, event_id: events } = packed.records;
    this.record = { ...packed.records, source: summed(source), event_id: texts(events) };
    this.line = { ...packed.rows, source: summed(packed.rows.source) };
    this.stretches = packed.stretches;
    this.changes = packed.changes;
    this.uids = new Map(packed.verdicts.uid);
    this.cites();
    this.readSources(packed.sources);
    this.bodies = new Map(this.records.map((held) => [`${held.source}#${held.record ?? held.pointer}`, held.body]));
    this.controlOf = new Map(this.controls.map((control) => [control.id, control]));
  }

  // Citations refer to three tables, each by steps of its own.
  cites() {
    const at = [0, 0, 0];
    this.cite = Int32Array.from(this.row.cite, (step, i) => (at[this.row.cite_kind[i]] += step));
    const [causes, since] = [this.course, [0, 0, 0]];
    let next = 0;
    causes.cited = causes.cause_kind.map((kind) => {
      if (kind === 3) return null;
      const [step, note] = [causes.cause[next], causes.cause_note[next]];
      next += 1;
      return [kind, (since[kind] += step), note];
    });
  }

  readSources(packed) {
    const [paths, hashes, ids] = [texts(packed.path), texts(packed.sha256), summed(packed.id)];
    const word = (at) => (at === null ? null : this.words[at]);
    const file = (id, at) => {
      const told = { id, path: paths[at], sha256: hashes[at] || null, kind: word(packed.kind[at]), captured_at: word(packed.captured_at[at]) };
      if (packed.saved_in[at] !== null) told.saved_in = word(packed.saved_in[at]);
      return [id, told];
    };
    this.sources = new Map(Array.from(ids, file));
  }

  time(told) {
    return typeof told === "number" ? `${new Date((this.epoch + told) * 1000).toISOString().slice(0, 19)}Z` : told;
  }

  intervals(i) {
    const { first, from, to, status } = this.course;
    const [begin, end] = [first[this.row.course[i]], first[this.row.course[i] + 1]];
    const all = [];
    for (let at = begin; at < end; at += 1) {
      const next = at + 1 < end ? this.time(from[at + 1]) : this.run.window.to;
      const interval = { from: this.time(from[at]), to: to[at] === null ? next : this.time(to[at]), status: STATUSES[status[at]] };
      if (this.course.cited[at]) interval.cause = this.cited(...this.course.cited[at]);
      all.push(interval);
    }
    return all;
  }

  subjectOf(i) {
    const [at, { kind, id, account, region, name }] = [this.row.subject[i], this.subject];
    const word = (number) => (number === null ? null : this.words[number]);
    const named = name[at] === -1 ? null : name[at] === -2 ? tail(id[at]) : this.words[name[at]];
    return { kind: this.words[kind[at]], id: id[at], account: word(account[at]), region: word(region[at]), name: named };
  }

  evidence(i) {
    const all = [];
    for (let at = this.row.first[i]; at < this.row.first[i + 1]; at += 1) all.push(this.cited(this.row.cite_kind[at], this.cite[at], this.row.note[at]));
    return all;
  }

  cited(kind, n, word) {
    const note = this.words[word];
    if (kind === 2) return { coverage: this.stretches[n], note };
    if (kind === 1) return { source: this.line.source[n], pointer: this.words[this.line.pointer[n]], time: this.time(this.line.time[n]), note };
    const { source, record, event_id, event_name, time } = this.record;
    return { source: source[n], record: record[n], event_id: event_id[n], event_name: this.words[event_name[n]], time: this.time(time[n]), note };
  }

  // The verdict as in the JSON report.
  verdict(i) {
    const { row, words } = this;
    const intervals = this.intervals(i);
    const verdict = {
      uid: this.uid(i),
      control: words[row.control[i]],
      subject: this.subjectOf(i),
      status: STATUSES[row.status[i]],
      severity: SEVERITIES[row.severity[i]],
      reason: { code: words[row.code[i]], message: words[row.message[i]], observed: this.values[row.observed[i]], expected: this.values[row.expected[i]] },
      since: row.since[i] === null ? intervals[intervals.length - 1].from : this.time(row.since[i]),
      confidence: words[row.confidence[i]],
      intervals,
      evidence: this.evidence(i),
      exception: row.exception[i] === null ? null : this.given[row.exception[i]],
    };
    if (row.held[i] !== null) verdict.held = row.held[i];
    if (row.undecided[i] !== null) verdict.undecided = row.undecided[i];
    if (row.breach[i] !== null) verdict.longest_breach = { from: this.time(row.breach[i][0]), to: this.time(row.breach[i][1]), seconds: row.breach[i][2] };
    return verdict;
  }

  // What became of it since the baseline, `{change, was}`; null without a baseline.
  became(i) {
    if (!this.comparison) return null;
    const at = this.row.change[i];
    return at === null ? { change: "unchanged" } : { change: this.changes[at][0], was: this.changes[at][1] };
  }

  // The share of the judged time in which the demand held, cut and never rounded up; nothing where it was never decided.
  held(i) {
    const share = this.row.held[i];
    if (share === null) return ["0 %", "", "100 %", ""][this.row.status[i]];
    return share > 0 && share < 0.01 ? "<1 %" : `${Math.floor(share * 100 + 1e-9)} %`;
  }

  uid(i) {
    const { kind, id } = this.subjectOf(i);
    return this.uids.get(i) || sha256(`${this.words[this.row.control[i]]}\n${kind}\n${id}`).slice(0, 16);
  }

  // The row of a control's verdict on a subject, or -1.
  find(control, subject) {
    const word = this.words.indexOf(control);
    return this.row.control.findIndex((c, i) => c === word && this.subject.id[this.row.subject[i]] === subject);
  }

  // The row with a uid, or -1; all uids are made on the first call.
  byUid(uid) {
    this.uidRows ||= new Map(Array.from({ length: this.count }, (_, i) => [this.uid(i), i]));
    return this.uidRows.get(uid) ?? -1;
  }

  // Rows, what needs attention first: status, severity, excepted last, then as in the report.
  worstFirst() {
    const { status, severity, exception } = this.row;
    const key = Uint8Array.from(status, (rank, i) => rank * 8 + (3 - severity[i]) * 2 + (exception[i] === null ? 0 : 1));
    this.order ||= Uint32Array.from(key, (_, i) => i).sort((a, b) => key[a] - key[b] || a - b);
    return this.order;
  }
}

// SHA-256 (FIPS 180-4) of a text, in hexadecimal: what uids are made of. The browser's own is not there for pages that
// came over plain HTTP. The constants are the fractions of the roots of the first primes.
const PRIMES = [];
for (let n = 2; PRIMES.length < 64; n += 1) if (PRIMES.every((prime) => n % prime)) PRIMES.push(n);
const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
const ROUND = PRIMES.map((prime) => fraction(Math.cbrt(prime)));
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));

function sha256(text) {
  const bytes = new TextEncoder().encode(text);
  const blocks = new Uint8Array(((bytes.length + 8) >> 6) * 64 + 64);
  blocks.set(bytes);
  blocks[bytes.length] = 0x80;
  const view = new DataView(blocks.buffer);
  view.setUint32(blocks.length - 4, bytes.length * 8);
  const turned = (x, n) => (x >>> n) | (x << (32 - n));
  const hash = [...START];
  const w = new Int32Array(64);
  for (let block = 0; block < blocks.length; block += 64) {
    for (let i = 0; i < 16; i += 1) w[i] = view.getInt32(block + i * 4);
    for (let i = 16; i < 64; i += 1) {
      const x = w[i - 15];
      const y = w[i - 2];
      w[i] = w[i - 16] + (turned(x, 7) ^ turned(x, 18) ^ (x >>> 3)) + w[i - 7] + (turned(y, 17) ^ turned(y, 19) ^ (y >>> 10));
    }
    let [a, b, c, d, e, f, g, last] = hash;
    for (let i = 0; i < 64; i += 1) {
      const one = last + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[i] + w[i];
      const two = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      last = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, last].forEach((part, i) => (hash[i] = (hash[i] + part) | 0));
  }
  return hash.map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("");
}
