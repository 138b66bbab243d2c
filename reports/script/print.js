// On paper: the summary, then each failure in full, then an appendix with the records. From a list, what it shows; from
// a verdict, that one. Numbers in brackets lead from a finding to the appendix.

const MOST_PRINTED = 300;

function paper(data, view) {
  const chosen = view.printed ? view.printed : data.worstFirst().filter((i) => data.row.status[i] === 0);
  const rows = Array.from(chosen.slice(0, MOST_PRINTED));
  const held = new Map();
  const findings = rows.map((i) => finding(data, i, held));
  return [
    h("section", { class: "findings" },
      h("h2", null, "Findings"),
      !rows.length && h("p", null, "Nothing fails."),
      chosen.length > rows.length && h("p", null, `The first ${MOST_PRINTED} of ${grouped(chosen.length)}; the JSON report has all.`),
      findings),
    held.size > 0 && h("section", { class: "appendix" },
      h("h2", null, "Appendix: cited evidence"),
      Array.from(held.values(), ({ number, place, evidence, marks }) => h("article", null,
        h("h3", null, `[${number}] ${place.what} `, mono(place.when)),
        h("p", { class: "mono" }, place.path, evidence.event_id && [h("br"), `event ${evidence.event_id}`], place.sha256 && [h("br"), `sha256 ${place.sha256}`]),
        place.body === undefined ? null : record(place.body, marks)))),
  ];
}

function finding(data, i, held) {
  const verdict = data.verdict(i);
  const { subject, reason } = verdict;
  const marks = named(verdict);
  const about = data.controlOf.get(verdict.control);
  const cites = verdict.evidence.slice(0, 50).map((evidence) => {
    const place = where(data, evidence);
    const key = `${place.path} ${place.when}`;
    if (!held.has(key)) held.set(key, { number: held.size + 1, place, evidence, marks });
    return h("li", null, `[${held.get(key).number}] `, mono(place.when), ` ${place.what}`, evidence.note && `: ${evidence.note}`);
  });
  return h("article", { class: "finding" },
    h("h3", null, `${verdict.control} ${about?.title || ""}`),
    h("p", null, state(rank(verdict.status)), " ", chip(verdict.severity), " ", mono(subject.id)),
    h("p", { class: "message" }, coded(reason.message)),
    verdict.exception && h("p", null, `Excepted until ${verdict.exception.expires} by ${verdict.exception.owner}: ${verdict.exception.reason}`),
    plate([["Since", mono(verdict.since)], ["Confidence", verdict.confidence], ["Reason", mono(reason.code)], ["Verdict", mono(verdict.uid)], ["Since the baseline", change(data, i), "wide"], ["Observed", facts(reason.observed), "half"], ["Expected", facts(reason.expected), "half"]]),
    h("div", { class: "drawn" }, statusBar(data.run.window, verdict.intervals), ticks(data.run.window)),
    cites.length > 0 && h("ul", { class: "plain" }, cites),
    verdict.evidence.length > 50 && h("p", null, `… and ${verdict.evidence.length - 50} more in the JSON report.`));
}
