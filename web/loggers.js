// loggers.js - the tree of loggers and the levels of each: configured, inherited, or set over the
// configuration for a time. A row is made once and then only changed, so no click is lost while it refreshes.

import { get, msUntil, send } from "./api.js";
import { clockText, localTime, make, plural, repeat, replace, setText, visible } from "./dom.js";
import { answered, setPlace, trouble } from "./main.js";

const REFRESH_MS = 2000; // and with thousands of loggers, a tenth of the time at most
const TICK_MS = 1000;
const ROWS = 300; // shown at first: more makes the browser slow, and nobody reads them
const DURATIONS = [["5m", "5 minutes"], ["15m", "15 minutes"], ["1h", "1 hour"], ["8h", "8 hours"], ["", "until it is reset"]];

const path = (name) => "/api/loggers/" + encodeURIComponent(name);

function globTest(glob) {
  if (!/[*?]/.test(glob)) return (name) => name.toLowerCase().includes(glob.toLowerCase());
  const pattern = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".");
  const made = new RegExp(`^${pattern}$`, "is");
  return (name) => made.test(name);
}

/** How many known loggers stand above it, and the text of the nearest one's name with its dot. */
function placeInTree(name, known) {
  if (name === "root") return { depth: 0, stem: "" };
  let depth = 1, stem = "";
  for (let dot = name.lastIndexOf("."); dot > 0; dot = name.lastIndexOf(".", dot - 1)) {
    if (!known.has(name.slice(0, dot))) continue;
    stem ||= name.slice(0, dot + 1);
    depth++;
  }
  return { depth, stem };
}

/** The names of all handlers that its records reach. */
function reached(logger, known) {
  const names = [...logger.handlers];
  for (let at = logger; at?.propagate && at.name !== "root";) {
    const { stem } = placeInTree(at.name, known);
    at = known.get(stem ? stem.slice(0, -1) : "root");
    if (at) names.push(...at.handlers);
  }
  return names;
}

function overText(over) {
  if (!over.until) return "until it is reset";
  return `${clockText(msUntil(over.until)) || "0:00"} left`;
}

function makeRow(name) {
  const cells = { name: make("td", { class: "name" }), levels: make("td"), state: make("td", { class: "state" }),
    handlers: make("td", { class: "quiet" }), dropping: make("td", { class: "dropping" }) };
  const link = make("a", { href: "#/records" + (name === "root" ? "" : "?" + new URLSearchParams({ logger: name })) }, "records");
  const element = make("tr", { "data-logger": name }, Object.values(cells), make("td", { class: "right-text" }, link));
  return { element, cells, drawn: {}, buttons: [] };
}

/** Calls draw only where what it shows has changed. */
function redraw(row, cell, value, draw) {
  const text = JSON.stringify(value);
  if (row.drawn[cell] === text) return;
  row.drawn[cell] = text;
  draw(row.cells[cell]);
}

function drawLevels(row, logger, levels) {
  const kind = logger.over ? "over" : logger.level ? "configured" : "inherited";
  redraw(row, "levels", levels, (cell) => {
    row.buttons = levels.map((l) => make("button", { "data-level": l.level, "data-levelno": l.levelno }, visible(l.level)));
    row.group = make("div", { role: "group", "aria-label": `level of ${logger.name}` }, row.buttons);
    replace(cell, row.group);
  });
  row.group.className = `levels ${kind}`;
  const pressed = row.buttons.find((b) => b.dataset.levelno === String(logger.effectiveno));
  for (const button of row.buttons) {
    button.setAttribute("aria-pressed", String(button === pressed));
    button.tabIndex = button === (pressed ?? row.buttons[0]) ? 0 : -1;
  }
}

