// config.js - the running configuration: read, change, check, apply, go back.

import { get, send, Problem } from "./api.js";
import { localTime, localTimes, make, plural, replace, tableHead, visible } from "./dom.js";
import { diffLines, makeEditor } from "./editor.js";
import { trouble } from "./main.js";

// What was edited and not applied, kept while another view is shown: {text, generation that it was made from}.
let draft = null;
// How it is shown: "" as it came, "ini" or "json".
let form = "";

function problemList(problems, edit) {
  return make(
    "ul",
    { class: "problems" },
    problems.map((p) =>
      make(
        "li",
        { class: p.warning ? "warning" : "" },
        p.line > 0
          ? make("button", { class: "link", onclick: () => edit.goto(p.line) }, `line ${p.line}`)
          : null,
        " ",
        p.section ? make("code", {}, `[${visible(p.section)}] ${visible(p.key ?? "")} `) : null,
        visible(p.message),
      ),
    ),
  );
}

const list = (title, items) =>
  items.length
    ? [make("h3", {}, title), items.map((i) => make("div", {}, make("code", {}, visible(i))))]
    : [];

function outcome(done, checked) {
  const said = checked
    ? "It is valid; nothing was changed."
    : `Generation ${done.generation} runs.` + (done.saved ? " It is written to the file." : "");
  return [
    make("p", { class: "good" }, said),
    done.save_error
      ? make("p", { class: "bad" }, "Not written to the file: " + visible(done.save_error))
      : null,
    checked && !done.disabled.length ? make("p", { class: "quiet" }, "It would disable no logger.") : null,
    list(checked ? "It would disable these loggers" : "Disabled loggers", done.disabled),
    list("Levels in force over it", done.over.map(localTimes)),
    list("After a restart only", done.restart),
  ];
}

function diffText(from, to) {
  const lines = diffLines(from, to);
  return lines
    ? make(
        "pre",
        { class: "diff" },
        lines.map(([kind, line]) => make("div", { class: kind }, visible(line))),
      )
    : make("p", { class: "quiet" }, "No difference.");
}

/** One configuration that ran, with its differences from the text in the editor below it. */
function historyRows(entry, edit, back) {
  const place = make("td", { colSpan: 5 }),
    row = make("tr", { class: "compared", hidden: true }, place);
  async function compare() {
    row.hidden = !row.hidden;
    if (row.hidden) return;
    const { text } = await get(`/api/config/history/${entry.generation}`);
    replace(
      place,
      make("p", { class: "quiet" }, `From generation ${entry.generation} to the text above:`),
      diffText(text, edit.area.value),
    );
  }
  return [
    make(
      "tr",
      { "data-generation": entry.generation },
      make("td", { class: "number" }, String(entry.generation)),
      make("td", {}, localTime(entry.created, true)),
      make(
        "td",
        { class: "quiet" },
        visible(`${entry.way} ${entry.who}`) + (entry.edits > 1 ? ` (${entry.edits} edits in a row)` : ""),
      ),
      make("td", { class: "number quiet" }, plural(entry.size, "byte")),
      make(
        "td",
        { class: "right-text" },
        entry.current
          ? make("span", { class: "tag good" }, "runs")
          : make(
              "button",
              { class: "link", "data-back": true, onclick: () => back(entry.generation) },
              "run by it again",
            ),
        " ",
        make("button", { class: "link", onclick: () => compare().catch(trouble) }, "compare"),
      ),
    ),
    row,
  ];
}

async function historySection(edit, back) {
  const data = await get("/api/config/history");
  return make(
    "section",
    {},
    make("h2", {}, "What ran"),
    make(
      "div",
      { class: "scroll" },
      make(
        "table",
        { class: "history" },
        tableHead(["Generation", "number"], "Since", "By", ["Size", "number"], ""),
        make(
          "tbody",
          {},
          data.entries.map((e) => historyRows(e, edit, back)),
        ),
      ),
    ),
  );
}

/** What runs, of which file. discard: a button, where something was edited. */
function heading(running, discard) {
  return [
    make("h2", {}, `Generation ${running.generation}`),
    make("code", { class: "quiet" }, running.file ? visible(running.file) : "no file"),
    running.differs_from_file ? make("span", { class: "tag warn" }, "differs from the file") : null,
    discard,
  ];
}

class ConfigView {
  constructor(view) {
    this.view = view;
  }

