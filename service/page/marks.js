/** The text with its figures marked. */

import { paint } from "./colours.js";
import { element } from "./elements.js";
import { utf16Offsets } from "./offsets.js";

/** One tab stop: the arrow keys go from figure to figure. */
export class MarkedText {
  /**
   * @param {HTMLElement} pane where the text stands; it scrolls
   * @param {{choose: (index: number, toTable?: boolean) => void, hover: (index: number | null, mark?: HTMLElement) => void}} listeners
   */
  constructor(pane, listeners) {
    this.pane = pane;
    this.listeners = listeners;
    this.marks = [];
    this.shown = [];
    this.chosen = null;
    pane.addEventListener("click", (event) => this.at(event, (index, mark) => {
      listeners.choose(index);
      listeners.hover(index, mark); // a finger does not hover
    }));
    pane.addEventListener("pointerover", (event) => this.at(event, (index, mark) => listeners.hover(index, mark)));
    pane.addEventListener("pointerout", (event) => this.at(event, () => listeners.hover(null)));
    pane.addEventListener("keydown", (event) => this.press(event));
    pane.addEventListener("blur", () => listeners.hover(null), true);
  }

  /** Show a text and its figures, which never overlap. */
  open(text, figures, script) {
    const offsets = utf16Offsets(text, figures.flatMap((figure) => [figure.start, figure.end]));
    const fragment = document.createDocumentFragment();
    let done = 0;
    this.marks = figures.map((figure, index) => {
      const [start, end] = [offsets[2 * index], offsets[2 * index + 1]];
      const mark = element("mark", { "data-index": index }, text.slice(start, end));
      paint(mark, figure.group, figure.confidence);
      fragment.append(text.slice(done, start), mark);
      done = end;
      return mark;
    });
    fragment.append(text.slice(done));
    this.chosen = null;
    this.pane.lang = script === "hant" ? "zh-Hant" : "zh-Hans";
    this.pane.replaceChildren(fragment);
    this.pane.scrollTop = 0;
  }

  /** Mark these figures only. */
  show(indices) {
    this.shown = indices;
    const kept = new Set(indices);
    this.marks.forEach((mark, index) => mark.classList.toggle("off", !kept.has(index)));
  }

  /** Make a figure the chosen one; scroll: bring it into view. */
  choose(index, scroll) {
    if (this.chosen !== null) {
      this.marks[this.chosen].classList.remove("chosen");
      this.marks[this.chosen].removeAttribute("tabindex");
      this.marks[this.chosen].removeAttribute("aria-current");
    }
    this.chosen = index;
    if (index === null) return;
    const mark = this.marks[index];
    mark.classList.add("chosen");
    mark.setAttribute("tabindex", "-1");
    mark.setAttribute("aria-current", "true");
    if (!scroll) return;
    const [box, frame] = [mark.getBoundingClientRect(), this.pane.getBoundingClientRect()];
    if (box.top < frame.top + 16 || box.bottom > frame.bottom - 16) {
      this.pane.scrollTop += box.top - frame.top - (frame.height - box.height) / 2;
    }
    this.pane.scrollLeft = 0;
  }

  /** Put the keyboard on the chosen figure and show its parts. */
  focus() {
    const mark = this.marks[this.chosen];
    mark.focus({ preventScroll: true });
    this.listeners.hover(this.chosen, mark);
  }

  at(event, act) {
    const mark = event.target.closest?.("mark:not(.off)");
    if (mark) act(Number(mark.dataset.index), mark);
  }

  press(event) {
    if (!this.shown.length || !["ArrowLeft", "ArrowRight", "Home", "End", "Enter"].includes(event.key)) return;
    event.preventDefault();
    const last = this.shown.length - 1;
    const place = this.chosen === null ? -1 : this.shown.indexOf(this.chosen);
    if (event.key === "Enter") {
      if (place >= 0) this.listeners.choose(this.chosen, true);
      return;
    }
    const next = { ArrowLeft: Math.max(0, place - 1), ArrowRight: Math.min(last, place + 1), Home: 0, End: last }[event.key];
    this.listeners.choose(this.shown[next]);
    this.choose(this.shown[next], true);
    this.focus();
  }
}
