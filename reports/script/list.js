// The list of verdicts: only the rows on the screen are in the document, so that 100,000 scroll as ten do.
//
// It is a tree grid (WAI-ARIA): groups that open and close, verdicts in them, one row in the order of the Tab key, the
// arrow keys go through the rows, Enter opens.

const ROW = 64;
// Elements of more pixels than this are cut off by browsers; beyond, scrolling goes faster than the rows.
const TALLEST = 15_000_000;
const AROUND = 6;

class List {
  constructor(data, filter) {
    [this.data, this.filter] = [data, filter];
    this.open = new Set();
    this.at = 0;
    this.body = h("div", { role: "rowgroup", class: "rows" });
    this.node = h("div", { role: "treegrid", "aria-label": "Verdicts", class: "grid" }, this.body);
    this.body.addEventListener("keydown", (event) => this.key(event));
    this.draw = this.draw.bind(this);
    this.rows = filter.rows(data);
    this.group();
  }

  // Groups in the order of their first, that is their worst, row.
  group() {
    const { row, subject, words } = this.data;
    const of = {
      control: (i) => row.control[i],
      account: (i) => subject.account[row.subject[i]] ?? -1,
      region: (i) => subject.region[row.subject[i]] ?? -1,
      kind: (i) => subject.kind[row.subject[i]],
    }[this.filter.by];
    const groups = new Map();
    for (const i of of ? this.rows : []) {
      const key = of(i);
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(i);
    }
    this.groups = Array.from(groups, ([key, rows]) => ({ name: key < 0 ? `no ${this.filter.by}` : words[key], rows, counts: this.count(rows) }));
    if (this.groups.length === 1 || (this.filter.narrow && this.rows.length <= 200)) this.groups.forEach((group) => this.open.add(group.name));
    this.flatten();
  }

  count(rows) {
    const counts = [0, 0, 0, 0];
    for (const i of rows) counts[this.data.row.status[i]] += 1;
    return counts;
  }

  // Lines as they stand: groups as negative numbers, verdicts as their rows.
  flatten() {
    const lines = [];
    this.groups.forEach((group, at) => {
      lines.push(-1 - at);
      if (this.open.has(group.name)) for (const i of group.rows) lines.push(i);
    });
    this.lines = this.groups.length ? lines : Array.from(this.rows);
    this.height = Math.min(this.lines.length * ROW, TALLEST);
    this.body.style.height = `${this.height}px`;
    this.node.setAttribute("aria-rowcount", this.lines.length);
    this.at = Math.min(this.at, Math.max(this.lines.length - 1, 0));
    this.drawn = new Map();
    this.body.replaceChildren();
  }

  // Document coordinates of the first line, and how far scrolling is faster than the rows.
  place(line) {
    const all = this.lines.length * ROW;
    return all <= this.height ? line * ROW : (line * ROW * (this.height - innerHeight)) / (all - innerHeight);
  }

  draw() {
    if (!this.node.isConnected) return;
    const top = Math.max(scrollY - (this.node.getBoundingClientRect().top + scrollY), 0);
    const all = this.lines.length * ROW;
    const offset = all <= this.height ? top : (top * (all - innerHeight)) / (this.height - innerHeight);
    const from = Math.max(Math.floor(offset / ROW) - AROUND, 0);
    const to = Math.min(Math.ceil((offset + innerHeight) / ROW) + AROUND, this.lines.length);
    const wanted = new Set([this.at]);
    for (let line = from; line < to; line += 1) wanted.add(line);
    for (const [line, node] of this.drawn) {
      if (!wanted.has(line)) {
        node.remove();
        this.drawn.delete(line);
      }
    }
    for (const line of [...wanted].sort((a, b) => a - b)) {
      if (line >= this.lines.length) continue;
      if (!this.drawn.has(line)) {
        const node = this.line(line);
        const next = [...this.drawn.keys()].filter((other) => other > line).sort((a, b) => a - b)[0];
        this.body.insertBefore(node, next === undefined ? null : this.drawn.get(next));
        this.drawn.set(line, node);
      }
      this.drawn.get(line).style.top = `${top - offset + line * ROW}px`;
    }
  }

  line(at) {
    const line = this.lines[at];
    const node = line < 0 ? this.head(-1 - line) : this.row(line);
    node.setAttribute("aria-rowindex", at + 1);
    node.tabIndex = at === this.at ? 0 : -1;
    node.addEventListener("focus", () => this.current(at));
    return node;
  }

