/** The checks of a report, the violated ones on top. */

import { element } from "./elements.js";
import { indicatorName, ruleText, say, sentenceText, valueText } from "./language.js";

const ORDER = ["violated", "not_assessable", "holds"];
const SIGNS = { violated: "✕", not_assessable: "?", holds: "✓" };
const MOST = 8; // more figures than these are folded away

/**
 * Show checks in a pane.
 * @param {(index: number) => void} choose called with the figure that is clicked
 */
export function showChecks(pane, checks, figures, choose) {
  const link = (index) => element("button", { type: "button", class: "link", click: () => choose(index) },
    `${indicatorName(figures[index])} ${valueText(figures[index])}`);
  const item = (check) => element("li", { class: `check ${check.status}` },
    element("p", { class: "verdict" }, element("span", { class: "sign", "aria-hidden": "true" }, SIGNS[check.status]), say(check.status)),
    element("div", {},
      element("h4", {}, ruleText(check.rule, check.figures.map((index) => figures[index]))),
      element("p", {}, sentenceText(check.message)),
      check.figures.length > MOST ? folded(check.figures, link) : element("p", { class: "links" }, ...check.figures.map(link))));
  const sorted = [...checks].sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  pane.replaceChildren(checks.length ? element("ul", { class: "checks" }, ...sorted.map(item)) : element("p", { class: "empty" }, say("noChecks")));
}

function folded(indices, link) {
  const details = element("details", {}, element("summary", {}, say("concerned", { count: indices.length })));
  // A sum over a whole table is about two hundred figures: they are made when they are asked for.
  details.addEventListener("toggle", () => details.append(element("p", { class: "links" }, ...indices.map(link))), { once: true });
  return details;
}
