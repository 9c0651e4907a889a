// records.js - the records: filtered, searched, older ones by pages, new ones live; and one with its context.

import { get, query } from "./api.js";
import { make, plural, replace, setText, visible } from "./dom.js";
import { answered, setPlace, trouble } from "./main.js";
import { levels, matcher } from "./match.js";
import { cursorOf, isNewer, recordRow, recordTable, rowKeys } from "./record_row.js";
import { recordList } from "./record_list.js";
import { follow } from "./tail.js";

const PAGE = 100;
const TYPING_MS = 250;
const CATCH_UP_MS = 1000; // so often at most the list is asked for what the stream left out
const NAMES_MAX = 1000; // of loggers offered while typing
const SINCE = [["", "any time"], ["-5m", "last 5 minutes"], ["-1h", "last hour"], ["-24h", "last day"], ["-168h", "last week"]];

async function showAround(view, id) {
  const found = await get(`/api/records/${encodeURIComponent(id)}/context?n=30`);
  const body = make("tbody", {}, found.before.map((r) => recordRow(r)), recordRow(found.record, true), found.after.map((r) => recordRow(r)));
  rowKeys(body);
  const note = `${plural(found.before.length, "record")} before it, ${found.after.length} after it, oldest first, of all loggers`;
  replace(view, make("section", {}, make("div", { class: "bar sticky" }, make("h2", {}, `Around record ${visible(id)}`),
    make("span", { class: "quiet" }, note), make("a", { class: "right", href: "#/records" }, "All records")), recordTable(body)));
  const marked = body.querySelector(".marked");
  marked.tabIndex = 0;
  marked.scrollIntoView({ block: "center" });
}

/** The service's loggers and levels, for the two fields that take them. */
async function offerNames(names, level, state) {
  const data = await get("/api/loggers").catch(() => null);
  if (!data) return;
  replace(names, data.loggers.slice(0, NAMES_MAX).map((l) => make("option", { value: l.name })));
  for (const l of data.levels) levels.set(l.level, l.levelno);
  const known = [...levels].filter(([, n]) => n > 0).sort((a, b) => a[1] - b[1]).map(([name]) => name);
  drawLevels(level, known, state);
}

function drawLevels(select, names, state) {
  const all = state.level && !names.includes(state.level) ? [state.level, ...names] : names;
  replace(select, make("option", { value: "" }, "all levels"), all.map((l) => make("option", { value: l }, visible(l) + " and above")));
  select.value = state.level;
}

function filterBar(state, changed) {
  const level = make("select", { "aria-label": "level" });
  drawLevels(level, [...levels.keys()], state);
  const names = make("datalist", { id: "known-loggers" });
  const logger = make("input", { class: "logger", placeholder: "logger or glob", "aria-label": "logger", value: state.logger, list: "known-loggers", spellcheck: false });
  const q = make("input", { class: "grow", type: "search", placeholder: "words in the message   ( / )", "aria-label": "words", value: state.q, spellcheck: false });
  const since = make("select", { "aria-label": "since" }, SINCE.map(([value, text]) => make("option", { value }, text)));
  if (state.since && !SINCE.some(([v]) => v === state.since)) since.append(make("option", { value: state.since }, visible(state.since)));
  since.value = state.since;
  for (const [key, input] of Object.entries({ level, logger, q, since })) {
    let timer;
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => { state[key] = input.value.trim(); changed(); }, input.tagName === "SELECT" ? 0 : TYPING_MS);
    });
  }
  offerNames(names, level, state);
  return [level, logger, q, since, names];
}

/** The fields asked for, each with a button that takes it out. */
function chips(state, changed) {
  const place = make("span", { class: "chips" });
  const draw = () => replace(place, state.fields.map(([name, value]) => make("button", {
    class: "chip", title: "take this out", onclick: () => { state.fields = state.fields.filter(([n]) => n !== name); draw(); changed(); },
  }, visible(`${name}=${value}`), " ×")));
  draw();
  return place;
}

