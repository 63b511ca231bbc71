/** Which figures are shown: by group, role, where they stand, and confidence. */

import { paint } from "./colours.js";
import { byId, element } from "./elements.js";
import { groupName, roleName, say } from "./language.js";

/** The filters above the panes. */
export class Filters {
  /** @param {() => void} changed called when a filter was moved */
  constructor(changed) {
    this.changed = changed;
    this.figures = [];
    this.groups = new Set();
    [this.chips, this.role, this.source, this.threshold] = ["groups", "role", "source", "threshold"].map(byId);
    this.role.addEventListener("change", changed);
    this.source.addEventListener("change", changed);
    this.threshold.addEventListener("input", changed);
    byId("reset").addEventListener("click", () => {
      this.reset();
      changed();
    });
  }

  /** Take new figures and offer what is among them. groups: codes in the catalogue's order. */
  open(figures, groups) {
    this.figures = figures;
    this.known = groups;
    this.reset();
  }

  /** Let everything through. */
  reset() {
    this.groups.clear();
    this.role.value = this.source.value = "";
    this.threshold.value = 0;
    this.say();
  }

  /** Say the filters in the reader's language, as they stand. */
  say() {
    const [groups, roles, sources] = ["group", "role", "source"].map((key) => counts(this.figures, key));
    const present = [...new Set([...this.known, ...groups.keys()])].filter((group) => groups.has(group));
    this.chips.replaceChildren(...present.map((group) => this.chip(group, groups.get(group))));
    options(this.role, say("everyRole"), [...roles].map(([role, count]) => [role, `${roleName(role)} (${count})`]));
    options(this.source, say("everySource"), [...sources].map(([source, count]) => [source, `${say(source)} (${count})`]));
  }

  /** The indices of the figures that pass, in the order of the text. */
  passing() {
    const least = Number(this.threshold.value);
    byId("threshold-value").textContent = least.toFixed(2);
    const indices = [];
    this.figures.forEach((figure, index) => {
      if ((!this.groups.size || this.groups.has(figure.group)) && (!this.role.value || this.role.value === figure.role)
        && (!this.source.value || this.source.value === figure.source) && figure.confidence >= least) indices.push(index);
    });
    byId("count").textContent = say("count", { shown: indices.length, all: this.figures.length });
    byId("reset").disabled = indices.length === this.figures.length;
    return indices;
  }

  chip(group, count) {
    const turn = ({ currentTarget: chip }) => {
      const pressed = !this.groups.delete(group);
      if (pressed) this.groups.add(group);
      chip.setAttribute("aria-pressed", pressed);
      this.changed();
    };
    const chip = element("button", { type: "button", class: "chip", "data-group": group, "aria-pressed": String(this.groups.has(group)), click: turn },
      element("span", { class: "swatch" }, groupName(group)), element("span", { class: "number" }, String(count)));
    paint(chip, group);
    return chip;
  }
}

/** How many figures have each value of a key. */
function counts(figures, key) {
  const found = new Map();
  for (const figure of figures) found.set(figure[key], (found.get(figure[key]) ?? 0) + 1);
  return found;
}

function options(select, everything, pairs) {
  const kept = select.value;
  select.replaceChildren(element("option", { value: "" }, everything), ...pairs.map(([value, name]) => element("option", { value }, name)));
  select.value = kept;
}
