// tail.js - new records as they come. One event stream a browser: of the tabs that follow, the one that
// holds the lock reads it and hands the events on; when it goes, the next one goes on where it stopped.

import { request } from "./api.js";

// After so much parsing the page gets its turn; the service drops for a slow reader, and says so.
const WORK_MS = 10;
const channel = new BroadcastChannel("weir-tail");
const listeners = new Set();
let lastId = "";
let leading = null; // this tab's AbortController while it wants to lead
let state = { live: false, why: "" }; // of the stream, whoever reads it

function deliver(events) {
  for (const event of events) {
    if (event.record) lastId = event.record.id;
    if (event.live !== undefined) state = event;
  }
  for (const listener of listeners) listener(events);
}

// Browsers give locks to https and to loopback addresses only. Elsewhere each tab reads a stream of its own.
const shares = navigator.locks !== undefined;

function tell(events) {
  deliver(events);
  if (shares) channel.postMessage({ events });
}

let reading = false; // this tab leads
channel.onmessage = ({ data }) => {
  if (!shares) return;
  if (data.ask && reading) channel.postMessage({ events: [state] });
  if (data.events) deliver(data.events);
};

/** The lines of one event -> {record} or {gap} or {end}. */
function parseEvent(block) {
  let name = "",
    data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) name = line.slice(7);
    if (line.startsWith("data: ")) data = line.slice(6);
  }
  if (!data) return null;
  const body = JSON.parse(data);
  if (name === "gap") return { gap: body.count };
  if (name === "end") return { end: true };
  return { record: body };
}

/** Lets the page work. A hidden page's timers come once a second or a minute; a message always comes. */
function breathe() {
  return new Promise((resolve) => {
    if (!document.hidden) return setTimeout(resolve, WORK_MS);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

async function readStream(signal) {
  const headers = lastId ? { "Last-Event-ID": lastId } : {};
  const answer = await request("GET", "/api/tail", { signal, headers });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  tell([{ live: true, why: "" }]);
  let begin = performance.now();
  for (let rest = ""; ;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    const events = blocks.map(parseEvent).filter(Boolean);
    if (events.length) tell(events);
    if (blocks.length === 1) begin = performance.now();
    if (performance.now() - begin < WORK_MS) continue;
    await breathe();
    begin = performance.now();
  }
}

const pause = (ms, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });

/** Reads, and reads again after a failure, until nobody in this tab follows any more. */
async function lead(signal) {
  reading = true;
  for (let wait = 250; !signal.aborted; wait = Math.min(wait * 2, 5000)) {
    const begin = Date.now();
    const why = await readStream(signal).then(
      () => "the stream ended",
      (error) => error.message,
    );
    if (signal.aborted) break;
    tell([{ live: false, why }]);
    if (Date.now() - begin > 10000) wait = 250;
    await pause(wait, signal);
  }
  reading = false;
}

/**
 * listener([{record} | {gap} | {live, why} | {end}, …]); returns the function that ends it. When {live: true}
 * comes, every later record will; what is listed after that and merged by id leaves nothing out.
 */
export function follow(listener) {
  if (!listeners.size) lastId = "";
  listeners.add(listener);
  if (shares) channel.postMessage({ ask: true });
  if (!leading) {
    leading = new AbortController();
    const { signal } = leading;
    if (shares) navigator.locks.request("weir-tail", { signal }, () => lead(signal)).catch(() => {});
    else lead(signal);
  } else if (reading) listener([state]);
  return () => {
    listeners.delete(listener);
    if (listeners.size) return;
    leading.abort();
    leading = null;
  };
}

addEventListener("pagehide", () => leading?.abort());
