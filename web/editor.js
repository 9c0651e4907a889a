// editor.js - a text field for a configuration: line numbers on the left, what is wrong with a line on its
// right; and the differences of two texts.

import { make, replace, visible } from "./dom.js";

const LINE_PX = 19,
  TOP_PX = 8; // as app.css has them

export function makeEditor(text) {
  const area = make("textarea", {
    spellcheck: false,
    "aria-label": "configuration",
    wrap: "off",
    value: text,
  });
  const gutter = make("div", { class: "gutter", "aria-hidden": "true" });
  const notes = make("div", { class: "notes", hidden: true });
  const element = make("div", { class: "editor" }, gutter, area, notes);
  let marks = new Map(); // line -> its problems

  function drawLines() {
    const lines = area.value.split("\n").length;
    while (gutter.children.length > lines) gutter.lastChild.remove();
    for (let n = gutter.children.length + 1; n <= lines; n++) gutter.append(make("div", {}, String(n)));
    area.rows = lines + 1;
  }

  function note(line, problems) {
    const errors = problems.filter((p) => !p.warning).length;
    const text = problems.map((p) => visible(p.message)).join("; ");
    const made = make(
      "div",
      { class: "beside" + (errors ? "" : " warning"), title: text, "data-line": line },
      text,
    );
    made.style.top = `${TOP_PX + (line - 1) * LINE_PX}px`;
    gutter.children[line - 1]?.classList.add(errors ? "problem" : "warning");
    return made;
  }

  function mark(problems) {
    for (const line of marks.keys()) gutter.children[line - 1]?.classList.remove("problem", "warning");
    marks = new Map();
    for (const p of problems) if (p.line > 0) marks.set(p.line, [...(marks.get(p.line) ?? []), p]);
    replace(
      notes,
      [...marks].map(([line, found]) => note(line, found)),
    );
    notes.hidden = marks.size === 0;
    const first = Math.min(...marks.keys());
    if (marks.size) element.scrollTop = Math.max(0, TOP_PX + (first - 5) * LINE_PX);
  }

  area.addEventListener("input", () => {
    if (marks.size) mark([]);
    drawLines();
  });
  area.addEventListener("keydown", (e) => {
    if (e.key === "Escape") area.blur(); // the way out for who has no mouse: Tab writes spaces here
    if (e.key !== "Tab" || e.shiftKey) return;
    e.preventDefault();
    document.execCommand("insertText", false, "    "); // the one way that keeps undo
  });
  drawLines();
  return {
    element,
    area,
    mark,
    goto(line) {
      const begin =
        area.value
          .split("\n")
          .slice(0, line - 1)
          .join("\n").length + (line > 1 ? 1 : 0);
      const end = area.value.indexOf("\n", begin);
      element.scrollTop = Math.max(0, TOP_PX + (line - 5) * LINE_PX);
      area.focus({ preventScroll: true });
      area.setSelectionRange(begin, end < 0 ? area.value.length : end);
    },
  };
}

/** Lines of b against a, with three around each change: [kind, text]; null when both are the same. */
export function diffLines(a, b) {
  const x = a.split("\n"),
    y = b.split("\n"),
    kept = 3;
  if (x.length * y.length > 4e6) return [["", "too long to compare here; `weir config diff` can"]];
  // best[i][j]: how many lines the rests of both, from i and j on, have in common.
  const best = Array.from({ length: x.length + 1 }, () => new Uint32Array(y.length + 1));
  for (let i = x.length - 1; i >= 0; i--)
    for (let j = y.length - 1; j >= 0; j--)
      best[i][j] = x[i] === y[j] ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
  const out = [];
  for (let i = 0, j = 0; i < x.length || j < y.length;) {
    if (i < x.length && j < y.length && x[i] === y[j]) {
      out.push(["", "  " + x[i++]]);
      j++;
    } else if (i < x.length && (j === y.length || best[i + 1][j] >= best[i][j + 1]))
      out.push(["del", "- " + x[i++]]);
    else out.push(["add", "+ " + y[j++]]);
  }
  const near = (at) => out.slice(Math.max(0, at - kept), at + kept + 1).some(([kind]) => kind);
  const shown = out.flatMap((line, at) => (near(at) ? [line] : near(at - 1) ? [["skip", "  …"]] : []));
  return shown.length ? shown : null;
}