function drawState(row, logger, levels) {
  const own = levels.some((l) => l.levelno === logger.effectiveno) ? null : logger.effective;
  redraw(row, "state", [logger.over, logger.level, logger.disabled, logger.propagate, own], (cell) => {
    row.countdown = logger.over ? make("span", { class: "tag over", title: `set by ${visible(logger.over.by)}` +
      (logger.over.until ? `, until ${localTime(logger.over.until)}` : "") }) : null;
    replace(cell, logger.disabled ? make("span", { class: "tag bad" }, "disabled") : null,
      own ? make("span", { class: "tag" }, `level ${visible(own)}`) : null,
      row.countdown, row.countdown ? make("button", { class: "link", "data-reset": true }, "reset") : null,
      make("span", { class: "quiet" }, logger.over ? `then ${logger.level ? visible(logger.level) : "inherited"}` : logger.level ? "configured" : "inherited"),
      logger.propagate ? null : make("span", { class: "tag" }, "does not propagate"));
  });
  if (row.countdown) setText(row.countdown, overText(logger.over));
}

function drawDropping(row, logger, known) {
  const nobody = logger.dropping.length > 0 && logger.dropping.length >= reached(logger, known).length;
  redraw(row, "dropping", [logger.dropping, nobody, logger.effective], (cell) => {
    cell.classList.toggle("warn", nobody);
    cell.title = logger.dropping.length ? `Handlers that drop records of the level ${logger.effective}:\n${logger.dropping.map(visible).join("\n")}` : "";
    replace(cell, nobody ? make("b", {}, "nobody takes these: ") : null,
      logger.dropping.map((d) => visible(d).replace(/^handler /, "")).join("; "));
  });
}

function update(row, logger, data, filtered) {
  const { depth, stem } = placeInTree(logger.name, data.known);
  redraw(row, "name", [depth, stem, filtered], (cell) => replace(cell,
    make("div", { class: `depth-${filtered ? 0 : Math.min(depth, 6)}`, title: visible(logger.name) },
      stem ? make("span", { class: "stem" }, visible(stem)) : null, visible(logger.name.slice(stem.length)))));
  drawLevels(row, logger, data.shown);
  drawState(row, logger, data.shown);
  redraw(row, "handlers", logger.handlers, (cell) => {
    setText(cell, visible(logger.handlers.join(", ")));
    cell.title = cell.textContent;
  });
  drawDropping(row, logger, data.known);
}

/** What stays is not moved: a row that leaves the page, if only for a moment, loses its focus and a click. */
function arrange(body, wanted) {
  const kept = new Set(wanted);
  for (const child of [...body.children]) if (!kept.has(child)) child.remove();
  wanted.forEach((element, i) => { if (body.children[i] !== element) body.insertBefore(element, body.children[i] ?? null); });
}

/** Left and right within a logger's levels, up and down to the next logger's. */
function onArrow(e, body) {
  const button = e.target.closest("button[data-level]");
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[e.key];
  if (!button || !step) return;
  e.preventDefault();
  const index = [...button.parentNode.children].indexOf(button);
  if (e.key === "ArrowLeft" || e.key === "ArrowRight") return button.parentNode.children[index + step]?.focus();
  const rows = [...body.children], at = rows.indexOf(button.closest("tr")) + step;
  rows[at]?.querySelectorAll("button[data-level]")[index]?.focus();
}

function said(done) {
  if (!done.logger) return [`${plural(done.count, "level")} reset.`];
  const change = `${visible(done.logger)}: ${done.before} → ${done.now}` + (done.until ? ` until ${localTime(done.until)}.` : ".");
  return [change, done.created ? " The logger is new." : "",
    done.dropping.length ? make("span", { class: "warn" }, ` Still dropping such records: ${done.dropping.map(visible).join("; ")}`) : null];
}

function legend() {
  const one = (kind, text) => make("span", {}, make("span", { class: `levels ${kind}` }, make("span", { class: "pressed" }, "INFO")), " " + text);
  return make("span", { class: "legend right" }, one("configured", "configured"), one("inherited", "inherited"), one("over", "over the configuration"));
}

