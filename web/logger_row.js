// logger_row.js - one logger's row: made once and then only changed, so that no click is lost while it
// refreshes.

import { msUntil } from "./api.js";
import { clockText, localTime, make, replace, setText, visible } from "./dom.js";

/** How many known loggers stand above it, and the text of the nearest one's name with its dot. */
function placeInTree(name, known) {
  if (name === "root") return { depth: 0, stem: "" };
  let depth = 1,
    stem = "";
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

export function overText(over) {
  if (!over.until) return "until it is reset";
  return `${clockText(msUntil(over.until)) || "0:00"} left`;
}

export function makeRow(name) {
  const cells = {
    name: make("td", { class: "name" }),
    levels: make("td"),
    state: make("td", { class: "state" }),
    handlers: make("td", { class: "quiet" }),
    dropping: make("td", { class: "dropping" }),
  };
  const link = make(
    "a",
    { href: "#/records" + (name === "root" ? "" : "?" + new URLSearchParams({ logger: name })) },
    "records",
  );
  const element = make(
    "tr",
    { "data-logger": name },
    Object.values(cells),
    make("td", { class: "right-text" }, link),
  );
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
    row.buttons = levels.map((l) =>
      make("button", { "data-level": l.level, "data-levelno": l.levelno }, visible(l.level)),
    );
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

/** "DEBUG where user=bob": level by context. */
function ruleText(rule) {
  return `${visible(rule.level)} where ${visible(rule.field)}=${rule.values.map(visible).join(", ")}`;
}

function drawState(row, logger, levels) {
  const own = levels.some((l) => l.levelno === logger.effectiveno) ? null : logger.effective;
  const drawn = [logger.over, logger.level, logger.disabled, logger.propagate, own, logger.rules];
  redraw(row, "state", drawn, (cell) => {
    row.countdown = logger.over
      ? make("span", {
          class: "tag over",
          title:
            `set by ${visible(logger.over.by)}` +
            (logger.over.until ? `, until ${localTime(logger.over.until)}` : ""),
        })
      : null;
    replace(
      cell,
      logger.disabled ? make("span", { class: "tag bad" }, "disabled") : null,
      own ? make("span", { class: "tag" }, `level ${visible(own)}`) : null,
      row.countdown,
      row.countdown ? make("button", { class: "link", "data-reset": true }, "reset") : null,
      make(
        "span",
        { class: "quiet" },
        logger.over
          ? `then ${logger.level ? visible(logger.level) : "inherited"}`
          : logger.level
            ? "configured"
            : "inherited",
      ),
      logger.propagate ? null : make("span", { class: "tag" }, "does not propagate"),
      logger.rules.map((rule) =>
        make(
          "span",
          { class: "tag", title: `a filter of the logger ${visible(rule.logger)}, for it and all below it` },
          ruleText(rule),
        ),
      ),
    );
  });
  if (row.countdown) setText(row.countdown, overText(logger.over));
}

function drawDropping(row, logger, known) {
  const nobody = logger.dropping.length > 0 && logger.dropping.length >= reached(logger, known).length;
  redraw(row, "dropping", [logger.dropping, nobody, logger.effective], (cell) => {
    cell.classList.toggle("warn", nobody);
    cell.title = logger.dropping.length
      ? `Handlers that drop records of the level ${logger.effective}:\n${logger.dropping.map(visible).join("\n")}`
      : "";
    replace(
      cell,
      nobody ? make("b", {}, "nobody takes these: ") : null,
      logger.dropping.map((d) => visible(d).replace(/^handler /, "")).join("; "),
    );
  });
}

export function updateRow(row, logger, data, filtered) {
  const { depth, stem } = placeInTree(logger.name, data.known);
  redraw(row, "name", [depth, stem, filtered], (cell) =>
    replace(
      cell,
      make(
        "div",
        { class: `depth-${filtered ? 0 : Math.min(depth, 6)}`, title: visible(logger.name) },
        stem ? make("span", { class: "stem" }, visible(stem)) : null,
        visible(logger.name.slice(stem.length)),
      ),
    ),
  );
  drawLevels(row, logger, data.shown);
  drawState(row, logger, data.shown);
  redraw(row, "handlers", logger.handlers, (cell) => {
    setText(cell, visible(logger.handlers.join(", ")));
    cell.title = cell.textContent;
  });
  drawDropping(row, logger, data.known);
}
