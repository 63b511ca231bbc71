/** The statutory tables as they were read. */

import { element } from "./elements.js";
import { formName, say } from "./language.js";

/** Show the tables of a response in a pane. tables: null where there were none. */
export function showForms(pane, tables) {
  if (!tables) {
    pane.replaceChildren(element("p", { class: "empty" }, say("noForms")));
    return;
  }
  const { article20, applications, disputes } = tables;
  const { columns, ...blocks } = disputes;
  pane.replaceChildren(
    heading("article20"), ...parts(article20).map(([names, rows]) => table(names, rows)),
    heading("applications"), table(applications.columns, Object.entries(applications.rows)),
    heading("disputes"), table(columns, Object.entries(blocks)));
}

/** The rows of article 20, those of the same columns together: [columns, rows] of each part. */
function parts(article20) {
  const found = new Map();
  for (const [code, cells] of Object.entries(article20)) {
    const names = Object.keys(cells);
    if (!found.has(names.join())) found.set(names.join(), [names, []]);
    found.get(names.join())[1].push([code, Object.values(cells)]);
  }
  return [...found.values()];
}

function heading(code) {
  return element("h4", {}, formName(code));
}

function table(columns, rows) {
  return element("div", { class: "wide" }, element("table", { class: "form" },
    element("thead", {}, element("tr", {}, element("td"), ...columns.map((column) => element("th", { scope: "col" }, formName(column))))),
    element("tbody", {}, ...rows.map(([code, cells]) => element("tr", {},
      element("th", { scope: "row" }, formName(code)), ...(cells ?? columns.map(() => null)).map(cell))))));
}

function cell(value) {
  if (value === null || value === undefined) return element("td", { class: "blank" }, say("blank"));
  const text = typeof value === "object" ? `${value.value.toLocaleString("en-US")} ${value.unit}` : value.toLocaleString("en-US");
  return element("td", { class: value === 0 ? "zero" : null }, text);
}
