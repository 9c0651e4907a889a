// loggers.js - the tree of loggers and the levels of each: configured, inherited, or set over the
// configuration for a time.

import { get, msUntil, send } from "./api.js";
import { localTime, make, plural, repeat, replace, setText, tableHead, visible } from "./dom.js";
import { makeRow, overText, updateRow } from "./logger_row.js";
import { answered, setPlace, trouble } from "./main.js";

const REFRESH_MS = 2000; // and with thousands of loggers, a tenth of the time at most
const TICK_MS = 1000;
const ROWS = 300; // shown at first: more makes the browser slow, and nobody reads them
const HOLDS = "15m"; // how long a level is set, unless another time is chosen
const DURATIONS = [
  ["5m", "5 minutes"],
  ["15m", "15 minutes"],
  ["1h", "1 hour"],
  ["8h", "8 hours"],
  ["", "until it is reset"],
];

const path = (name) => "/api/loggers/" + encodeURIComponent(name);

function globTest(glob) {
  if (!/[*?]/.test(glob)) return (name) => name.toLowerCase().includes(glob.toLowerCase());
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  const made = new RegExp(`^${pattern}$`, "is");
  return (name) => made.test(name);
}

/** What stays is not moved: a row that leaves the page, if only for a moment, loses its focus and a click. */
function arrange(body, wanted) {
  const kept = new Set(wanted);
  for (const child of [...body.children]) if (!kept.has(child)) child.remove();
  wanted.forEach((element, i) => {
    if (body.children[i] !== element) body.insertBefore(element, body.children[i] ?? null);
  });
}

/** Left and right within a logger's levels, up and down to the next logger's. */
function onArrow(e, body) {
  const button = e.target.closest("button[data-level]");
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[e.key];
  if (!button || !step) return;
  e.preventDefault();
  const index = [...button.parentNode.children].indexOf(button);
  if (e.key === "ArrowLeft" || e.key === "ArrowRight")
    return button.parentNode.children[index + step]?.focus();
  const rows = [...body.children],
    at = rows.indexOf(button.closest("tr")) + step;
  rows[at]?.querySelectorAll("button[data-level]")[index]?.focus();
}

function said(done) {
  if (!done.logger) return [`${plural(done.count, "level")} reset.`];
  const change =
    `${visible(done.logger)}: ${done.before} → ${done.now}` +
    (done.until ? ` until ${localTime(done.until)}.` : ".");
  return [
    change,
    done.created ? " The logger is new." : "",
    done.dropping.length
      ? make(
          "span",
          { class: "warn" },
          ` Still dropping such records: ${done.dropping.map(visible).join("; ")}`,
        )
      : null,
  ];
}

function legend() {
  const one = (kind, text) =>
    make(
      "span",
      {},
      make("span", { class: `levels ${kind}` }, make("span", { class: "pressed" }, "INFO")),
      " " + text,
    );
  return make(
    "span",
    { class: "legend right" },
    one("configured", "configured"),
    one("inherited", "inherited"),
    one("over", "over the configuration"),
  );
}

class LoggersView {
  constructor(view, parameters) {
    this.rows = new Map(); // name -> row
    this.data = { loggers: [], known: new Map(), shown: [] };
    this.limit = ROWS;
    this.turn = 0; // of the last request
    this.filter = make("input", {
      class: "grow",
      type: "search",
      placeholder: "Filter by name: a part of it, or a glob   ( / )",
      "aria-label": "filter",
      value: parameters.get("glob") ?? "",
      oninput: () => this.onFilter(),
    });
    const options = DURATIONS.map(([value, text]) => make("option", { value }, text));
    this.duration = make(
      "select",
      { "aria-label": "how long a level set here holds", onchange: () => this.keepPlace() },
      options,
    );
    this.duration.value = DURATIONS.some(([v]) => v === parameters.get("for"))
      ? parameters.get("for")
      : HOLDS;
    this.result = make(
      "p",
      { class: "said quiet", role: "status" },
      "A level set here lies over the configuration until its time ends or it is reset.",
    );
    this.body = make("tbody");
    this.more = make("p", { class: "quiet more" });
    this.resetAll = make("button", { "data-reset-all": true, disabled: true }, "Reset all");
    const bar = make(
      "div",
      { class: "bar" },
      this.filter,
      make("label", {}, "set for", this.duration),
      this.resetAll,
      legend(),
    );
    const table = make(
      "table",
      { class: "loggers" },
      tableHead("Logger", "Level", "From", "Own handlers", "Dropped by", ""),
      this.body,
    );
    replace(
      view,
      make(
        "section",
        { onclick: (e) => this.onClick(e), onkeydown: (e) => onArrow(e, this.body) },
        bar,
        this.result,
        make("div", { class: "scroll" }, table),
        this.more,
      ),
    );
  }

