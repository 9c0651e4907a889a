// records.js - searching records and watching new ones. The filter is part of the link.

import { get, query } from "./api.js";
import { make, replace, localTime, visible } from "./dom.js";
import { setPlace, trouble } from "./main.js";
import { follow } from "./tail.js";

const PAGE = 100;
const ROWS_MAX = 2000; // what is shown at one time: more makes the browser slow, and nobody reads it
const LEVELS = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, CRITICAL: 50 };
const TYPING_MS = 250;

/** The test of the API's filter, for records of the live stream. */
function matches(filter, record) {
  if (filter.level && record.levelno < (LEVELS[filter.level] ?? Number(filter.level))) return false;
  if (filter.logger && !globTest(filter.logger, record.logger)) return false;
  const words = (filter.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const text = record.message.toLowerCase();
  return words.every((w) => new RegExp(`(^|[^\\p{L}\\p{N}])${w.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "u").test(text));
}

function globTest(glob, name) {
  if (!/[*?]/.test(glob)) return name === glob || name.startsWith(glob + ".");
  const pattern = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".");
  return new RegExp(`^${pattern}$`, "s").test(name);
}

function detail(record) {
  const facts = [["time", `${record.timestamp} (${localTime(record.timestamp, true)} here)`],
    ["source", `${record.pathname}:${record.lineno} ${record.func}`], ["template", record.template],
    ["thread", `${record.threadName} (${record.thread})`], ["process", `${record.processName} (${record.process})`],
    ...Object.entries(record.fields).map(([k, v]) => [k, typeof v === "string" ? v : JSON.stringify(v)]), ["id", record.id]];
  return make("tr", { class: "detail" }, make("td", { colSpan: 4 },
    make("dl", {}, facts.map(([k, v]) => [make("dt", {}, visible(k)), make("dd", {}, visible(v))])),
    record.exc ? make("pre", {}, visible(record.exc)) : null,
    make("p", {}, make("a", { href: `#/records?around=${record.id}` }, "what happened around it"))));
}

function toggleDetail(row, record) {
  if (row.nextSibling?.classList?.contains("detail")) row.nextSibling.remove();
  else row.after(detail(record));
}

function recordRow(record, marked) {
  const fields = Object.entries(record.fields).map(([k, v]) => ` ${k}=${typeof v === "string" ? v : JSON.stringify(v)}`).join("");
  const row = make("tr", { class: "record" + (marked ? " marked" : ""), "data-id": record.id, tabIndex: 0 },
    make("td", { class: "time quiet", title: record.timestamp }, localTime(record.timestamp)),
    make("td", { class: `lv level ${record.level in LEVELS ? record.level : ""}` }, visible(record.level)),
    make("td", { class: "lg" }, visible(record.logger)),
    make("td", {}, visible(record.message), fields ? make("span", { class: "quiet" }, visible(fields)) : null,
      record.exc ? make("span", { class: "tag bad" }, "exception") : null));
  row.addEventListener("click", () => { if (!getSelection().toString()) toggleDetail(row, record); });
  row.addEventListener("keydown", (e) => { if (e.key === "Enter") toggleDetail(row, record); });
  return row;
}

const gapRow = (n) => make("tr", { class: "gap" }, make("td", { colSpan: 4 },
  n === null ? "records are missing here" : `${n} records came faster than they could be shown`));

function table(body) {
  return make("div", { class: "scroll" }, make("table", { class: "records" },
    make("thead", {}, make("tr", {}, make("th", { class: "time" }, "Time"), make("th", { class: "lv" }, "Level"), make("th", { class: "lg" }, "Logger"), make("th", {}, "Message"))), body));
}

async function showAround(view, id) {
  const found = await get(`/api/records/${id}/context?n=30`);
  const body = make("tbody", {}, found.before.map((r) => recordRow(r)), recordRow(found.record, true), found.after.map((r) => recordRow(r)));
  replace(view, make("section", {}, make("div", { class: "bar" },
    make("h2", {}, `Around record ${id}`), make("a", { class: "right", href: "#/records" }, "all records")), table(body)));
  body.querySelector(".marked").scrollIntoView({ block: "center" });
}

function filterBar(state, changed) {
  const level = make("select", { "aria-label": "level" }, make("option", { value: "" }, "all levels"),
    Object.keys(LEVELS).map((l) => make("option", { value: l }, `${l} and above`)));
  level.value = state.level;
  const logger = make("input", { placeholder: "logger or glob", "aria-label": "logger", value: state.logger, list: "known-loggers" });
  const q = make("input", { class: "grow", type: "search", placeholder: "words in the message", "aria-label": "words", value: state.q });
  const since = make("select", { "aria-label": "since" }, [["", "any time"], ["-5m", "last 5 minutes"], ["-1h", "last hour"], ["-24h", "last day"], ["-168h", "last week"]]
    .map(([value, text]) => make("option", { value }, text)));
  since.value = state.since;
  for (const [key, input] of Object.entries({ level, logger, q, since })) {
    let timer;
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => { state[key] = input.value.trim(); changed(); }, input.tagName === "SELECT" ? 0 : TYPING_MS);
    });
  }
  return [level, logger, q, since];
}

