/** What the reader takes along. */

import { spreadsheet } from "./service.js";

const BEYOND_NAMES = /[\u0000-\u001f\\/:*?"<>|]+/g;

/**
 * Part of a response: the figures at these indices, and what is said of these alone, as min_confidence would give it.
 * @param {object} response of /extract
 * @param {number[]} indices ascending
 */
export function narrowed(response, indices) {
  const place = new Map(indices.map((index, at) => [index, at]));
  const fields = {};
  for (const [indicator, roles] of Object.entries(response.fields)) {
    for (const [role, items] of Object.entries(roles)) {
      const kept = items.filter((item) => place.has(item.figure)).map((item) => ({ ...item, figure: place.get(item.figure) }));
      if (kept.length) (fields[indicator] ??= {})[role] = kept;
    }
  }
  return {
    ...response, fields, figures: indices.map((index) => response.figures[index]),
    checks: response.checks.filter((check) => check.figures.every((index) => place.has(index)))
      .map((check) => ({ ...check, figures: check.figures.map((index) => place.get(index)) })),
  };
}

/** The file's content. form: "json", "csv" or "xlsx"; id: for the first column of a spreadsheet. */
export async function content(form, response, id) {
  if (form === "json") return new Blob([JSON.stringify(response, null, 1)], { type: "application/json" });
  return spreadsheet(form, id, response);
}

/** Hand a file to the browser to keep. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser reads the file after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** A name that every system takes for a file. */
export const fileName = (words, form) => `${words.replace(BEYOND_NAMES, " ").trim().slice(0, 80)}.${form}`;
