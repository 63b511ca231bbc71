/** What stands behind a figure, beside it while it is pointed at or in focus. */

import { paint } from "./colours.js";
import { element } from "./elements.js";
import { groupName, indicatorName, roleName, say, valueText } from "./language.js";

const LINGER = 120; // milliseconds in which the pointer may cross from the mark onto the tip

/** The tip over the marks of the text. */
export class Parts {
  /** @param {HTMLElement} tip */
  constructor(tip) {
    this.tip = tip;
    this.mark = null;
    this.leaving = 0;
    tip.addEventListener("pointerenter", () => clearTimeout(this.leaving));
    tip.addEventListener("pointerleave", () => this.hide());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.hide());
    document.addEventListener("scroll", (event) => event.target.contains(this.mark) && this.hide(), true);
    document.addEventListener("pointerdown", (event) => !tip.contains(event.target) && this.hide());
  }

  /** Show a figure's parts beside its mark. */
  show(figure, mark) {
    this.hide();
    this.mark = mark;
    const facts = [["group", groupName(figure.group)], ["object", figure.object], ["section", figure.section]];
    const parts = [["sure", figure.confidence], ["span", figure.confidences.span], ["indicatorPart", figure.confidences.indicator],
      ["rolePart", figure.confidences.role], ["valuePart", figure.confidences.value]];
    const title = element("p", { class: "swatch" }, indicatorName(figure));
    paint(title, figure.group);
    this.tip.replaceChildren(title,
      element("p", { class: "said" }, `${roleName(figure.role)} · ${figure.nil ? say("nil") : valueText(figure)}`),
      list(facts.filter(([, fact]) => fact).map(([name, fact]) => [name, fact])),
      list(parts.map(([name, chance]) => [name, element("span", {}, element("meter", { min: 0, max: 1, value: chance }), chance.toFixed(2))])));
    this.tip.hidden = false;
    mark.setAttribute("aria-describedby", this.tip.id);
    this.place(mark.getClientRects()[0]);
  }

  /** Hide it, in a moment if the pointer may be on its way to it. */
  hide(lingering = false) {
    clearTimeout(this.leaving);
    if (lingering) {
      this.leaving = setTimeout(() => this.hide(), LINGER);
      return;
    }
    this.mark?.removeAttribute("aria-describedby");
    this.mark = null;
    this.tip.hidden = true;
  }

  place(box) {
    const { offsetWidth: width, offsetHeight: height } = this.tip;
    const edge = document.documentElement.clientWidth - width - 8;
    const below = box.bottom + 6 + height < window.innerHeight;
    this.tip.style.left = `${Math.max(8, Math.min(box.left, edge))}px`;
    this.tip.style.top = `${below ? box.bottom + 6 : Math.max(8, box.top - height - 6)}px`;
  }
}

function list(pairs) {
  return element("dl", {}, ...pairs.flatMap(([name, value]) => [element("dt", {}, say(name)), element("dd", {}, value)]));
}
