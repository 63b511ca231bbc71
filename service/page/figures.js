/** The table of figures. Only the rows in view are in the page, so that thousands cost no more than forty. */

import { paint } from "./colours.js";
import { element } from "./elements.js";
import { groupName, indicatorName, roleName, say, valueText } from "./language.js";

const BEYOND = 8; // rows rendered above and below the view
const COLUMNS = [
  { code: "order", key: (figure) => figure.start },
  { code: "indicator", key: (figure) => indicatorName(figure) },
  { code: "role", key: (figure) => roleName(figure.role) },
  { code: "value", key: (figure) => figure.value ?? 0 },
  { code: "confidence", key: (figure) => figure.confidence },
];
const collator = new Intl.Collator("zh-Hans");

/** One tab stop: the arrow keys go from row to row. */
export class FigureTable {
  /**
   * @param {HTMLElement} pane where the table stands; it scrolls
   * @param {{choose: (index: number, toText?: boolean) => void}} listeners
   */
  constructor(pane, listeners) {
    this.pane = pane;
    this.listeners = listeners;
    this.figures = [];
    this.shown = [];
    this.rows = [];
    this.chosen = null;
    this.sorted = { column: COLUMNS[0], descending: false };
    this.head = element("tr", { "aria-rowindex": 1 });
    this.body = element("tbody");
    this.table = element("table", { role: "grid", class: "figures" }, element("thead", {}, this.head), this.body);
    this.empty = element("p", { class: "empty" });
    pane.append(this.table, this.empty);
    pane.addEventListener("scroll", () => this.render());
    new ResizeObserver(() => this.render()).observe(pane);
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("tr[data-index]");
      if (row) listeners.choose(Number(row.dataset.index));
    });
    this.body.addEventListener("keydown", (event) => this.press(event));
  }

  /** Take new figures; show() says which to show. */
  open(figures) {
    this.figures = figures;
    this.chosen = null;
    this.sorted = { column: COLUMNS[0], descending: false };
  }

  /** Show these figures, in the order chosen at the head. */
  show(indices) {
    this.shown = indices;
    this.sort();
  }

  /** Make a figure the chosen one; scroll: bring its row into view. */
  choose(index, scroll) {
    this.chosen = index;
    const place = this.rows.indexOf(index);
    if (scroll && place >= 0) this.reveal(place);
    this.render();
  }

  sort() {
    const { column, descending } = this.sorted;
    const keys = this.figures.map(column.key);
    const compare = (a, b) => (typeof keys[a] === "string" ? collator.compare(keys[a], keys[b]) : keys[a] - keys[b]) || a - b;
    this.rows = [...this.shown].sort(descending ? (a, b) => compare(b, a) : compare);
    this.head.replaceChildren(...COLUMNS.map((heading) => this.heading(heading)));
    this.table.setAttribute("aria-label", say("figuresTable"));
    this.table.setAttribute("aria-rowcount", this.rows.length + 1);
    this.table.hidden = !this.rows.length;
    this.empty.textContent = this.rows.length ? "" : say(this.figures.length ? "nothingShown" : "nothingFound");
    this.pane.scrollTop = 0;
    this.render();
  }

  heading(column) {
    const active = column === this.sorted.column;
    const direction = this.sorted.descending ? "descending" : "ascending";
    const turn = () => {
      this.sorted = { column, descending: active && !this.sorted.descending };
      this.sort();
      this.head.querySelector(`.${column.code} button`).focus();
    };
    return element("th", { scope: "col", class: column.code, "aria-sort": active ? direction : "none" },
      element("button", { type: "button", click: turn }, say(column.code)));
  }

  render() {
    if (!this.rows.length || !this.pane.clientHeight) return;
    const focused = this.body.contains(document.activeElement);
    const height = this.rowHeight();
    const first = Math.max(0, Math.floor(this.pane.scrollTop / height) - BEYOND);
    const last = Math.min(this.rows.length, Math.ceil((this.pane.scrollTop + this.pane.clientHeight) / height) + BEYOND);
    const stop = this.rows.includes(this.chosen) ? this.chosen : this.rows[0];
    const rows = this.rows.slice(first, last).map((index, at) => this.row(index, first + at, index === stop));
    this.body.replaceChildren(gap(first * height), ...rows, gap((this.rows.length - last) * height));
    if (focused) (this.body.querySelector("tr[tabindex='0']") ?? this.pane).focus({ preventScroll: true });
  }

  row(index, place, stop) {
    const figure = this.figures[index];
    const row = element("tr", {
      "data-index": index, "aria-rowindex": place + 2, "aria-selected": index === this.chosen, tabindex: stop ? 0 : -1,
      class: index === this.chosen ? "chosen" : null, title: groupName(figure.group),
    },
    element("td", { class: "order" }, element("span", { class: "swatch", lang: "zh" }, figure.text)),
    element("td", { class: "indicator" }, indicatorName(figure), element("small", { lang: "zh" }, figure.object ?? "")),
    element("td", { class: "role" }, roleName(figure.role)),
    element("td", { class: "value" }, valueText(figure)),
    element("td", { class: "confidence" }, element("meter", { min: 0, max: 1, value: figure.confidence, "aria-hidden": "true" }),
      figure.confidence.toFixed(2)));
    paint(row.querySelector(".swatch"), figure.group, figure.confidence);
    return row;
  }

  rowHeight() {
    return parseFloat(getComputedStyle(this.pane).getPropertyValue("--row"));
  }

  reveal(place) {
    const height = this.rowHeight();
    const view = this.pane.clientHeight - this.head.offsetHeight;
    const top = place * height;
    if (top < this.pane.scrollTop || top + height > this.pane.scrollTop + view) this.pane.scrollTop = top - (view - height) / 2;
  }

  press(event) {
    const page = Math.max(1, Math.floor(this.pane.clientHeight / this.rowHeight()) - 2);
    const place = Math.max(0, this.rows.indexOf(this.chosen));
    const last = this.rows.length - 1;
    const next = {
      ArrowUp: this.chosen === null ? 0 : place - 1, ArrowDown: this.chosen === null ? 0 : place + 1,
      PageUp: place - page, PageDown: place + page, Home: 0, End: last, " ": place, Enter: place,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const index = this.rows[Math.min(last, Math.max(0, next))];
    this.choose(index, true);
    this.listeners.choose(index, event.key === "Enter");
  }
}

function gap(height) {
  const cell = element("td", { colspan: COLUMNS.length });
  cell.style.height = `${height}px`;
  return element("tr", { class: "gap", "aria-hidden": "true" }, cell);
}
