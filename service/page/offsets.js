/** The service counts code points, JavaScript counts UTF-16 units: a character beyond the basic plane is one there and two here. */

const LEADING_SURROGATE = /[\ud800-\udbff]/;

/**
 * The UTF-16 offsets of code points.
 * @param {string} text
 * @param {number[]} points offsets in code points, ascending
 * @returns {number[]} the same places in UTF-16 units, one for each
 */
export function utf16Offsets(text, points) {
  if (!LEADING_SURROGATE.test(text)) return points;
  const offsets = [];
  let point = 0;
  let unit = 0;
  for (const wanted of points) {
    while (point < wanted) {
      unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
      point += 1;
    }
    offsets.push(unit);
  }
  return offsets;
}
