/** What the page asks of its service, and only of it. */

const KEPT = "zhibiao.key";

/** A refusal, by its name among the page's PROBLEMS, with a detail in the service's words and values for the page's own. */
export class Problem extends Error {
  constructor(status, detail = "", values = {}) {
    super(detail);
    this.status = status;
    this.values = values;
  }
}

/** Keep the API key for this tab. */
export const keepKey = (key) => sessionStorage.setItem(KEPT, key);

/** The groups of indicators: Chinese names by code, in the catalogue's order. */
export const groups = async () => (await (await ask("indicators")).json()).groups;

/** The text of the sample report. */
export const sample = async () => (await ask("page/sample.txt")).text();

/** The response to a text. */
export async function readText(text, signal) {
  return { ...(await (await post("extract", { text }, signal)).json()), text };
}

/** The response to a file; its `text` is what the offsets point into. */
export async function readFile(file, signal) {
  const body = new FormData();
  body.append("file", file);
  return (await ask("extract/file", { method: "POST", body, signal })).json();
}

/** A response as a spreadsheet. form: "csv" or "xlsx"; id: for its first column. */
export async function spreadsheet(form, id, { figures, tables, checks }) {
  return (await post(`export/${form}`, { id, figures, tables, checks })).blob();
}

function post(path, body, signal) {
  return ask(path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" }, signal });
}

async function ask(path, options = {}) {
  const key = sessionStorage.getItem(KEPT);
  const headers = { ...options.headers, ...(key && { Authorization: `Bearer ${key}` }) };
  let answer;
  try {
    answer = await fetch(path, { ...options, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0);
  }
  if (answer.ok) return answer;
  const detail = await answer.json().then((problem) => problem.detail, () => "");
  throw new Problem(answer.status, detail, { seconds: answer.headers.get("Retry-After") ?? 5 });
}
