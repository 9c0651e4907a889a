// loggers.js - the tree of loggers and the levels of each: configured, inherited, or set over the
// configuration for a time.

import { get, send, query } from "./api.js";
import { make, replace, remaining, visible } from "./dom.js";
import { setPlace, trouble } from "./main.js";

const REFRESH_MS = 2000;
const DURATIONS = [["5m", "for 5 minutes"], ["15m", "for 15 minutes"], ["1h", "for 1 hour"], ["8h", "for 8 hours"], ["", "until it is reset"]];

const path = (name) => "/api/loggers/" + encodeURIComponent(name);

function nameCell(logger, known) {
  if (logger.name === "root") return make("td", { class: "name" }, "root");
  const parts = logger.name.split(".");
  let depth = 1, stem = "";
  for (let i = parts.length - 1; i > 0; i--) {
    const parent = parts.slice(0, i).join(".");
    if (!known.has(parent)) continue;
    if (!stem) stem = parent + ".";
    depth++;
  }
  return make("td", { class: "name" }, make("div", { class: `depth-${Math.min(depth, 6)}`, title: logger.name },
    stem ? make("span", { class: "stem" }, visible(stem)) : null, visible(logger.name.slice(stem.length))));
}

function levelButtons(logger, levels, change) {
  const kind = logger.over ? "over" : logger.level ? "configured" : "inherited";
  return make("div", { class: `levels ${kind}`, role: "group", "aria-label": `level of ${logger.name}` },
    levels.map((l) => make("button", {
      "aria-pressed": String(l.levelno === logger.effectiveno),
      onclick: () => change("PUT", path(logger.name), l.level),
    }, l.level)));
}

function stateCell(logger, change) {
  const cell = make("td", {});
  if (logger.disabled) cell.append(make("span", { class: "tag bad" }, "disabled"), " ");
  if (logger.over) {
    const left = logger.over.until ? remaining(logger.over.until) : "";
    cell.append(
      make("span", { class: "tag over", title: `set by ${visible(logger.over.by)}` },
        logger.over.until ? `temporary, ${left || "ending"}` : "until reset"), " ",
      make("span", { class: "quiet" }, logger.level ? `configured ${logger.level} ` : "else inherited "),
      make("button", { class: "link", onclick: () => change("DELETE", path(logger.name) + "/level") }, "reset"));
  } else {
    cell.append(make("span", { class: "quiet" }, logger.level ? "configured" : "inherited"));
  }
  if (!logger.propagate) cell.append(" ", make("span", { class: "tag" }, "does not propagate"));
  for (const handler of logger.dropping)
    cell.append(make("div", { class: "warn", title: "This handler drops records of the logger's own level" }, "dropped by ", visible(handler)));
  return cell;
}

function row(logger, data, known, change) {
  return make("tr", { "data-logger": logger.name },
    nameCell(logger, known),
    make("td", {}, levelButtons(logger, data.shown, change)),
    stateCell(logger, change),
    make("td", { class: "quiet" }, logger.handlers.map(visible).join(", ")),
    make("td", {}, make("a", { href: `#/records${query({ logger: logger.name === "root" ? "" : logger.name })}` }, "records")));
}

export async function showLoggers(view, parameters) {
  const filter = make("input", { class: "grow", type: "search", placeholder: "Filter by name (glob)", "aria-label": "filter", value: parameters.get("glob") ?? "" });
  const duration = make("select", { "aria-label": "how long" }, DURATIONS.map(([value, text]) => make("option", { value }, text)));
  duration.value = "15m";
  const said = make("span", { class: "quiet", role: "status" });
  const body = make("tbody");
  const resetAll = make("button", { onclick: () => change("DELETE", "/api/levels") }, "Reset all");

  async function load() {
    const glob = filter.value.trim();
    const data = await get("/api/loggers" + query({ glob: glob && !/[*?]/.test(glob) ? `*${glob}*` : glob }));
    data.shown = data.levels.filter((l) => l.levelno > 0);
    const known = new Set(data.loggers.map((l) => l.name));
    const rows = data.loggers.map((l) => row(l, data, known, change));
    replace(body, rows.length ? rows : make("tr", {}, make("td", { class: "empty", colSpan: 5 }, "No logger matches.")));
    resetAll.disabled = !data.loggers.some((l) => l.over);
  }

  async function change(method, target, level) {
    try {
      const body = method === "PUT" ? { level, for: duration.value || null } : undefined;
      const done = await send(method, target, body);
      said.textContent = done.logger ? `${done.logger}: ${done.before} → ${done.now}` : `${done.count} reset`;
      trouble(null);
      await load();
    } catch (error) {
      trouble(error);
    }
  }

  filter.addEventListener("input", () => { setPlace("loggers", { glob: filter.value }); load().catch(trouble); });
  replace(view,
    make("section", {},
      make("div", { class: "bar" }, filter, make("label", {}, "A level set here holds ", duration), resetAll, said,
        make("span", { class: "legend right" },
          make("span", { class: "tag" }, "inherited"), make("span", { class: "tag warn" }, "dropped by a handler"), make("span", { class: "tag over" }, "over the configuration"))),
      make("div", { class: "scroll" }, make("table", { class: "loggers" },
        make("thead", {}, make("tr", {}, ["Logger", "Level", "From", "Handlers", ""].map((t) => make("th", {}, t)))), body))));
  await load();
  const timer = setInterval(() => {
    if (!document.hidden && !body.contains(document.activeElement)) load().catch(trouble);
  }, REFRESH_MS);
  return () => clearInterval(timer);
}
