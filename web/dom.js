// dom.js - how every view makes elements: text only ever becomes text nodes.

/** make("td", {class: "x", onclick: f}, "text", child, …); null and false children are left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== "list") element[name === "class" ? "className" : name] = value;
    else element.setAttribute(name === "className" ? "class" : name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

export function replace(parent, ...children) {
  parent.replaceChildren(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
}

const pad = (n, width = 2) => String(n).padStart(width, "0");

/** "2026-11-20T10:06:00.123456Z" as local "10:06:00.123", with the date where it is not today's. */
export function localTime(iso, withDate = false) {
  const t = new Date(iso);
  if (Number.isNaN(t.getTime())) return iso;
  const day = `${t.getFullYear()}-${pad(t.getMonth() + 1)}-${pad(t.getDate())}`;
  const clock = `${pad(t.getHours())}:${pad(t.getMinutes())}:${pad(t.getSeconds())}.${pad(t.getMilliseconds(), 3)}`;
  return withDate || t.toDateString() !== new Date().toDateString() ? `${day} ${clock}` : clock;
}

export const count = (n) => Number(n).toLocaleString("en");

/** "14:59" until that time; "" when it has passed. */
export function remaining(iso) {
  const seconds = Math.ceil((new Date(iso) - Date.now()) / 1000);
  if (seconds <= 0) return "";
  const hours = Math.floor(seconds / 3600), minutes = Math.floor((seconds % 3600) / 60);
  return (hours ? `${hours}:${pad(minutes)}` : `${minutes}`) + `:${pad(seconds % 60)}`;
}

/** Text as it can be shown: control and bidi characters become visible, nothing steers the page. */
export function visible(text) {
  return String(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (c) =>
    "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
}
