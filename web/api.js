// api.js - requests to Weir. The token lives in sessionStorage; the fragment that brought it is cleared. A
// further tab of the same page is given it by the tabs that have it.

const KEY = "weir-token";
const HANDOVER_MS = 200; // so long a new tab waits for another one's token before it asks the user
const ANSWER_MS = 15000; // the service ends a request that it cannot read or answer within 10 s
const CLOCK_MS = 2000; // clocks closer than this are taken for the same
let asking = null; // one dialog for all requests that wait for a token
let skew = 0; // the service's clock minus ours, in ms: the machines may differ (ssh -L)

function takeTokenFromFragment() {
  const found = /^#token=([0-9a-f]{32})$/.exec(location.hash);
  if (!found) return;
  sessionStorage.setItem(KEY, found[1]);
  history.replaceState(null, "", location.pathname + "#/loggers");
}
takeTokenFromFragment();
addEventListener("hashchange", takeTokenFromFragment);

const token = () => sessionStorage.getItem(KEY) ?? "";

// Only pages of this very origin can listen here.
const tabs = new BroadcastChannel("weir-token");
tabs.onmessage = ({ data }) => {
  if (data.wanted && token()) tabs.postMessage({ token: token() });
};

/** Another tab's token, if there is one that has not been refused already. */
function handover(refused) {
  return new Promise((resolve) => {
    const inbox = new BroadcastChannel("weir-token");
    const end = (found) => {
      inbox.close();
      resolve(found);
    };
    const timer = setTimeout(() => end(""), HANDOVER_MS);
    inbox.onmessage = ({ data }) => {
      if (!/^[0-9a-f]{32}$/.test(data.token ?? "") || data.token === refused) return;
      clearTimeout(timer);
      end(data.token);
    };
    tabs.postMessage({ wanted: true });
  });
}

function dialogToken() {
  return new Promise((resolve) => {
    const dialog = document.getElementById("ask-token"),
      field = document.getElementById("token");
    document.getElementById("token-trouble").hidden = token() === "";
    field.value = "";
    dialog.addEventListener("cancel", (e) => e.preventDefault());
    dialog.addEventListener("close", () => resolve(field.value.trim().replace(/^.*#token=/, "")), {
      once: true,
    });
    dialog.showModal();
  });
}

/** The requests that were refused wait here for a token, all for the same one. */
function wantToken() {
  asking ??= (async () => {
    const refused = token();
    sessionStorage.setItem(KEY, (await handover(refused)) || (await dialogToken()));
    asking = null;
  })();
  return asking;
}

export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ?? body?.title ?? `the service answered ${status}`);
    this.status = status;
    this.problems = body?.problems ?? [];
  }
}

const silent = () =>
  new Problem(0, { detail: "The service does not answer. What is shown may be old; the page keeps trying." });

/** fetch, with a deadline unless the caller has a signal of its own: a tunnel that hangs gives no error. */
async function reach(path, init) {
  const deadline = new AbortController();
  if (!init.signal) setTimeout(() => deadline.abort(), ANSWER_MS); // after the answer it does nothing
  try {
    return await fetch(path, { ...init, signal: init.signal ?? deadline.signal });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw silent();
  }
}

/** One request; asks for the token when it is wanted. Other failures throw Problem. */
export async function request(method, path, { body, signal, headers } = {}) {
  for (;;) {
    const used = token();
    const answer = await reach(path, {
      method,
      signal,
      cache: "no-store",
      headers: {
        Authorization: `Bearer ${used}`,
        ...(method === "GET" ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (answer.status === 401) {
      if (token() === used) await wantToken(); // else another request has got a newer one meanwhile
      continue;
    }
    if (!answer.ok) throw new Problem(answer.status, await answer.json().catch(() => null));
    return answer;
  }
}

const parsed = (answer) =>
  answer.json().catch(() => {
    throw silent(); // it ended in the middle
  });
export const get = async (path, options) => parsed(await request("GET", path, options));
export const send = async (method, path, body) => parsed(await request(method, path, { body }));

/** Learns the service's clock from a time that it has just told. What the way here takes is no difference. */
export function learnClock(iso) {
  const difference = new Date(iso) - Date.now();
  skew = Math.abs(difference) < CLOCK_MS ? 0 : difference;
}
/** Milliseconds until that time of the service. */
export const msUntil = (iso) => new Date(iso) - Date.now() - skew;

/** "?a=1&b=2" of what is neither empty nor undefined. */
export function query(values) {
  const kept = Object.entries(values).filter(([, v]) => v !== undefined && v !== null && v !== "");
  return kept.length ? "?" + new URLSearchParams(kept) : "";
}
