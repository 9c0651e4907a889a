// record_filter.js - the controls above the records: level, logger, words, time, fields.

import { get } from "./api.js";
import { make, replace, visible } from "./dom.js";
import { levels } from "./match.js";

const TYPING_MS = 250; // a pause in typing that ends a word
const NAMES_MAX = 1000; // of loggers offered while typing
const SINCE = [
  ["", "any time"],
  ["-5m", "last 5 minutes"],
  ["-1h", "last hour"],
  ["-24h", "last day"],
  ["-168h", "last week"],
];

/** The service's loggers and levels, for the two fields that take them. */
async function offerNames(names, level, state) {
  const data = await get("/api/loggers").catch(() => null);
  if (!data) return;
  replace(
    names,
    data.loggers.slice(0, NAMES_MAX).map((l) => make("option", { value: l.name })),
  );
  for (const l of data.levels) levels.set(l.level, l.levelno);
  const known = [...levels]
    .filter(([, n]) => n > 0)
    .sort((a, b) => a[1] - b[1])
    .map(([name]) => name);
  drawLevels(level, known, state);
}

function drawLevels(select, names, state) {
  const all = state.level && !names.includes(state.level) ? [state.level, ...names] : names;
  replace(
    select,
    make("option", { value: "" }, "all levels"),
    all.map((l) => make("option", { value: l }, visible(l) + " and above")),
  );
  select.value = state.level;
}

export function filterBar(state, changed) {
  const level = make("select", { "aria-label": "level" });
  drawLevels(level, [...levels.keys()], state);
  const names = make("datalist", { id: "known-loggers" });
  const logger = make("input", {
    class: "logger",
    placeholder: "logger or glob",
    "aria-label": "logger",
    value: state.logger,
    list: "known-loggers",
    spellcheck: false,
  });
  const q = make("input", {
    class: "grow",
    type: "search",
    placeholder: "words in the message   ( / )",
    "aria-label": "words",
    value: state.q,
    spellcheck: false,
  });
  const since = make(
    "select",
    { "aria-label": "since" },
    SINCE.map(([value, text]) => make("option", { value }, text)),
  );
  if (state.since && !SINCE.some(([v]) => v === state.since))
    since.append(make("option", { value: state.since }, visible(state.since)));
  since.value = state.since;
  for (const [key, input] of Object.entries({ level, logger, q, since })) {
    let timer;
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          state[key] = input.value.trim();
          changed();
        },
        input.tagName === "SELECT" ? 0 : TYPING_MS,
      );
    });
  }
  offerNames(names, level, state);
  return [level, logger, q, since, names];
}

/** The fields asked for, each with a button that takes it out. */
export function chips(state, changed) {
  const place = make("span", { class: "chips" });
  const draw = () =>
    replace(
      place,
      state.fields.map(([name, value]) =>
        make(
          "button",
          {
            class: "chip",
            title: "take this out",
            onclick: () => {
              state.fields = state.fields.filter(([n]) => n !== name);
              draw();
              changed();
            },
          },
          visible(`${name}=${value}`),
          " ×",
        ),
      ),
    );
  draw();
  return place;
}
