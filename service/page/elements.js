/** Elements by hand: text is always text, never markup. */

/** The element of the page with an id. */
export const byId = (id) => document.getElementById(id);

/**
 * A new element. `attributes` whose value is null, undefined or false are left out, functions become listeners of their name.
 * Children are nodes or strings.
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}
