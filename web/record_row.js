// record_row.js - one record: its row in a table, and all that is known of it below the row.

import { levelClass, localTime, make, tableHead, visible } from "./dom.js";
import { fieldText } from "./match.js";

const SHOWN_CHARS = 2000; // of a message in its row; all of it is in the detail
const LONG_CHARS = 400; // more, or more lines, are clamped by the style
const LONG_LINES = 8; // as app.css has them

function messageText(record) {
  const cut = record.message.length - SHOWN_CHARS;
  const text =
    cut > 0
      ? visible(record.message.slice(0, SHOWN_CHARS)) + ` …[${cut} more characters]`
      : visible(record.message);
  const isLong = text.length > LONG_CHARS || text.split("\n", LONG_LINES + 1).length > LONG_LINES;
  return isLong ? make("div", { class: "long" }, text) : text;
}

const fieldLink = (name, value) => "#/records?" + new URLSearchParams({ ["field." + name]: value });

/** What Weir itself says, and much that others send, has none. */
const source = (record) => `${record.pathname}:${record.lineno}` + (record.func ? ` in ${record.func}` : "");

function detail(record) {
  const fact = (name, value) => [make("dt", {}, visible(name)), make("dd", {}, value)];
  const fields = Object.entries(record.fields).map(([name, value]) =>
    fact(
      name,
      make(
        "a",
        { href: fieldLink(name, fieldText(value)), title: "only records with this value" },
        visible(fieldText(value)),
      ),
    ),
  );
  return make(
    "tr",
    { class: "detail" },
    make(
      "td",
      { colSpan: 4 },
      make("pre", {}, visible(record.message)),
      record.exc ? make("pre", { class: "bad" }, visible(record.exc)) : null,
      make(
        "dl",
        {},
        fields,
        fact("time", `${localTime(record.timestamp, true)} here, ${record.timestamp}`),
        record.pathname ? fact("source", visible(source(record))) : null,
        fact("template", visible(record.template)),
        fact("thread", visible(`${record.threadName} (${record.thread})`)),
        fact("process", visible(`${record.processName} (${record.process})`)),
        fact("id", record.id),
      ),
      make(
        "p",
        {},
        make("a", { href: `#/records?around=${record.id}` }, "What happened around it"),
        " · ",
        make(
          "a",
          { href: "#/records?" + new URLSearchParams({ logger: record.logger }) },
          "Records of this logger",
        ),
      ),
    ),
  );
}

export function toggleDetail(row) {
  const open = row.nextSibling?.classList?.contains("detail");
  if (open) row.nextSibling.remove();
  else row.after(detail(row.record));
  row.setAttribute("aria-expanded", String(!open));
}

export function recordRow(record, marked) {
  const kind = levelClass(record.levelno);
  const fields = Object.entries(record.fields)
    .map(([k, v]) => ` ${k}=${fieldText(v)}`)
    .join("");
  const row = make(
    "tr",
    {
      class: `record at-${kind}` + (marked ? " marked" : ""),
      "data-id": record.id,
      tabIndex: -1,
      "aria-expanded": "false",
    },
    make("td", { class: "time", title: record.timestamp }, localTime(record.timestamp)),
    make("td", { class: `lv level ${kind}` }, visible(record.level)),
    make("td", { class: "lg", title: visible(record.logger) }, visible(record.logger)),
    make(
      "td",
      {},
      messageText(record),
      fields ? make("span", { class: "fields" }, visible(fields)) : null,
      record.exc ? [" ", make("span", { class: "tag bad" }, "exception")] : null,
    ),
  );
  row.record = record;
  return row;
}

/** Newer than the other? By time, then by id, as the API orders. */
export function isNewer(a, b) {
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp;
  return a.id.length !== b.id.length ? a.id.length > b.id.length : a.id > b.id;
}

/** The API's cursor of a record. */
export function cursorOf(record) {
  const [, seconds, micros] = /^(.*)\.(\d{6})Z$/.exec(record.timestamp);
  return `${BigInt(Date.parse(seconds + "Z")) * 1000n + BigInt(micros)}-${record.id}`;
}

export function recordTable(body) {
  return make(
    "table",
    { class: "records" },
    tableHead(["Time", "time"], ["Level", "lv"], ["Logger", "lg"], "Message"),
    body,
  );
}

/** Rows open by click and Enter; the arrow keys go from row to row. */
export function rowKeys(body) {
  body.addEventListener("click", (e) => {
    const row = e.target.closest("tr.record");
    if (row && !e.target.closest("a") && !getSelection().toString()) toggleDetail(row);
  });
  body.addEventListener("keydown", (e) => {
    const rows = [...body.querySelectorAll("tr.record")],
      at = rows.indexOf(e.target.closest("tr.record"));
    if (at < 0) return;
    const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[e.key];
    if (step) {
      e.preventDefault();
      (rows[at + step] ?? rows[at]).focus();
    }
    if (e.key === "Enter" && !e.target.closest("a")) toggleDetail(rows[at]);
    if (e.key === "Escape") {
      rows[at].blur();
      body.querySelectorAll(".detail").forEach((d) => toggleDetail(d.previousSibling));
    }
  });
}
