// Making elements. Whatever a log says becomes a text node or an attribute's value, never markup: nothing in this script
// parses HTML, and the page's policy (trusted types) forbids it to.

const SVG = "http://www.w3.org/2000/svg";
const DRAWN = new Set(["svg", "g", "rect", "circle", "line", "path", "text", "title"]);

// Characters without a look of their own, as in src/render/visible.rs: shown as \u{202e}.
const HIDDEN =
  /[\p{Cc}\u{ad}\u{34f}\u{61c}\u{115f}-\u{1160}\u{17b4}-\u{17b5}\u{180b}-\u{180f}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{3164}\u{fe00}-\u{fe0f}\u{feff}\u{ffa0}\u{fff0}-\u{fffb}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;
const SPELLED = { "\n": "\\n", "\t": "\\t", "\r": "\\r" };
const visible = (text) => text.replace(HIDDEN, (c) => SPELLED[c] || `\\u{${c.codePointAt(0).toString(16)}}`);

const nothing = (value) => value === null || value === undefined || value === false || value === "";

// An element with attributes, listeners (onclick: a function) and children: elements, texts, lists of these, or nothing.
function h(tag, attributes, ...children) {
  const drawn = DRAWN.has(tag);
  const node = drawn ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (nothing(value)) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : visible(String(value)));
  }
  for (const child of children.flat(Infinity)) {
    if (!nothing(child)) node.append(child instanceof Node ? child : visible(String(child)));
  }
  return node;
}

const one = (id) => document.getElementById(id);
const mono = (text) => h("span", { class: "mono" }, text);
const faint = (text) => h("span", { class: "faint" }, text);

// Numbers and times as people read them; times stay in UTC and to the second, as in the report.
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
const counted = (number, one, many) => `${grouped(number)} ${number === 1 ? one : many}`;
const words = (text) => text.replaceAll("_", " ");

// Seconds since 1970, or NaN.
const seconds = (time) => (time ? Date.parse(time) / 1000 : NaN);

// `9 d 3 h`: two units at most.
function span(from, to) {
  const total = seconds(to) - seconds(from);
  if (!(total >= 0)) return "";
  const parts = [[Math.floor(total / 86400), "d"], [Math.floor((total % 86400) / 3600), "h"], [Math.floor((total % 3600) / 60), "min"], [total % 60, "s"]];
  const first = parts.findIndex(([n]) => n > 0);
  if (first < 0) return "0 s";
  return parts.slice(first, first + 2).filter(([n]) => n > 0).map(([n, unit]) => `${n} ${unit}`).join(" ");
}

// The address of a view: `#/verdict/CPY-02/arn…?q=…`.
function address(path, query) {
  const route = path.map(encodeURIComponent).join("/");
  const pairs = new URLSearchParams(Object.entries(query || {}).filter(([, value]) => !nothing(value))).toString();
  return `#/${route}${pairs ? `?${pairs}` : ""}`;
}
const link = (text, path, query) => h("a", { href: address(path, query) }, text);

// The name at the end of an ARN.
const tail = (id) => id.slice(Math.max(id.lastIndexOf(":"), id.lastIndexOf("/")) + 1);
