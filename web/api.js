// api.js - requests to Weir. The token lives in sessionStorage; the fragment that brought it is cleared.

const KEY = "weir-token";
let asking = null; // one dialog for all requests that wait for a token

function takeTokenFromFragment() {
  const found = /^#token=([0-9a-f]{32})$/.exec(location.hash);
  if (!found) return;
  sessionStorage.setItem(KEY, found[1]);
  history.replaceState(null, "", location.pathname + "#/loggers");
}
takeTokenFromFragment();
addEventListener("hashchange", takeTokenFromFragment);

export const token = () => sessionStorage.getItem(KEY) ?? "";

/** Shows the dialog until a token is entered; the requests that need one wait for it. */
function askToken() {
  asking ??= new Promise((resolve) => {
    const dialog = document.getElementById("ask-token");
    document.getElementById("token-trouble").hidden = token() === "";
    dialog.addEventListener("close", () => {
      sessionStorage.setItem(KEY, document.getElementById("token").value.trim().replace(/^.*#token=/, ""));
      asking = null;
      resolve();
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ?? body?.title ?? `the service answered ${status}`);
    this.status = status;
    this.problems = body?.problems ?? [];
  }
}

/** One request; asks for the token when it is wanted. Other failures throw Problem. */
export async function request(method, path, { body, signal, headers } = {}) {
  for (;;) {
    const answer = await fetch(path, {
      method, signal, cache: "no-store",
      headers: {
        Authorization: `Bearer ${token()}`,
        ...(method === "GET" ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (answer.status === 401) { await askToken(); continue; }
    if (!answer.ok) throw new Problem(answer.status, await answer.json().catch(() => null));
    return answer;
  }
}

export const get = async (path, options) => (await request("GET", path, options)).json();
export const send = async (method, path, body) => (await request(method, path, { body })).json();

/** "?a=1&b=2" of what is neither empty nor undefined. */
export function query(values) {
  const made = new URLSearchParams();
  for (const [key, value] of Object.entries(values))
    if (value !== undefined && value !== null && value !== "") made.set(key, value);
  const text = made.toString();
  return text ? "?" + text : "";
}