async function loggerNames() {
  const data = await get("/api/loggers").catch(() => ({ loggers: [] }));
  return make("datalist", { id: "known-loggers" }, data.loggers.slice(0, 1000).map((l) => make("option", { value: l.name })));
}

export async function showRecords(view, parameters) {
  if (parameters.get("around")) return showAround(view, parameters.get("around"));
  const state = { level: "", logger: "", q: "", since: "", live: "yes", ...Object.fromEntries(parameters) };
  const body = make("tbody");
  const older = make("button", { onclick: () => load(true).catch(trouble) }, "Older");
  const dot = make("span", { class: "dot" });
  const live = make("input", { type: "checkbox", checked: state.live === "yes", "aria-label": "live" });
  let next = null, unfollow = null, waiting = [], frame = 0, turn = 0;

  const parametersOf = () => ({ level: state.level, logger: state.logger, q: state.q, since: state.since });

  function flush() {
    frame = 0;
    const rows = waiting.slice(-ROWS_MAX);
    waiting = [];
    body.querySelector(".empty")?.closest("tr").remove();
    for (const row of rows) body.prepend(row);
    while (body.children.length > ROWS_MAX) body.lastChild.remove();
  }

  function onEvent(event) {
    if (event.live !== undefined) dot.classList.toggle("live", event.live);
    if (event.record && matches(state, event.record)) waiting.push(recordRow(event.record));
    if (event.gap !== undefined) waiting.push(gapRow(event.gap));
    if (waiting.length && !frame) frame = requestAnimationFrame(flush);
  }

  async function load(more) {
    const mine = ++turn;
    const page = await get("/api/records" + query({ ...parametersOf(), limit: PAGE, before: more ? next : "" }));
    if (mine !== turn) return; // a later filter overtook this answer
    next = page.next;
    older.disabled = !next;
    if (!more) replace(body);
    body.append(...page.records.map((r) => recordRow(r)));
    if (!body.children.length) body.append(make("tr", {}, make("td", { class: "empty", colSpan: 4 }, "No record matches.")));
    if (!more) listen(page.records[0]?.id);
  }

  function listen(newest) {
    if (unfollow) unfollow();
    waiting = [];
    unfollow = live.checked ? follow(onEvent, newest) : null;
    dot.classList.toggle("live", live.checked);
  }

  function changed() {
    setPlace("records", { ...parametersOf(), live: live.checked ? "" : "no" });
    trouble(null);
    load(false).catch(trouble);
  }

  live.addEventListener("change", changed);
  replace(view, make("section", {},
    make("div", { class: "bar" }, filterBar(state, changed), make("label", {}, live, dot, "live")),
    table(body), make("p", {}, older)), await loggerNames());
  await load(false);
  return () => { if (unfollow) unfollow(); cancelAnimationFrame(frame); };
}
