// tail.js - new records as they come. One event stream a browser: the tab that holds the lock reads it
// and hands each event to the others; when it goes, the next one takes over where it stopped.

import { request } from "./api.js";

const channel = new BroadcastChannel("weir-tail");
const listeners = new Set();
let lastId = "";
let wanted = false;

function deliver(event) {
  if (event.record) lastId = event.record.id;
  for (const listener of listeners) listener(event);
}
channel.onmessage = ({ data }) => deliver(data);

function tell(event) {
  deliver(event);
  channel.postMessage(event);
}

/** The lines of one event -> {record} or {gap} or {end}. */
function parseEvent(block) {
  let name = "", data = "";
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

async function readStream(signal) {
  const headers = lastId ? { "Last-Event-ID": lastId } : {};
  const answer = await request("GET", "/api/tail", { signal, headers });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  tell({ live: true });
  for (let rest = ""; ;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = parseEvent(block);
      if (event) tell(event);
    }
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function lead() {
  const stop = new AbortController();
  addEventListener("pagehide", () => stop.abort(), { once: true });
  for (let wait = 250; !stop.signal.aborted; wait = Math.min(wait * 2, 5000)) {
    const begin = Date.now();
    await readStream(stop.signal).catch(() => {});
    tell({ live: false });
    if (Date.now() - begin > 10000) wait = 250;
    await pause(wait);
  }
}

/** listener({record} | {gap} | {live} | {end}); returns the function that ends it. from: the id of the newest known record. */
export function follow(listener, from) {
  if (from && !lastId) lastId = from;
  listeners.add(listener);
  if (!wanted) {
    wanted = true;
    navigator.locks.request("weir-tail", lead);
  }
  listener({ live: true });
  return () => listeners.delete(listener);
}
