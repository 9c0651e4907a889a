// records.js - the records: filtered, searched, older ones by pages, new ones live; and one with its context.

import { get, query } from "./api.js";
import { make, plural, replace, setText, visible } from "./dom.js";
import { answered, setPlace, trouble } from "./main.js";
import { matcher } from "./match.js";
import { cursorOf, isNewer, recordRow, recordTable, rowKeys } from "./record_row.js";
import { chips, filterBar } from "./record_filter.js";
import { RecordList } from "./record_list.js";
import { follow } from "./tail.js";

const PAGE = 100;
const CATCH_UP_MS = 1000; // so often at most the list is asked for what the stream left out

async function showAround(view, id) {
  const found = await get(`/api/records/${encodeURIComponent(id)}/context?n=30`);
  const body = make(
    "tbody",
    {},
    found.before.map((r) => recordRow(r)),
    recordRow(found.record, true),
    found.after.map((r) => recordRow(r)),
  );
  rowKeys(body);
  const note = `${plural(found.before.length, "record")} before it, ${found.after.length} after it, of all loggers`;
  replace(
    view,
    make(
      "section",
      {},
      make(
        "div",
        { class: "bar sticky" },
        make("h2", {}, `Around record ${visible(id)}`),
        make("span", { class: "quiet" }, note),
        make("a", { class: "right", href: "#/records" }, "All records"),
      ),
      recordTable(body),
    ),
  );
  const marked = body.querySelector(".marked");
  marked.tabIndex = 0;
  marked.scrollIntoView({ block: "center" });
}

class RecordsView {
  constructor(view, parameters) {
    const asked = Object.fromEntries(parameters);
    this.state = {
      level: asked.level ?? "",
      logger: asked.logger ?? "",
      q: asked.q ?? "",
      since: asked.since ?? "",
      fields: Object.entries(asked)
        .filter(([k]) => k.startsWith("field."))
        .map(([k, v]) => [k.slice("field.".length), v]),
    };
    this.matches = matcher(this.state);
    this.next = null; // the cursor of the next older page
    this.turn = 0; // of the present filter: an answer to an earlier one is not shown
    this.catching = 0; // timer
    this.unfollow = null; // ends the live stream
    this.dot = make("span", { class: "dot" });
    this.live = make("input", {
      type: "checkbox",
      checked: asked.live !== "no",
      "aria-label": "live",
      onchange: () => this.changed(),
    });
    this.pill = make("button", { class: "pill", onclick: () => this.showWaiting() });
    this.note = make("p", { class: "note warn", hidden: true });
    this.older = make(
      "button",
      { disabled: true, onclick: () => this.loadOlder().catch(trouble) },
      "Older records",
    );
    this.list = new RecordList({
      held: (n) => this.drawPill(n),
      trimmed: () => {
        this.older.disabled = false;
      },
      reload: () => this.reload().catch(trouble),
    });
    rowKeys(this.list.body);
    const changed = () => this.changed();
    replace(
      view,
      make(
        "section",
        {},
        make(
          "div",
          { class: "bar sticky" },
          filterBar(this.state, changed),
          chips(this.state, changed),
          this.pill,
          make("label", { class: "live" }, this.live, this.dot, "live"),
        ),
        this.note,
        recordTable(this.list.body),
        make("p", {}, this.older),
      ),
    );
  }

  parameters() {
    const { fields, ...rest } = this.state;
    return { ...rest, ...Object.fromEntries(fields.map(([k, v]) => ["field." + k, v])) };
  }

  filtered() {
    const { level, logger, q, fields } = this.state;
    return Boolean(level || logger || q || fields.length);
  }

  async page(before) {
    const found = await get("/api/records" + query({ ...this.parameters(), limit: PAGE, before }));
    this.note.hidden = !found.trouble;
    setText(
      this.note,
      found.trouble
        ? `The history could not be read, so these are the recent records only: ${visible(found.trouble)}`
        : "",
    );
    return found;
  }

  follows(next) {
    this.next = next;
    this.older.disabled = !next;
  }

  /** The newest page, and what came by the stream meanwhile. */
  async reload() {
    const mine = ++this.turn;
    const found = await this.page("");
    if (mine !== this.turn) return; // a later filter overtook this answer
    answered();
    this.follows(found.next);
    const newest = found.records[0];
    const came = this.list.clear().filter((r) => this.matches(r) && (!newest || isNewer(r, newest)));
    this.list.append(found.records);
    came.sort((a, b) => (isNewer(a, b) ? 1 : -1));
    if (this.live.checked) this.list.add(came.map((record) => ({ record })));
  }

  async loadOlder() {
    const mine = this.turn;
    const last = this.list.last();
    const found = await this.page(last ? cursorOf(last) : this.next);
    if (mine !== this.turn) return;
    this.follows(found.next);
    this.list.append(found.records);
  }

  /** Lists again what came while the stream was not there, or was too fast for a filter to see all of it. */
  async catchUp() {
    this.catching = 0;
    const mine = this.turn;
    const { records, next } = await this.page("");
    if (mine !== this.turn || !this.live.checked) return;
    const hole = next && !this.list.isEmpty() && !records.some((r) => this.list.has(r.id));
    this.list.add([...(hole ? [{ gap: null }] : []), ...records.reverse().map((record) => ({ record }))]);
  }

  catchUpSoon(ms) {
    this.catching ||= setTimeout(() => this.catchUp().then(answered, trouble), ms);
  }

  onEvents(events) {
    const items = [];
    for (const event of events) {
      if (event.live !== undefined) this.onLive(event);
      if (event.record && this.matches(event.record)) items.push({ record: event.record });
      if (event.gap === undefined) continue;
      if (this.filtered()) this.catchUpSoon(CATCH_UP_MS);
      else items.push({ gap: event.gap });
    }
    if (items.length) this.list.add(items);
  }

  onLive({ live, why }) {
    this.dot.classList.toggle("live", live);
    this.dot.title = live ? "new records come by themselves" : `not live: ${why}`;
    if (live) this.catchUpSoon(0);
  }

  setLive() {
    if (this.live.checked) {
      this.unfollow ??= follow((events) => this.onEvents(events));
      return;
    }
    this.unfollow?.();
    this.unfollow = null;
    this.dot.classList.remove("live");
  }

  changed() {
    setPlace("records", { ...this.parameters(), live: this.live.checked ? "" : "no" });
    this.matches = matcher(this.state);
    trouble(null);
    this.setLive();
    this.reload().catch(trouble);
  }

  drawPill(n) {
    this.pill.classList.toggle("shown", n > 0);
    setText(this.pill, n > 0 ? `${plural(n, "new record")} – show` : "0 new records");
  }

  showWaiting() {
    scrollTo(0, 0);
    this.list.release();
  }

  end() {
    this.unfollow?.();
    this.turn++;
    clearTimeout(this.catching);
    this.list.end();
  }
}

export async function showRecords(view, parameters) {
  if (parameters.get("around")) return showAround(view, parameters.get("around"));
  const shown = new RecordsView(view, parameters);
  shown.setLive();
  await shown.reload().catch(trouble);
  return () => shown.end();
}