  async load() {
    const mine = ++this.turn;
    const fresh = await get("/api/loggers");
    if (mine !== this.turn) return; // a later answer is on its way
    fresh.shown = fresh.levels.filter((l) => l.levelno > 0);
    fresh.known = new Map(fresh.loggers.map((l) => [l.name, l]));
    this.data = fresh;
    this.draw();
  }

  rowOf(logger, filtered) {
    if (!this.rows.has(logger.name)) this.rows.set(logger.name, makeRow(logger.name));
    const row = this.rows.get(logger.name);
    updateRow(row, logger, this.data, filtered);
    return row.element;
  }

  draw() {
    const wanted = this.filter.value.trim();
    const test = globTest(wanted);
    const found = wanted ? this.data.loggers.filter((l) => test(l.name)) : this.data.loggers;
    arrange(
      this.body,
      found.slice(0, this.limit).map((l) => this.rowOf(l, wanted !== "")),
    );
    if (!found.length)
      replace(this.body, make("tr", {}, make("td", { class: "empty", colSpan: 6 }, "No logger matches.")));
    this.drawMore(found.length - this.limit);
    this.resetAll.disabled = !this.data.loggers.some((l) => l.over);
  }

  drawMore(count) {
    const text = count > 0 ? `${plural(count, "more logger")}. ` : "";
    if (this.more.dataset.text === text) return;
    this.more.dataset.text = text;
    const onclick = () => {
      this.limit += ROWS;
      this.draw();
    };
    replace(this.more, text, text ? make("button", { class: "link", onclick }, `show ${ROWS} more`) : null);
  }

  async change(method, target, level) {
    try {
      const body = method === "PUT" ? { level, for: this.duration.value || null } : undefined;
      replace(this.result, said(await send(method, target, body)));
      trouble(null);
      await this.load();
    } catch (error) {
      trouble(error);
    }
  }

  onClick(e) {
    const button = e.target.closest("button");
    const name = e.target.closest("tr")?.dataset.logger;
    if (button?.dataset.level) this.change("PUT", path(name), button.dataset.level);
    if (button?.dataset.reset !== undefined) this.change("DELETE", path(name) + "/level");
    if (button?.dataset.resetAll !== undefined) this.change("DELETE", "/api/levels");
  }

  onFilter() {
    this.limit = ROWS;
    this.keepPlace();
    this.draw();
  }

  /** Every second: the countdowns; and at an end the new level at once. */
  onTick() {
    const over = this.data.loggers.filter((l) => l.over?.until && this.rows.get(l.name)?.countdown);
    for (const l of over) setText(this.rows.get(l.name).countdown, overText(l.over));
    if (over.some((l) => msUntil(l.over.until) <= 0)) this.load().catch(trouble);
  }

  keepPlace() {
    const holds = this.duration.value;
    setPlace("loggers", { glob: this.filter.value.trim(), for: holds === HOLDS ? "" : holds });
  }
}

export async function showLoggers(view, parameters) {
  const shown = new LoggersView(view, parameters);
  await shown.load().catch(trouble);
  const end = repeat(
    () => shown.load().then(answered, trouble),
    (took) => Math.max(REFRESH_MS, took * 10),
  );
  const ticking = setInterval(() => shown.onTick(), TICK_MS);
  return () => {
    end();
    clearInterval(ticking);
  };
}
