// main.js - which view is shown. A view is a link: #/NAME?parameters.

import { get } from "./api.js";
import { count, replace } from "./dom.js";
import { showLoggers } from "./loggers.js";
import { showRecords } from "./records.js";
import { showConfig } from "./config.js";
import { showStatus } from "./status.js";

const views = { loggers: showLoggers, records: showRecords, config: showConfig, status: showStatus };
const SUMMARY_MS = 5000;
let leave = null; // what ends the present view

export function trouble(error) {
  const place = document.getElementById("trouble");
  place.hidden = !error;
  place.textContent = error ? String(error.message ?? error) : "";
}

function place() {
  const [name, parameters] = location.hash.replace(/^#\//, "").split("?");
  return { name: views[name] ? name : "loggers", parameters: new URLSearchParams(parameters ?? "") };
}

/** Keeps a view's state in its link without a new entry in the browser's history. */
export function setPlace(name, values) {
  const parameters = new URLSearchParams(Object.entries(values).filter(([, v]) => v !== "" && v !== undefined && v !== null));
  history.replaceState(null, "", `#/${name}${parameters.size ? "?" + parameters : ""}`);
}

async function show() {
  const { name, parameters } = place();
  for (const link of document.querySelectorAll("nav a"))
    link.toggleAttribute("aria-current", link.dataset.view === name);
  if (leave) leave();
  leave = null;
  trouble(null);
  const view = document.getElementById("view");
  replace(view);
  document.title = `${name[0].toUpperCase()}${name.slice(1)} · ${document.getElementById("service").textContent}`;
  try {
    leave = await views[name](view, parameters);
  } catch (error) {
    trouble(error);
  }
}

async function summarise() {
  try {
    const s = await get("/api/status");
    const dropped = s.handlers.reduce((n, h) => n + Object.values(h.dropped).reduce((a, b) => a + b, 0), 0);
    document.getElementById("service").textContent = s.service;
    document.getElementById("summary").textContent =
      `pid ${s.pid} · generation ${s.generation} · ${count(s.law.accepted)} records` + (dropped ? ` · ${count(dropped)} dropped` : "");
    document.getElementById("summary").classList.toggle("bad", dropped > 0 || s.targets.some((t) => t.trouble));
  } catch (error) {
    document.getElementById("summary").textContent = "the service does not answer";
  }
}

addEventListener("hashchange", show);
show();
summarise();
setInterval(() => { if (!document.hidden) summarise(); }, SUMMARY_MS);
