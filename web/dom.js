// dom.js - how every view makes elements: text only ever becomes text nodes.

const present = (child) => child !== null && child !== undefined && child !== false;

/** make("td", {class: "x", onclick: f}, "text", child, [children], …); null and false are left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (!present(value)) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter(present));
  return element;
}

export function replace(parent, ...children) {
  parent.replaceChildren(...children.flat(Infinity).filter(present));
}

/** A table's heading: names, or [name, class]. */
export const tableHead = (...names) =>
  make(
    "thead",
    {},
    make(
      "tr",
      {},
      names.map((n) => (Array.isArray(n) ? make("th", { class: n[1] }, n[0]) : make("th", {}, n))),
    ),
  );

/** Sets the text where it differs: what does not change is not laid out again, and keeps its selection. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const pad = (n, width = 2) => String(n).padStart(width, "0");

/** "2026-11-20T10:06:00.123456Z" as local "10:06:00.123", with the date where it is not today's. */
export function localTime(iso, withDate = false) {
  const t = new Date(iso);
  if (Number.isNaN(t.getTime())) return String(iso);
  const day = `${t.getFullYear()}-${pad(t.getMonth() + 1)}-${pad(t.getDate())}`;
  const clock = `${pad(t.getHours())}:${pad(t.getMinutes())}:${pad(t.getSeconds())}.${pad(t.getMilliseconds(), 3)}`;
  return withDate || t.toDateString() !== new Date().toDateString() ? `${day} ${clock}` : clock;
}

/** A text of the service with its UTC times as ours, as all others on the page are. */
export const localTimes = (text) =>
  visible(text).replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g, (iso) => localTime(iso));

export const count = (n) => Number(n).toLocaleString("en");
export const plural = (n, one, many = one + "s") => `${count(n)} ${n === 1 ? one : many}`;

/** Milliseconds as "14:59" or "1:14:59"; "" when nothing is left. */
export function clockText(ms) {
  const seconds = Math.ceil(ms / 1000);
  if (seconds <= 0) return "";
  const hours = Math.floor(seconds / 3600),
    minutes = Math.floor((seconds % 3600) / 60);
  return (hours ? `${hours}:${pad(minutes)}` : `${minutes}`) + `:${pad(seconds % 60)}`;
}

/** Text as it can be shown: control and bidi characters become visible, nothing steers the page. */
export function visible(text) {
  return String(text).replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}

/** The class that colours a level, also one with a name of its own. */
export function levelClass(levelno) {
  const at = [
    [50, "CRITICAL"],
    [40, "ERROR"],
    [30, "WARNING"],
    [20, "INFO"],
  ].find(([least]) => levelno >= least);
  return at ? at[1] : "DEBUG";
}

/** Runs task again and again, pause(ms it took) ms after each end, unless the page is hidden. Returns what ends it. */
export function repeat(task, pause) {
  let timer = 0,
    ended = false;
  async function run() {
    const begin = performance.now();
    if (!document.hidden) await task();
    if (!ended) timer = setTimeout(run, pause(performance.now() - begin));
  }
  timer = setTimeout(run, pause(0));
  const shown = () => {
    if (!document.hidden && !ended) {
      clearTimeout(timer);
      timer = setTimeout(run, 0);
    }
  };
  document.addEventListener("visibilitychange", shown);
  return () => {
    ended = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", shown);
  };
}
