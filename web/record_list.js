// record_list.js - the list of records, newest first, into which new ones come while somebody reads it. It
// holds still while it is read (scrolled down, pointed at, a detail open, a row in focus): the new ones wait.

import { make, plural, replace } from "./dom.js";
import { isNewer, recordRow, toggleDetail } from "./record_row.js";

const ROWS_MAX = 2000; // what new records leave in the list: more makes the browser slow, and nobody reads it
const BURST = 500; // rows shown at one time
const BURST_PAUSE_MS = 100; // after so many
const POINTING_MS = 1500; // the pointer has moved over the list within this time: a click may follow
const SCROLLED_PX = 60; // further down, the top is not what is read
const LOOK_MS = 200; // so often a list that was held looks whether it still is

const addCounts = (a, b) => (a === null || b === null ? null : a + b);

export class RecordList {
  /** held(n): n records wait. trimmed(): the oldest were taken out. reload(): all is to be asked for again. */
  constructor({ held, trimmed, reload }) {
    this.held = held;
    this.trimmed = trimmed;
    this.reload = reload;
    this.body = make("tbody", {
      onpointermove: () => {
        this.pointed = performance.now();
      },
    });
    this.ids = new Set(); // of the records shown, and of those that wait
    this.waiting = []; // {record} or {gap}, oldest first
    this.pointed = -Infinity; // when the pointer last moved here
    this.planned = false;
    this.ended = false;
  }

  has(id) {
    return this.ids.has(id);
  }
  isEmpty() {
    return this.ids.size === 0;
  }
  last() {
    return [...this.body.children].findLast((row) => row.record)?.record;
  }
  end() {
    this.ended = true;
  }

  /** items: {record} or {gap}, oldest first. */
  add(items) {
    for (const item of items) {
      if (item.record && this.ids.has(item.record.id)) continue;
      if (item.record) this.ids.add(item.record.id);
      this.waiting.push(item);
    }
    this.#bound();
    if (this.waiting.length) this.#later(0);
  }

  /** Older ones, newest first. */
  append(records) {
    const fresh = records.filter((r) => !this.ids.has(r.id));
    for (const r of fresh) this.ids.add(r.id);
    this.body.append(...fresh.map((r) => recordRow(r)));
    if (!this.ids.size)
      replace(this.body, make("tr", {}, make("td", { class: "empty", colSpan: 4 }, "No record matches.")));
    this.#markFirst();
  }

  /** Returns the records that were shown or waited. */
  clear() {
    const all = [...this.body.children, ...this.waiting].map((item) => item.record).filter(Boolean);
    this.waiting = [];
    this.ids.clear();
    replace(this.body);
    this.held(0);
    return all;
  }

  /** Shows what waits, whoever reads. */
  release() {
    this.pointed = -Infinity;
    this.body.querySelectorAll(".detail").forEach((d) => toggleDetail(d.previousSibling));
    document.activeElement?.blur();
    this.#show(this.waiting.length);
    this.held(0);
  }

  #isRead() {
    const chosen = getSelection();
    return (
      scrollY > SCROLLED_PX ||
      performance.now() - this.pointed < POINTING_MS ||
      this.body.contains(document.activeElement) ||
      this.body.querySelector(".detail") !== null ||
      (chosen.toString() !== "" && this.body.contains(chosen.anchorNode))
    );
  }

  /** A hidden page has no frames: what comes meanwhile waits. */
  #later(ms) {
    if (this.planned) return;
    this.planned = true;
    if (ms) setTimeout(() => this.#work(), ms);
    else requestAnimationFrame(() => this.#work());
  }

  #work() {
    this.planned = false;
    if (this.ended) return;
    const read = this.#isRead();
    if (!read) this.#show(Math.min(this.waiting.length, BURST));
    this.held(read ? this.waiting.filter((item) => item.record).length : 0);
    if (this.waiting.length) this.#later(read ? LOOK_MS : BURST_PAUSE_MS);
  }

  #show(count) {
    const items = this.waiting.slice(0, count);
    this.waiting = this.waiting.slice(count);
    this.body.querySelector(".empty")?.closest("tr").remove();
    for (const item of items) {
      if (item.record) this.#insert(item.record);
      else this.#addGap(item.gap);
    }
    this.#trim();
    this.#markFirst();
  }

  /** At its place by time: nearly always at the top. A gap at the top is older than what comes now. */
  #insert(record) {
    let at = this.body.firstChild;
    while (at && (at.record ? isNewer(at.record, record) : at.classList.contains("detail")))
      at = at.nextSibling;
    this.body.insertBefore(recordRow(record), at);
  }

  /** count: null when it is not known. Gaps that meet become one. */
  #addGap(count) {
    const top = this.body.firstChild?.classList.contains("gap") ? this.body.firstChild : null;
    const sum = top ? addCounts(top.gap, count) : count;
    top?.remove();
    const text =
      sum === null
        ? "Records are missing here. "
        : `${plural(sum, "record")} came faster than they could be shown. `;
    const row = make(
      "tr",
      { class: "gap" },
      make("td", { colSpan: 4 }, text, make("button", { class: "link", onclick: this.reload }, "List them")),
    );
    row.gap = sum;
    this.body.prepend(row);
  }

  #trim() {
    if (this.body.children.length > ROWS_MAX) this.trimmed();
    while (this.body.children.length > ROWS_MAX) {
      if (this.body.lastChild.record) this.ids.delete(this.body.lastChild.record.id);
      this.body.lastChild.remove();
    }
  }

  /** What was never shown and is too much to wait becomes a gap. */
  #bound() {
    if (this.waiting.length <= ROWS_MAX) return;
    const cut = this.waiting.splice(0, this.waiting.length - ROWS_MAX / 2);
    for (const item of cut) if (item.record) this.ids.delete(item.record.id);
    this.waiting.unshift({ gap: cut.reduce((sum, item) => addCounts(sum, item.record ? 1 : item.gap), 0) });
  }

  /** Tab reaches the list once; from there the arrow keys go on. */
  #markFirst() {
    this.body.querySelector("tr.record[tabindex='0']")?.setAttribute("tabindex", "-1");
    this.body.querySelector("tr.record")?.setAttribute("tabindex", "0");
  }
}
