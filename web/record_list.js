// record_list.js - the list of records, newest first, into which new ones come while somebody reads it. It
// holds still while it is read: scrolled down, pointed at, a detail open, a row in focus. Then the new ones wait.

import { make, plural } from "./dom.js";
import { isNewer, recordRow, toggleDetail } from "./record_row.js";

const ROWS_MAX = 2000; // what new records leave in the list: more makes the browser slow, and nobody reads it
const BURST = 500; // rows shown at one time
const BURST_PAUSE_MS = 100; // after so many
const POINTING_MS = 1500; // the pointer has moved over the list within this time: a click may follow
const LOOK_MS = 200; // so often a list that was held looks whether it still is

/** held(n): n records wait. trimmed(): the oldest were taken out. reload(): somebody asks for the whole list again. */
export function recordList({ held, trimmed, reload }) {
  const body = make("tbody");
  const shown = new Set(); // ids, also of those that wait
  let waiting = [], planned = false, ended = false, pointed = -Infinity;

  const busy = () => scrollY > 60 || performance.now() - pointed < POINTING_MS || body.contains(document.activeElement)
    || body.querySelector(".detail") !== null || (getSelection().toString() !== "" && body.contains(getSelection().anchorNode));

  function gapRow(n) {
    return make("tr", { class: "gap", "data-count": n ?? "" }, make("td", { colSpan: 4 },
      n === null ? "Records are missing here. " : `${plural(n, "record")} came faster than they could be shown. `,
      make("button", { class: "link", onclick: reload }, "List them")));
  }

  /** Gaps that meet become one. */
  function addGap(n) {
    const top = body.firstChild;
    const before = top?.classList.contains("gap") ? top : null;
    const sum = before && n !== null && before.dataset.count ? n + Number(before.dataset.count) : before ? null : n;
    before?.remove();
    body.prepend(gapRow(sum));
  }

  /** At its place by time: nearly always at the top. A gap at the top is older than what comes now. */
  function insert(record) {
    let at = body.firstChild;
    while (at && (at.record ? isNewer(at.record, record) : at.classList.contains("detail"))) at = at.nextSibling;
    body.insertBefore(recordRow(record), at);
  }

  function trim() {
    if (body.children.length > ROWS_MAX) trimmed();
    while (body.children.length > ROWS_MAX) {
      if (body.lastChild.record) shown.delete(body.lastChild.record.id);
      body.lastChild.remove();
    }
  }

  function show(all) {
    const n = all ? waiting.length : Math.min(waiting.length, BURST), items = waiting.slice(0, n);
    waiting = waiting.slice(n);
    body.querySelector(".empty")?.closest("tr").remove();
    for (const item of items) {
      if (item.record) insert(item.record);
      else addGap(item.gap);
    }
    trim();
    markFirst();
  }

  /** Tab reaches the list once; from there the arrow keys go on. */
  function markFirst() {
    body.querySelector("tr.record[tabindex='0']")?.setAttribute("tabindex", "-1");
    body.querySelector("tr.record")?.setAttribute("tabindex", "0");
  }

  function work() {
    planned = false;
    if (ended) return;
    const hold = busy();
    if (!hold) show(false);
    const n = waiting.filter((item) => item.record).length;
    held(hold ? n : 0);
    if (waiting.length) later(hold ? LOOK_MS : BURST_PAUSE_MS);
  }

  /** A hidden page has no frames: what comes meanwhile waits. */
  function later(ms) {
    if (planned) return;
    planned = true;
    if (ms) setTimeout(work, ms);
    else requestAnimationFrame(work);
  }

  /** What was never shown and is too much to wait becomes a gap. */
  function bound() {
    if (waiting.length <= ROWS_MAX) return;
    const cut = waiting.splice(0, waiting.length - ROWS_MAX / 2);
    for (const item of cut) if (item.record) shown.delete(item.record.id);
    const sum = cut.reduce((n, item) => (n === null || item.gap === null ? null : n + (item.record ? 1 : item.gap)), 0);
    waiting.unshift({ gap: sum });
  }

  body.addEventListener("pointermove", () => { pointed = performance.now(); });
  return {
    body,
    /** items: {record} or {gap}, oldest first. */
    add(items) {
      for (const item of items) {
        if (item.record && shown.has(item.record.id)) continue;
        if (item.record) shown.add(item.record.id);
        waiting.push(item);
      }
      bound();
      if (waiting.length) later(0);
    },
    has: (id) => shown.has(id),
    isEmpty: () => shown.size === 0,
    /** Older ones, newest first. */
    append(records) {
      const fresh = records.filter((r) => !shown.has(r.id));
      for (const r of fresh) shown.add(r.id);
      body.append(...fresh.map((r) => recordRow(r)));
      if (!shown.size) body.replaceChildren(make("tr", {}, make("td", { class: "empty", colSpan: 4 }, "No record matches.")));
      markFirst();
    },
    /** Returns the records that were shown or waited. */
    clear() {
      const all = [...body.children, ...waiting].map((item) => item.record).filter(Boolean);
      waiting = [];
      shown.clear();
      body.replaceChildren();
      held(0);
      return all;
    },
    /** Shows what waits, whoever reads. */
    release() {
      pointed = -Infinity;
      body.querySelectorAll(".detail").forEach((d) => toggleDetail(d.previousSibling));
      document.activeElement?.blur();
      show(true);
      held(0);
    },
    last: () => [...body.children].findLast((row) => row.record)?.record,
    end() { ended = true; },
  };
}