export async function showLoggers(view, parameters) {
  const filter = make("input", { class: "grow", type: "search", placeholder: "Filter by name: a part of it, or a glob   ( / )", "aria-label": "filter", value: parameters.get("glob") ?? "" });
  const duration = make("select", { "aria-label": "how long a level set here holds" }, DURATIONS.map(([value, text]) => make("option", { value }, text)));
  duration.value = DURATIONS.some(([v]) => v === parameters.get("for")) ? parameters.get("for") : "15m";
  const result = make("p", { class: "said quiet", role: "status" }, "A level set here lies over the configuration until its time ends or it is reset.");
  const body = make("tbody"), more = make("p", { class: "quiet more" });
  const resetAll = make("button", { "data-reset-all": true, disabled: true }, "Reset all");
  const rows = new Map();
  let data = { loggers: [], known: new Map(), shown: [] }, limit = ROWS, turn = 0;

  function draw() {
    const wanted = filter.value.trim(), test = globTest(wanted);
    const found = wanted ? data.loggers.filter((l) => test(l.name)) : data.loggers;
    const shown = found.slice(0, limit).map((logger) => {
      if (!rows.has(logger.name)) rows.set(logger.name, makeRow(logger.name));
      update(rows.get(logger.name), logger, data, wanted !== "");
      return rows.get(logger.name).element;
    });
    arrange(body, shown);
    if (!shown.length) replace(body, make("tr", {}, make("td", { class: "empty", colSpan: 6 }, "No logger matches.")));
    const text = found.length > limit ? `${plural(found.length - limit, "more logger")}. ` : "";
    if (more.dataset.text !== text) replace(more, text, text ? make("button", { class: "link", onclick: () => { limit += ROWS; draw(); } }, `show ${ROWS} more`) : null);
    more.dataset.text = text;
    resetAll.disabled = !data.loggers.some((l) => l.over);
  }

  async function load() {
    const mine = ++turn, fresh = await get("/api/loggers");
    if (mine !== turn) return; // a later answer is on its way
    fresh.shown = fresh.levels.filter((l) => l.levelno > 0);
    fresh.known = new Map(fresh.loggers.map((l) => [l.name, l]));
    data = fresh;
    draw();
  }

  async function change(method, target, level) {
    try {
      const done = await send(method, target, method === "PUT" ? { level, for: duration.value || null } : undefined);
      replace(result, said(done));
      trouble(null);
      await load();
    } catch (error) {
      trouble(error);
    }
  }

  function onClick(e) {
    const button = e.target.closest("button"), name = e.target.closest("tr")?.dataset.logger;
    if (!button) return;
    if (button.dataset.level) change("PUT", path(name), button.dataset.level);
    if (button.dataset.reset !== undefined) change("DELETE", path(name) + "/level");
    if (button.dataset.resetAll !== undefined) change("DELETE", "/api/levels");
  }

  function onTick() {
    const over = data.loggers.filter((l) => l.over?.until && rows.get(l.name)?.countdown);
    for (const l of over) setText(rows.get(l.name).countdown, overText(l.over));
    if (over.some((l) => msUntil(l.over.until) <= 0)) load().catch(trouble);
  }

  const keep = () => setPlace("loggers", { glob: filter.value.trim(), for: duration.value === "15m" ? "" : duration.value });
  filter.addEventListener("input", () => { limit = ROWS; keep(); draw(); });
  duration.addEventListener("change", keep);
  replace(view, make("section", { onclick: onClick, onkeydown: (e) => onArrow(e, body) },
    make("div", { class: "bar" }, filter, make("label", {}, "set for", duration), resetAll, legend()), result,
    make("div", { class: "scroll" }, make("table", { class: "loggers" },
      make("thead", {}, make("tr", {}, ["Logger", "Level", "From", "Own handlers", "Dropped by", ""].map((t) => make("th", {}, t)))), body)), more));
  await load();
  const end = repeat(() => load().then(answered, trouble), (took) => Math.max(REFRESH_MS, took * 10));
  const ticking = setInterval(onTick, TICK_MS);
  return () => { end(); clearInterval(ticking); };
}