  head(at) {
    const { name, rows, counts } = this.groups[at];
    const control = this.filter.by === "control" ? this.data.controlOf.get(name) : null;
    const open = this.open.has(name);
    const toggle = (event) => !event.target.closest("a") && this.toggle(name);
    return h("div", { role: "row", class: "row head", "aria-level": 1, "aria-expanded": String(open), onclick: toggle },
      h("span", { role: "gridcell", class: "cell arrow", "aria-hidden": "true" }),
      h("span", { role: "gridcell", class: "cell who" }, h("span", { class: "name" }, h("span", { class: "id" }, name), control && ` ${control.title}`), h("span", { class: "why" }, counted(rows.length, "verdict", "verdicts"))),
      h("span", { role: "gridcell", class: "cell tallies" }, counts.map((count, status) => count > 0 && state(status, grouped(count)))),
      h("span", { role: "gridcell", class: "cell held" }, control && h("a", { href: address(["control", name]), tabindex: -1 }, "about")));
  }

  row(i) {
    const { data } = this;
    const [{ row, words }, subject, intervals] = [data, data.subjectOf(i), data.intervals(i)];
    const share = data.held(i);
    const address = verdictAddress(data, i, this.filter.query());
    const control = this.filter.by === "control" ? null : h("span", { class: "id" }, words[row.control[i]]);
    return h("div", { role: "row", class: `row ${CLASSES[row.status[i]]}`, "aria-level": this.groups.length ? 2 : 1, onclick: (event) => !event.target.closest("a") && (location.hash = address) },
      h("span", { role: "gridcell", class: "cell status" }, state(row.status[i]), row.status[i] < 2 && chip(SEVERITIES[row.severity[i]])),
      h("span", { role: "gridcell", class: "cell who" },
        h("a", { class: "name", href: address, tabindex: -1 }, control, control && " ", subject.name || subject.id, tags(data, i)),
        h("span", { class: "why" }, coded(words[row.message[i]]))),
      h("span", { role: "gridcell", class: "cell line" }, statusBar(data.run.window, intervals)),
      h("span", { role: "gridcell", class: "cell held" }, share && `held ${share}`));
  }

  toggle(name) {
    if (!this.open.delete(name)) this.open.add(name);
    const focused = this.body.contains(document.activeElement);
    this.flatten();
    this.draw();
    if (focused) this.focus(this.at);
  }

  current(at) {
    this.drawn.get(this.at)?.setAttribute("tabindex", -1);
    this.at = at;
    this.drawn.get(at)?.setAttribute("tabindex", 0);
  }

  // Brings a line into view and puts the focus on it.
  focus(at) {
    if (!this.lines.length) return;
    const line = Math.min(Math.max(at, 0), this.lines.length - 1);
    this.current(line);
    const above = this.node.getBoundingClientRect().top + scrollY;
    const top = above + this.place(line);
    const covered = innerWidth > 900 ? (document.querySelector(".filter")?.getBoundingClientRect().bottom ?? 0) : 120;
    if (top < scrollY + covered) scrollTo(0, top - covered);
    else if (top + ROW > scrollY + innerHeight) scrollTo(0, top + ROW * 2 - innerHeight);
    this.draw();
    this.drawn.get(line)?.focus({ preventScroll: true });
  }

  key(event) {
    const line = this.lines[this.at];
    const name = line < 0 ? this.groups[-1 - line].name : null;
    const page = Math.max(Math.floor(innerHeight / ROW) - 4, 1);
    const group = () => this.lines.findLastIndex((other, at) => at <= this.at && other < 0);
    const keys = {
      ArrowDown: () => this.focus(this.at + 1),
      ArrowUp: () => this.focus(this.at - 1),
      PageDown: () => this.focus(this.at + page),
      PageUp: () => this.focus(this.at - page),
      Home: () => this.focus(0),
      End: () => this.focus(this.lines.length - 1),
      ArrowRight: () => name !== null && (this.open.has(name) ? this.focus(this.at + 1) : this.toggle(name)),
      ArrowLeft: () => (name !== null ? this.open.has(name) && this.toggle(name) : group() >= 0 && this.focus(group())),
      Enter: () => (name !== null ? this.toggle(name) : (location.hash = verdictAddress(this.data, line, this.filter.query()))),
    };
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  }
}
