// config.js - the running configuration: read, change, check, apply, go back.

import { get, send, Problem } from "./api.js";
import { localTime, localTimes, make, plural, replace, visible } from "./dom.js";
import { diffLines, makeEditor } from "./editor.js";
import { trouble } from "./main.js";

let draft = null; // what was edited and not applied, kept while another view is shown

function problemList(problems, edit) {
  return make("ul", { class: "problems" }, problems.map((p) => make("li", { class: p.warning ? "warning" : "" },
    p.line > 0 ? make("button", { class: "link", onclick: () => edit.goto(p.line) }, `line ${p.line}`) : null, " ",
    p.section ? make("code", {}, `[${visible(p.section)}] ${visible(p.key ?? "")} `) : null, visible(p.message))));
}

const list = (title, items) => (items.length ? [make("h3", {}, title), items.map((i) => make("div", {}, make("code", {}, visible(i))))] : []);

function outcome(done, checked) {
  const said = checked ? "It is valid; nothing was changed." : `Generation ${done.generation} runs.` + (done.saved ? " It is written to the file." : "");
  return [make("p", { class: "good" }, said),
    done.save_error ? make("p", { class: "bad" }, "Not written to the file: " + visible(done.save_error)) : null,
    checked && !done.disabled.length ? make("p", { class: "quiet" }, "It would disable no logger.") : null,
    list(checked ? "It would disable these loggers" : "Disabled loggers", done.disabled),
    list("Levels in force over it", done.over.map(localTimes)), list("After a restart only", done.restart)];
}

function diffText(from, to) {
  const lines = diffLines(from, to);
  return lines ? make("pre", { class: "diff" }, lines.map(([kind, line]) => make("div", { class: kind }, visible(line)))) : make("p", { class: "quiet" }, "No difference.");
}

/** One configuration that ran, with its differences from the text in the editor below it. */
function historyRows(entry, edit, back) {
  const place = make("td", { colSpan: 5 }), row = make("tr", { class: "compared", hidden: true }, place);
  async function compare() {
    row.hidden = !row.hidden;
    if (row.hidden) return;
    const { text } = await get(`/api/config/history/${entry.generation}`);
    replace(place, make("p", { class: "quiet" }, `From generation ${entry.generation} to the text above:`), diffText(text, edit.area.value));
  }
  return [make("tr", { "data-generation": entry.generation }, make("td", { class: "number" }, String(entry.generation)), make("td", {}, localTime(entry.created, true)),
    make("td", { class: "quiet" }, visible(`${entry.way} ${entry.who}`)), make("td", { class: "number quiet" }, plural(entry.size, "byte")),
    make("td", { class: "right-text" }, entry.current ? make("span", { class: "tag good" }, "runs") : make("button", { class: "link", "data-back": true, onclick: () => back(entry.generation) }, "run by it again"),
      " ", make("button", { class: "link", onclick: () => compare().catch(trouble) }, "compare"))), row];
}

async function historySection(edit, back) {
  const data = await get("/api/config/history");
  return make("section", {}, make("h2", {}, "What ran"), make("div", { class: "scroll" }, make("table", { class: "history" },
    make("thead", {}, make("tr", {}, make("th", { class: "number" }, "Generation"), make("th", {}, "Since"), make("th", {}, "By"), make("th", { class: "number" }, "Size"), make("th", {}))),
    make("tbody", {}, data.entries.map((e) => historyRows(e, edit, back))))));
}

/** What runs, of which file. discard: a button, where something was edited. */
function heading(running, discard) {
  return [make("h2", {}, `Generation ${running.generation}`),
    make("code", { class: "quiet" }, running.file ? visible(running.file) : "no file"),
    running.differs_from_file ? make("span", { class: "tag warn" }, "differs from the file") : null, discard];
}

export async function showConfig(view) {
  const asks = (e) => { if (draft !== null) e.preventDefault(); };
  let running = null, edit = null, result = null, save = null;

  function refused(problems) {
    edit.mark(problems);
    const errors = problems.filter((p) => !p.warning).length;
    replace(result, make("p", { class: "bad" }, `${plural(errors, "problem")}; the running configuration is unchanged.`), problemList(problems, edit));
  }

  async function check() {
    const done = await send("POST", "/api/config/check", { text: edit.area.value });
    if (!done.valid) return refused(done.problems);
    edit.mark(done.problems);
    replace(result, outcome(done, true), problemList(done.problems, edit),
      edit.area.value === running.text ? null : [make("h3", {}, "What it changes"), diffText(running.text, edit.area.value)]);
  }

  async function change(path, body) {
    try {
      const done = await send("POST", path, body);
      draft = null;
      await reload();
      edit.mark(done.warnings);
      replace(result, outcome(done, false), problemList(done.warnings, edit));
    } catch (error) {
      if (!(error instanceof Problem && error.problems.length)) throw error;
      refused(error.problems);
    }
  }

  const apply = () => change("/api/config", { text: edit.area.value, save: save.checked, if_generation: running.generation });
  const back = (generation) => { trouble(null); change("/api/config/rollback", { generation }).catch(trouble); };
  const guarded = (f) => () => { trouble(null); f().catch(trouble); };

  async function reload() {
    const place = scrollY;
    running = await get("/api/config");
    edit = makeEditor(draft ?? running.text);
    const discard = make("button", { class: "chip", hidden: draft === null, title: "back to what runs", onclick: () => { draft = null; reload().catch(trouble); } }, "edited, not applied ×");
    edit.area.addEventListener("input", () => {
      draft = edit.area.value === running.text ? null : edit.area.value;
      discard.hidden = draft === null;
    });
    result = make("div", { class: "result", role: "status" });
    save = make("input", { type: "checkbox", disabled: !running.file });
    const past = await historySection(edit, back);
    replace(view, make("section", {},
      make("div", { class: "bar sticky" }, heading(running, discard), make("label", { class: "right" }, save, "write it to the file too"),
        make("button", { "data-check": true, onclick: guarded(check) }, "Check"),
        make("button", { class: "primary", "data-apply": true, onclick: guarded(apply) }, "Apply")),
      running.over.length ? make("p", { class: "levels-over" }, running.over.map((o) => make("span", { class: "tag over" }, localTimes(o)))) : null,
      edit.element, result), past);
    scrollTo(0, place);
  }

  await reload();
  addEventListener("beforeunload", asks);
  return () => removeEventListener("beforeunload", asks);
}
