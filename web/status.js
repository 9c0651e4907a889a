// status.js - what runs, and the conservation law: nothing that was accepted is unaccounted for.

import { get } from "./api.js";
import { make, replace, count, localTime, visible } from "./dom.js";
import { trouble } from "./main.js";

const REFRESH_MS = 1000;
const sum = (object) => Object.values(object).reduce((a, b) => a + b, 0);
const reasons = (dropped) => Object.entries(dropped).filter(([, n]) => n > 0).map(([why, n]) => `${why} ${count(n)}`).join(", ");

function law(s) {
  const dropped = sum(s.law.dropped);
  const part = (n, text, bad) => make("span", {}, make("b", { class: bad && n > 0 ? "bad" : "" }, count(n)), make("small", {}, text));
  return make("section", {}, make("h2", {}, "Every record that a call accepted"),
    make("div", { class: "law" }, part(s.law.accepted, "accepted"), "=", part(s.law.routed, "routed"), "+",
      part(dropped, "dropped before routing", true), "+", part(s.law.in_rings, "in rings")),
    dropped ? make("p", { class: "bad" }, reasons(s.law.dropped)) : null);
}

function handlerRow(h, targets) {
  const dropped = sum(h.dropped);
  const target = targets.find((t) => t.name === h.target);
  return make("tr", {},
    make("td", {}, make("b", {}, visible(h.name)), " ", make("span", { class: "quiet" }, visible(h.class ?? "")), h.current ? null : make("span", { class: "tag" }, "draining")),
    make("td", {}, visible(h.level ?? "")),
    make("td", { class: "number" }, count(h.given)), make("td", { class: "number" }, count(h.delivered)),
    make("td", { class: "number" + (dropped ? " bad" : ""), title: reasons(h.dropped) }, count(dropped)),
    make("td", { class: "number" }, count(h.pending)),
    make("td", { class: "mono" }, visible(h.target ?? "none"),
      target?.stalled ? make("span", { class: "tag bad" }, "stalled") : null,
      target?.trouble ? make("div", { class: "bad" }, visible(target.trouble)) : null));
}

function handlers(s) {
  const heads = [["Handler"], ["Level"], ["Given", "number"], ["= Delivered", "number"], ["+ Dropped", "number"], ["+ Pending", "number"], ["Target"]];
  return make("section", {}, make("h2", {}, "Every record that a handler was given"), make("div", { class: "scroll" }, make("table", {},
    make("thead", {}, make("tr", {}, heads.map(([t, c]) => make("th", { class: c ?? "" }, t)))),
    make("tbody", {}, s.handlers.map((h) => handlerRow(h, s.targets))))));
}

function facts(s) {
  const rows = [["Service", `${s.service}, pid ${s.pid}, uid ${s.uid}, Weir ${s.version}`], ["Started", localTime(s.started, true)],
    ["Configuration", `generation ${s.generation}, ${s.config.file ?? "no file"}` + (s.config.differs_from_file ? ", differs from the file" : "")],
    s.config.trouble ? ["The file now", s.config.trouble] : null,
    s.config.restart.length ? ["After a restart", s.config.restart.join("; ")] : null,
    ["Rings", `${s.rings.live} in use of ${s.rings.total}, ${count(s.rings.bytes)} bytes`],
    ["Mappings", s.run_dir ?? `plain memory, nothing survives a kill: ${s.no_tmpfs}`], ["History", s.history ?? "none; recent records in memory only"],
    ...s.listeners.map((l) => [l.name, `${l.address}: ${l.state}`]), s.over.length ? ["Levels over it", s.over.join("; ")] : null,
    s.recovery ? ["Recovered", [`${s.recovery.processes} processes, ${count(s.recovery.from_queues)} records from queues, ${count(s.recovery.from_rings)} from rings, ${count(s.recovery.unreadable)} unreadable`, ...s.recovery.lines].join("\n")] : null];
  return make("section", {}, make("h2", {}, "What runs"), make("dl", { class: "facts" },
    rows.filter(Boolean).map(([k, v]) => [make("dt", {}, visible(k)), make("dd", {}, visible(v))])));
}

function audit(s) {
  return make("section", {}, make("h2", {}, "Who changed what"), s.audit.length ? make("div", { class: "scroll" }, make("table", {}, make("tbody", {},
    s.audit.map((a) => make("tr", {}, make("td", { class: "quiet" }, localTime(a.time)), make("td", { class: "quiet" }, `${a.way} ${visible(a.who)}`), make("td", {}, visible(a.what))))))) : make("p", { class: "quiet" }, "Nothing yet."));
}

export async function showStatus(view) {
  async function load() {
    const s = await get("/api/status");
    replace(view, law(s), handlers(s), facts(s), audit(s));
  }
  await load();
  const timer = setInterval(() => { if (!document.hidden && !getSelection().toString()) load().then(() => trouble(null), trouble); }, REFRESH_MS);
  return () => clearInterval(timer);
}