  async read() {
    try {
      this.running = await get("/api/config" + (form ? `?as=${form}` : ""));
    } catch (error) {
      if (!form) throw error;
      form = "";
      await this.read();
      trouble(error); // an INI file cannot say everything
    }
  }

  /** The same configuration in another form; what was edited would be lost, so not over a draft. */
  formChoice() {
    const choice = make(
      "select",
      { "data-form": true, title: "the form that it is shown in", disabled: draft !== null },
      [["", "as it came"], ["ini", "INI"], ["json", "JSON"]].map(([value, name]) =>
        make("option", { value, selected: value === form }, name),
      ),
    );
    choice.addEventListener("change", () => {
      form = choice.value;
      trouble(null);
      this.reload().catch(trouble);
    });
    return choice;
  }

  async reload() {
    const place = scrollY;
    await this.read();
    this.form = this.formChoice();
    this.edit = makeEditor(draft?.text ?? this.running.text);
    this.edit.area.addEventListener("input", () => this.onInput());
    this.result = make("div", { class: "result", role: "status" });
    this.save = make("input", { type: "checkbox", disabled: !this.running.file });
    this.discard = make(
      "button",
      {
        class: "chip",
        hidden: draft === null,
        title: "back to what runs",
        onclick: () => {
          draft = null;
          this.reload().catch(trouble);
        },
      },
      "edited, not applied ×",
    );
    const past = await historySection(this.edit, (generation) => this.back(generation));
    replace(this.view, this.editSection(), past);
    scrollTo(0, place);
  }

  editSection() {
    const guarded = (f) => () => {
      trouble(null);
      f().catch(trouble);
    };
    const bar = make(
      "div",
      { class: "bar sticky" },
      heading(this.running, this.discard),
      this.form,
      make("label", { class: "right" }, this.save, "write it to the file too"),
      make("button", { "data-check": true, onclick: guarded(() => this.check()) }, "Check"),
      make("button", { class: "primary", "data-apply": true, onclick: guarded(() => this.apply()) }, "Apply"),
    );
    const over = this.running.over.map((o) => make("span", { class: "tag over" }, localTimes(o)));
    return make(
      "section",
      {},
      bar,
      over.length ? make("p", { class: "levels-over" }, over) : null,
      this.edit.element,
      this.result,
    );
  }

  onInput() {
    const text = this.edit.area.value;
    const generation = draft?.generation ?? this.running.generation;
    draft = text === this.running.text ? null : { text, generation };
    this.discard.hidden = draft === null;
    this.form.disabled = draft !== null;
  }

  refused(problems) {
    this.edit.mark(problems);
    const errors = problems.filter((p) => !p.warning).length;
    replace(
      this.result,
      make("p", { class: "bad" }, `${plural(errors, "problem")}; the running configuration is unchanged.`),
      problemList(problems, this.edit),
    );
  }

  async check() {
    const text = this.edit.area.value;
    const done = await send("POST", "/api/config/check", { text });
    if (!done.valid) return this.refused(done.problems);
    this.edit.mark(done.problems);
    const changes =
      text === this.running.text
        ? null
        : [make("h3", {}, "What it changes"), diffText(this.running.text, text)];
    replace(this.result, outcome(done, true), problemList(done.problems, this.edit), changes);
  }

  apply() {
    return this.change("/api/config", {
      text: this.edit.area.value,
      save: this.save.checked,
      if_generation: draft?.generation ?? this.running.generation,
    });
  }

  /** Somebody else was quicker: shows what runs now. What was edited stays, and may be applied over it. */
  async overtaken() {
    if (draft) draft.generation = null;
    await this.reload();
    const what = `Generation ${this.running.generation} came meanwhile: compare with it below, or apply yours all the same.`;
    replace(this.result, make("p", { class: "warn" }, what));
  }

  back(generation) {
    trouble(null);
    this.change("/api/config/rollback", { generation }).catch(trouble);
  }

  async change(path, body) {
    try {
      const done = await send("POST", path, body);
      draft = null;
      await this.reload();
      this.edit.mark(done.warnings);
      replace(this.result, outcome(done, false), problemList(done.warnings, this.edit));
    } catch (error) {
      if (error instanceof Problem && error.problems.length) return this.refused(error.problems);
      if (error.status === 409) await this.overtaken();
      throw error;
    }
  }
}

export async function showConfig(view) {
  const asks = (e) => {
    if (draft !== null) e.preventDefault();
  };
  await new ConfigView(view).reload();
  addEventListener("beforeunload", asks);
  return () => removeEventListener("beforeunload", asks);
}
