// status.js - what runs, and the conservation law: nothing that was accepted is unaccounted for.

import { get } from "./api.js";
import { count, localTime, localTimes, make, plural, repeat, replace, tableHead, visible } from "./dom.js";
import { answered, trouble } from "./main.js";

const REFRESH_MS = 1000;
const sum = (object) => Object.values(object).reduce((a, b) => a + b, 0);
const reasons = (dropped) =>
  Object.entries(dropped)
    .filter(([, n]) => n > 0)
    .map(([why, n]) => `${why} ${count(n)}`)
    .join(", ");

function law(s) {
  const dropped = sum(s.law.dropped);
  const part = (n, text, bad) =>
    make("span", {}, make("b", { class: bad && n > 0 ? "bad" : "" }, count(n)), make("small", {}, text));
  return make(
    "section",
    {},
    make("h2", {}, "Every record that a call accepted"),
    make(
      "div",
      { class: "law" },
      part(s.law.accepted, "accepted"),
      "=",
      part(s.law.routed, "routed"),
      "+",
      part(dropped, "dropped before routing", true),
      "+",
      part(s.law.in_rings, "in rings"),
    ),
    dropped ? make("p", { class: "bad" }, reasons(s.law.dropped)) : null,
  );
}

function targetCell(h, target) {
  return make(
    "td",
    {},
    make("span", { class: "mono" }, visible(h.target ?? "none")),
    " ",
    target?.stalled ? make("span", { class: "tag bad" }, "stalled") : null,
    target?.trouble ? make("span", { class: "bad" }, visible(target.trouble)) : null,
  );
}

function handlerRow(h, targets) {
  const dropped = sum(h.dropped);
  const number = (n, more = "") => make("td", { class: "number" + more }, count(n));
  return make(
    "tr",
    { "data-handler": h.name },
    make(
      "td",
      {},
      make("b", {}, visible(h.name)),
      " ",
      make("span", { class: "quiet" }, visible(h.class ?? "")),
      h.current ? null : [" ", make("span", { class: "tag" }, "draining")],
    ),
    make("td", { title: h.line ? `line ${h.line}` : "" }, visible(h.level ?? "")),
    number(h.given),
    number(h.delivered),
    make(
      "td",
      { class: "number" + (dropped ? " bad" : "") },
      dropped ? make("div", {}, reasons(h.dropped)) : "0",
    ),
    number(h.pending),
    number(h.cut, h.cut ? " warn" : ""),
    number(h.errors, h.errors ? " bad" : ""),
    targetCell(
      h,
      targets.find((t) => t.name === h.target),
    ),
  );
}

function handlers(s) {
  const number = (text) => [text, "number"];
  return make(
    "section",
    {},
    make("h2", {}, "Every record that a handler was given"),
    make(
      "div",
      { class: "scroll" },
      make(
        "table",
        { class: "handlers" },
        tableHead(
          "Handler",
          "Level",
          number("Given"),
          number("= Delivered"),
          number("+ Dropped"),
          number("+ Pending"),
          number("Cut"),
          number("Errors"),
          "Target",
        ),
        make(
          "tbody",
          {},
          s.handlers.map((h) => handlerRow(h, s.targets)),
        ),
      ),
    ),
  );
}

function recovered(r) {
  const counts =
    `${plural(r.processes, "process", "processes")}, ${plural(r.from_queues, "record")} from queues, ` +
    `${count(r.from_rings)} from rings, ${count(r.unreadable)} unreadable`;
  return [counts, ...r.lines].join("\n");
}

function received(r) {
  const reasons = Object.entries(r.dropped).filter(([, n]) => n > 0);
  const dropped = reasons.map(([why, n]) => `${why} ${count(n)}`).join(", ");
  const more = [
    r.placeholders ? `${count(r.placeholders)} of them not read` : null,
    dropped ? `refused: ${dropped}` : null,
    r.connections ? plural(r.connections, "connection") : null,
  ].filter(Boolean);
  return [plural(r.handled, "record"), ...more].join("; ");
}

function facts(s) {
  const differs = s.config.differs_from_file ? ", differs from the file" : "";
  const rows = [
    ["Service", `${s.service}, pid ${s.pid}, uid ${s.uid}, Weir ${s.version}`],
    ["Started", localTime(s.started, true)],
    ["Configuration", `generation ${s.generation}, ${s.config.file ?? "no file"}${differs}`],
    s.config.trouble ? ["The file now", s.config.trouble] : null,
    s.config.restart.length ? ["After a restart", s.config.restart.join("; ")] : null,
    ["Rings", `${s.rings.live} in use of ${s.rings.total}, ${count(s.rings.bytes)} bytes`],
    ["Mappings", s.run_dir ?? `plain memory, nothing survives a kill: ${s.no_tmpfs}`],
    ["History", s.history ?? "none; recent records in memory only"],
    ...s.listeners.map((l) => [l.name, `${l.address}: ${l.state}`]),
    ...s.receivers.map((r) => [`Received by ${r.name}`, received(r)]),
    s.over.length ? ["Levels over it", s.over.map(localTimes).join("; ")] : null,
    s.recovery ? ["Recovered", recovered(s.recovery)] : null,
  ].filter(Boolean);
  return make(
    "section",
    {},
    make("h2", {}, "What runs"),
    make(
      "dl",
      { class: "facts" },
      rows.map(([k, v]) => [make("dt", {}, visible(k)), make("dd", {}, visible(v))]),
    ),
  );
}

function auditRow(a) {
  return make(
    "tr",
    {},
    make("td", { class: "quiet time" }, localTime(a.time)),
    make("td", {}, visible(a.what)),
    make("td", { class: "quiet" }, visible(`${a.way}, ${a.who}`)),
  );
}

function audit(s) {
  const table = make(
    "div",
    { class: "scroll" },
    make("table", { class: "audit" }, make("tbody", {}, s.audit.map(auditRow))),
  );
  return make(
    "section",
    {},
    make("h2", {}, "Who changed what"),
    s.audit.length ? table : make("p", { class: "quiet" }, "Nothing yet."),
  );
}

export async function showStatus(view) {
  async function load() {
    const s = await get("/api/status");
    // What is being copied stays.
    if (!getSelection().toString()) replace(view, law(s), handlers(s), facts(s), audit(s));
    answered();
  }
  await load().catch(trouble);
  return repeat(
    () => load().catch(trouble),
    () => REFRESH_MS,
  );
}
