/** A group's mark: seven hues by three underlines, so that no two groups look the same, in colour or without. */

const HUES = [255, 25, 150, 85, 310, 195, 350];
const LINES = ["solid", "dashed", "double"];
let order = [];

/** Take notice of the groups in the catalogue's order. */
export function setGroups(codes) {
  order = codes;
}

/**
 * Give an element its group's mark.
 * @param {HTMLElement} element
 * @param {string} group
 * @param {number} confidence 0 to 1; squared, as most confidences are high and would look alike
 */
export function paint(element, group, confidence = 1) {
  const place = Math.max(0, order.indexOf(group));
  element.style.setProperty("--hue", HUES[place % HUES.length]);
  element.style.setProperty("--style", LINES[Math.floor(place / HUES.length) % LINES.length]);
  element.style.setProperty("--strength", (confidence ** 2).toFixed(3));
}
