// config.js - the running configuration: read, change, check, apply, go back.

import { get, send, Problem } from "./api.js";
import { make, replace, localTime, visible } from "./dom.js";
import { trouble } from "./main.js";

function editor(text) {
  const area = make("textarea", { spellcheck: false, "aria-label": "configuration", wrap: "off", value: text });
  const gutter = make("div", { class: "gutter", "aria-hidden": "true" });
  const marks = new Map();
  function draw() {
    const lines = area.value.split("\n").length;
    replace(gutter, Array.from({ length: lines }, (_, i) => {
      const mark = marks.get(i + 1);
      return make("div", { class: mark ? (mark.warning ? "warning" : "problem") : "", title: mark ? mark.message : "" }, String(i + 1));
    }));
    area.rows = lines + 1;
  }
  area.addEventListener("input", () => { marks.clear(); draw(); });
  area.addEventListener("keydown", (e) => {
    if (e.key !== "Tab" || e.shiftKey) return;
    e.preventDefault();
    area.setRangeText("    ", area.selectionStart, area.selectionEnd, "end");
  });
  draw();
  return {
    element: make("div", { class: "editor" }, gutter, area), area,
    mark(problems) {
      marks.clear();
      for (const p of problems) if (p.line > 0 && !(marks.has(p.line) && p.warning)) marks.set(p.line, p);
      draw();
    },
    goto(line) {
      const begin = area.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
      const end = area.value.indexOf("\n", begin);
      area.focus();
      area.setSelectionRange(begin, end < 0 ? area.value.length : end);
    },
  };
}

function problemList(problems, edit) {
  return make("ul", { class: "problems" }, problems.map((p) => make("li", { class: p.warning ? "warning" : "" },
    p.line > 0 ? make("button", { class: "link", onclick: () => edit.goto(p.line) }, `line ${p.line}`) : null, " ",
    p.section ? make("code", {}, `[${visible(p.section)}] ${visible(p.key ?? "")} `) : null, visible(p.message))));
}

const list = (title, items) => (items.length ? [make("h3", {}, title), make("div", {}, items.map((i) => make("div", {}, make("code", {}, visible(i)))))] : []);

function outcome(done, checked) {
  return [make("p", { class: "good" }, checked ? "The configuration is fine." : `Generation ${done.generation} runs.` + (done.saved ? " It is written to the file." : "")),
    done.save_error ? make("p", { class: "bad" }, "Not written to the file: " + visible(done.save_error)) : null,
    list(checked ? "It would disable these loggers" : "Disabled loggers", done.disabled),
    list("Levels in force over it", done.over), list("After a restart only", done.restart)];
}

/** Lines of b against a, as a small edit script (longest common subsequence). */
function diffLines(a, b) {
  const x = a.split("\n"), y = b.split("\n");
  if (x.length * y.length > 4e6) return [["", "too long to compare here; `weir config diff` can"]];
  const best = Array.from({ length: x.length + 1 }, () => new Uint32Array(y.length + 1));
  for (let i = x.length - 1; i >= 0; i--)
    for (let j = y.length - 1; j >= 0; j--)
      best[i][j] = x[i] === y[j] ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
  const out = [];
  for (let i = 0, j = 0; i < x.length || j < y.length;) {
    if (i < x.length && j < y.length && x[i] === y[j]) { i++; j++; }
    else if (j < y.length && (i === x.length || best[i][j + 1] >= best[i + 1][j])) out.push(["add", "+ " + y[j++]]);
    else out.push(["del", "- " + x[i++]]);
  }
  return out;
}

async function historySection(edit, reload) {
  const data = await get("/api/config/history");
  const body = make("tbody", {}, data.entries.map((e) => {
    const place = make("td", { colSpan: 5, hidden: true });
    const compare = async () => {
      place.hidden = !place.hidden;
      if (place.hidden) return;
      const { text } = await get(`/api/config/history/${e.generation}`);
      const lines = diffLines(text, edit.area.value);
      replace(place, make("pre", { class: "diff" }, lines.length ? lines.map(([kind, line]) => make("div", { class: kind }, visible(line))) : "the same text"));
    };
    const back = async () => {
      try { await send("POST", "/api/config/rollback", { generation: e.generation }); await reload(`Generation ${e.generation} runs again.`); } catch (error) { trouble(error); }
    };
    return [make("tr", {}, make("td", { class: "number" }, e.current ? make("b", {}, `${e.generation}`) : `${e.generation}`), make("td", {}, localTime(e.created, true)),
      make("td", { class: "quiet" }, `${e.way} ${visible(e.who)}`), make("td", { class: "number quiet" }, `${e.size} bytes`),
      make("td", {}, make("button", { class: "link", onclick: () => compare().catch(trouble) }, "compare"), e.current ? make("span", { class: "tag" }, "runs") : [" ", make("button", { class: "link", onclick: back }, "run by it again")])),
    make("tr", {}, place)];
  }));
  return make("section", {}, make("h2", {}, "Before"), make("div", { class: "scroll" }, make("table", {}, body)));
}

export async function showConfig(view) {
  async function reload(said) {
    const running = await get("/api/config");
    const edit = editor(running.text);
    const result = make("div", { class: "result", role: "status" }, said ? make("p", { class: "good" }, said) : null);
    const save = make("input", { type: "checkbox", disabled: !running.file });

    function refused(problems) {
      edit.mark(problems);
      const errors = problems.filter((p) => !p.warning).length;
      replace(result, make("p", { class: "bad" }, `${errors} problem${errors === 1 ? "" : "s"}; the running configuration is unchanged.`), problemList(problems, edit));
    }
    async function check() {
      const done = await send("POST", "/api/config/check", { text: edit.area.value });
      if (!done.valid) return refused(done.problems);
      edit.mark(done.problems);
      replace(result, outcome(done, true), problemList(done.problems, edit));
    }
    async function apply() {
      try {
        const done = await send("POST", "/api/config", { text: edit.area.value, save: save.checked, if_generation: running.generation });
        await reload();
        replace(view.querySelector(".result"), outcome(done, false), problemList(done.warnings, edit));
      } catch (error) {
        if (error instanceof Problem && error.problems.length) refused(error.problems);
        else throw error;
      }
    }
    const guarded = (f) => () => { trouble(null); f().catch(trouble); };
    replace(view, make("section", {},
      make("div", { class: "bar" }, make("h2", {}, `Generation ${running.generation}`),
        running.file ? make("span", { class: "quiet" }, visible(running.file)) : null,
        running.differs_from_file ? make("span", { class: "tag warn" }, "differs from the file") : null,
        running.over.map((o) => make("span", { class: "tag over" }, visible(o))),
        make("span", { class: "right" }),
        make("label", {}, save, "write it to the file too"),
        make("button", { onclick: guarded(check) }, "Check"), make("button", { class: "primary", onclick: guarded(apply) }, "Apply")),
      edit.element, result), await historySection(edit, reload));
  }
  await reload();
  return null;
}