export async function showRecords(view, parameters) {
  if (parameters.get("around")) return showAround(view, parameters.get("around"));
  const asked = Object.fromEntries(parameters);
  const state = { level: asked.level ?? "", logger: asked.logger ?? "", q: asked.q ?? "", since: asked.since ?? "",
    fields: Object.entries(asked).filter(([k]) => k.startsWith("field.")).map(([k, v]) => [k.slice(6), v]) };
  const live = make("input", { type: "checkbox", checked: asked.live !== "no", "aria-label": "live" });
  const dot = make("span", { class: "dot" });
  const pill = make("button", { class: "pill", onclick: () => { scrollTo(0, 0); list.release(); } });
  const note = make("p", { class: "note warn", hidden: true });
  const older = make("button", { disabled: true, onclick: () => loadOlder().catch(trouble) }, "Older records");
  const list = recordList({
    held: (n) => { pill.classList.toggle("shown", n > 0); setText(pill, n > 0 ? `${plural(n, "new record")} – show` : "0 new records"); },
    trimmed: () => { older.disabled = false; },
    reload: () => reload().catch(trouble),
  });
  let matches = matcher(state), next = null, unfollow = null, turn = 0, catching = 0;

  const filter = () => ({ level: state.level, logger: state.logger, q: state.q, since: state.since,
    ...Object.fromEntries(state.fields.map(([k, v]) => ["field." + k, v])) });
  const filtered = () => Boolean(state.level || state.logger || state.q || state.fields.length);

  async function page(before) {
    const found = await get("/api/records" + query({ ...filter(), limit: PAGE, before }));
    note.hidden = !found.trouble;
    setText(note, found.trouble ? `The history could not be read, so these are the recent records only: ${visible(found.trouble)}` : "");
    return found;
  }

  async function reload() {
    const mine = ++turn, found = await page("");
    if (mine !== turn) return; // a later filter overtook this answer
    answered();
    next = found.next;
    older.disabled = !next;
    const newest = found.records[0];
    const came = list.clear().filter((r) => matches(r) && (!newest || isNewer(r, newest)));
    list.append(found.records);
    if (live.checked) list.add(came.sort((a, b) => (isNewer(a, b) ? 1 : -1)).map((record) => ({ record })));
  }

  async function loadOlder() {
    const last = list.last(), mine = turn;
    const found = await page(last ? cursorOf(last) : next);
    if (mine !== turn) return;
    next = found.next;
    older.disabled = !next;
    list.append(found.records);
  }

  /** Lists again what came while the stream was not there, or was too fast for a filter to see all of it. */
  async function catchUp() {
    catching = 0;
    const mine = turn, found = await page("");
    if (mine !== turn || !live.checked) return;
    const hole = found.next && !list.isEmpty() && !found.records.some((r) => list.has(r.id));
    list.add([...(hole ? [{ gap: null }] : []), ...found.records.reverse().map((record) => ({ record }))]);
  }

  function catchUpSoon(ms) { catching ||= setTimeout(() => catchUp().then(answered, trouble), ms); }

  function onEvents(events) {
    const items = [];
    for (const event of events) {
      if (event.live !== undefined) {
        dot.classList.toggle("live", event.live);
        dot.title = event.live ? "new records come by themselves" : `not live: ${event.why}`;
        if (event.live) catchUpSoon(0);
      }
      if (event.record && matches(event.record)) items.push({ record: event.record });
      if (event.gap !== undefined && filtered()) catchUpSoon(CATCH_UP_MS);
      else if (event.gap !== undefined) items.push({ gap: event.gap });
    }
    if (items.length) list.add(items);
  }

  function setLive() {
    if (live.checked) unfollow ??= follow(onEvents);
    else { unfollow?.(); unfollow = null; dot.classList.remove("live"); }
  }

  function changed() {
    setPlace("records", { ...filter(), live: live.checked ? "" : "no" });
    matches = matcher(state);
    trouble(null);
    setLive();
    reload().catch(trouble);
  }

  live.addEventListener("change", changed);
  rowKeys(list.body);
  replace(view, make("section", {}, make("div", { class: "bar sticky" }, filterBar(state, changed), chips(state, changed),
    pill, make("label", { class: "live" }, live, dot, "live")), note, recordTable(list.body), make("p", {}, older)));
  setLive();
  await reload().catch(trouble);
  return () => { unfollow?.(); turn++; clearTimeout(catching); list.end(); };
}
