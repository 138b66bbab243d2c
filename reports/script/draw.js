// Pictures: bars over the window, and copies by day. Parts carry a class, never a colour; the style gives each status a
// height and a pattern of its own, so that they can be told apart without colours.

const NARROWEST = 0.45;
const GRADES = new Set(["proven", "asserted", "inferred", "missing"]);
const gradeClass = (grade) => (grade === "missing" ? "hole" : GRADES.has(grade) ? grade : "other");

// The window as a line of 100.
class Axis {
  constructor({ from, to }) {
    [this.from, this.to] = [seconds(from), seconds(to)];
  }
  get drawn() {
    return this.from < this.to;
  }
  at(time) {
    return (100 * (Math.min(Math.max(seconds(time), this.from), this.to) - this.from)) / (this.to - this.from);
  }
  within(time) {
    return seconds(time) >= this.from && seconds(time) <= this.to;
  }
}

const percent = (x) => `${x.toFixed(3)}%`;

function part(axis, kind, from, to, told) {
  const [start, end] = [axis.at(from), axis.at(to)];
  const width = Math.max(end - start, NARROWEST);
  const long = span(from, to);
  const title = `${told}, ${from} to ${to}${long ? ` (${long})` : ""}`;
  return h("rect", { class: kind, x: percent(Math.min(start, 100 - width)), y: 1, width: percent(width), height: 14 }, h("title", null, title));
}

const inShort = (told) => told.slice(0, 4).join("; ") + (told.length > 4 ? `; and ${told.length - 4} more` : "");

// Stretches `{from, to, kind, told}` on a line, what fails on top; marks are instants.
function bar(window, stretches, { marks = [], large = false } = {}) {
  const axis = new Axis(window);
  if (!axis.drawn || !stretches.length) return h("span", { class: "undrawn" }, "not drawn");
  const late = (stretch) => stretch.kind === "fails" || stretch.kind === "hole";
  const ordered = [...stretches.filter((s) => !late(s)), ...stretches.filter(late)];
  const label = inShort(stretches.map((s) => `${s.told} from ${s.from}`));
  const dots = marks.filter((time) => axis.within(time)).slice(0, 60);
  return h("svg", { class: large ? "bar large" : "bar", role: "img", "aria-label": label, width: "100%", height: 16 },
    ordered.map((s) => part(axis, s.kind, s.from, s.to, s.told)),
    dots.map((time) => h("circle", { cx: percent(axis.at(time)), cy: 8, r: 2.5 })));
}

const statusBar = (window, intervals, options) =>
  bar(window, intervals.map(({ from, to, status }) => ({ from, to, kind: CLASSES[rank(status)], told: LABELS[rank(status)] })), options);

// A log's intervals with the holes between them.
function gradeBar(window, intervals) {
  const all = [];
  let reached = window.from;
  const hole = (to) => seconds(to) - seconds(reached) > 1 && all.push({ from: reached, to, kind: "hole", told: "Hole" });
  for (const { from, to, grade } of intervals) {
    hole(from);
    all.push({ from, to, kind: gradeClass(grade), told: grade });
    if (seconds(to) > seconds(reached)) reached = to;
  }
  hole(window.to);
  return bar(window, all);
}

// At most nine round instants below bars.
function ticks(window) {
  const axis = new Axis(window);
  if (!axis.drawn) return null;
  const hours = (axis.to - axis.from) / 3600;
  const step = [1, 3, 6, 12, 24, 48, 96, 168, 336, 672, 2184, 8736, 87360].find((each) => hours / each <= 8) || hours;
  const grid = Math.min(step, 24) * 3600;
  const marks = [];
  for (let at = Math.ceil(axis.from / grid) * grid; at <= axis.to; at += step * 3600) {
    const [x, date] = [(100 * (at - axis.from)) / (axis.to - axis.from), new Date(at * 1000)];
    const clock = step < 24 && at % 86400 ? date.toISOString().slice(11, 16) : null;
    const day = date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: step < 672 ? undefined : "numeric", timeZone: "UTC" });
    marks.push(h("line", { x1: percent(x), x2: percent(x), y1: 0, y2: 5 }), h("text", { class: x < 2.5 ? "start" : x > 97.5 ? "end" : "middle", x: percent(x), y: 17 }, clock || day));
  }
  return h("svg", { class: "axis", "aria-hidden": "true", width: "100%", height: 20 }, marks);
}

// Copies by day: a mark for each day with a copy, a hatched stretch for each run of days without.
function cadence(window, series) {
  const days = Array.from(series.by_day, Number);
  const runs = [];
  days.forEach((count, day) => {
    const last = runs[runs.length - 1];
    if (last && (last.count > 0) === (count > 0) && !count) last.days += 1;
    else runs.push({ day, days: 1, count });
  });
  const width = 100 / days.length;
  const date = (day) => new Date((Math.floor(seconds(window.from) / 86400) + day) * 86400000).toISOString().slice(0, 10);
  const told = (run) => (run.count ? `${date(run.day)}: ${run.count === 9 ? "9 or more" : run.count}` : `no copy on ${counted(run.days, "day", "days")} from ${date(run.day)}`);
  const gaps = runs.filter((run) => !run.count);
  const longest = gaps.reduce((most, run) => Math.max(most, run.days), 0);
  const label = `${counted(series.count, "copy", "copies")}; ${longest ? `at most ${counted(longest, "day", "days")} in a row without one` : "one or more on every day"}`;
  const drawn = h("svg", { class: "bar cadence", role: "img", "aria-label": label, width: "100%", height: 16 },
    runs.map((run) => h("rect", { class: run.count ? "copy" : run.days === longest ? "longest" : "gap", x: percent(run.day * width), y: 1, width: percent(Math.max(run.days * width - (run.count ? width * 0.25 : 0), 0.1)), height: 14 }, h("title", null, told(run)))));
  return { drawn, longest };
}
