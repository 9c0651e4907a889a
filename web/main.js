// main.js - which view is shown. A view is a link: #/NAME?parameters.

import { get, learnClock, query } from "./api.js";
import { count, make, plural, repeat, replace, setText, visible } from "./dom.js";
import { showLoggers } from "./loggers.js";
import { showRecords } from "./records.js";
import { showConfig } from "./config.js";
import { showStatus } from "./status.js";

const views = { loggers: showLoggers, records: showRecords, config: showConfig, status: showStatus };
const SUMMARY_MS = 2000;
let leave = null; // what ends the present view
let turn = 0; // counts the views shown, so that one that was left while it was loading is noticed
let seen = null; // the last summary: [ms, accepted]

let shownTrouble = null;

/** Shows what went wrong, over the page's foot, so that nothing moves; null: all is well again. */
export function trouble(error) {
  shownTrouble = error;
  document.getElementById("trouble").hidden = !error;
  setText(document.getElementById("trouble-text"), error ? visible(error.message ?? error) : "");
}

/** The service answers: takes back that it did not, and no other trouble, which the user is to read. */
export function answered() {
  if (shownTrouble?.status === 0) trouble(null);
}

function place() {
  const [name, parameters] = location.hash.replace(/^#\//, "").split("?");
  return {
    name: Object.hasOwn(views, name) ? name : "loggers",
    parameters: new URLSearchParams(parameters ?? ""),
  };
}

/** Keeps a view's state in its link without a new entry in the browser's history. */
export function setPlace(name, values) {
  history.replaceState(null, "", `#/${name}${query(values)}`);
}

function setTitle() {
  const { name } = place();
  document.title = `${name[0].toUpperCase()}${name.slice(1)} · ${document.getElementById("service").textContent}`;
}

async function show() {
  const mine = ++turn,
    { name, parameters } = place();
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  leave?.();
  leave = null;
  trouble(null);
  setTitle();
  const view = make("div", { class: "view " + name });
  replace(document.getElementById("view"), view);
  scrollTo(0, 0);
  try {
    const end = await views[name](view, parameters);
    if (mine === turn) leave = end;
    else end?.();
  } catch (error) {
    if (mine === turn) trouble(error);
  }
}

function summaryText(s, dropped) {
  const now = performance.now();
  const rate =
    seen && s.law.accepted >= seen[1] ? (1000 * (s.law.accepted - seen[1])) / (now - seen[0]) : null;
  seen = [now, s.law.accepted];
  return [
    `pid ${s.pid}`,
    `generation ${s.generation}`,
    plural(s.law.accepted, "record"),
    rate === null ? null : `${count(Math.round(rate))}/s`,
    dropped ? `${count(dropped)} dropped` : null,
  ]
    .filter(Boolean)
    .join(" · ");
}

async function summarise() {
  const summary = document.getElementById("summary");
  try {
    const s = await get("/api/status");
    learnClock(s.now);
    const dropped = [s.law, ...s.handlers]
      .flatMap((h) => Object.values(h.dropped))
      .reduce((a, b) => a + b, 0);
    setText(document.getElementById("service"), visible(s.service));
    setText(summary, summaryText(s, dropped));
    summary.classList.toggle("bad", dropped > 0 || s.targets.some((t) => t.trouble));
    setTitle();
  } catch {
    seen = null;
    setText(summary, "the service does not answer");
    summary.classList.add("bad");
  }
}

/** "/" goes to the view's filter, 1 to 4 to the views; not while something is being typed. */
function onKey(e) {
  if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, textarea, select, dialog")) return;
  const link = document.querySelector(`nav a[data-key="${CSS.escape(e.key)}"]`);
  const filter = e.key === "/" ? document.querySelector("#view input[type=search]") : null;
  if (link) location.hash = link.hash;
  if (filter) {
    e.preventDefault();
    filter.focus();
    filter.select();
  }
}

document.getElementById("trouble-close").addEventListener("click", () => trouble(null));
addEventListener("hashchange", show);
addEventListener("keydown", onKey);
show();
summarise();
repeat(summarise, () => SUMMARY_MS);
