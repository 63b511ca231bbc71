/** The page put together: a report goes in, its figures are shown, a spreadsheet comes out. */

import { setGroups } from "./colours.js";
import { showChecks } from "./checks.js";
import { content, fileName, narrowed, save } from "./downloads.js";
import { byId, element } from "./elements.js";
import { FigureTable } from "./figures.js";
import { Filters } from "./filters.js";
import { showForms } from "./forms.js";
import { change, nameGroups, problemText, say, sentenceText, speak } from "./language.js";
import { MarkedText } from "./marks.js";
import { Parts } from "./parts.js";
import { groups, keepKey, Problem, readFile, readText, sample } from "./service.js";
import { makeTabs } from "./tabs.js";

/** answer: the response on show with its text, null before the first; file: where it came from; shown: indices that pass the filters. */
const state = { answer: null, file: null, shown: [], groups: [], running: null, failed: null, retry: null };

const parts = new Parts(byId("parts"));
const text = new MarkedText(byId("text"), {
  choose: (index, toTable) => chooseFromText(index, toTable),
  hover: (index, mark) => (index === null ? parts.hide(true) : parts.show(state.answer.figures[index], mark)),
});
const table = new FigureTable(byId("view-figures"), { choose: (index, toText) => chooseFromTable(index, toText) });
const filters = new Filters(() => filter());
const showTab = makeTabs(document.querySelector("[role='tablist']"));

/** Read something, by a function that takes an abort signal and gives a response with its text. A later one ends an earlier. */
async function read(ask, file = null) {
  state.running?.abort();
  const running = new AbortController();
  state.running = running;
  fail(null);
  busy(true);
  try {
    if (!state.groups.length) await learnGroups();
    const answer = await ask(running.signal);
    if (state.running === running) open(answer, file);
  } catch (error) {
    if (error.name === "AbortError" || state.running !== running) return;
    fail(error, () => read(ask, file));
  } finally {
    if (state.running === running) busy(false);
  }
}

async function learnGroups() {
  const names = await groups();
  state.groups = Object.keys(names);
  setGroups(state.groups);
  nameGroups(names);
}

function busy(on) {
  byId("busy").hidden = !on;
  byId("main").setAttribute("aria-busy", String(on));
  for (const id of ["read", "sample", "choose"]) byId(id).disabled = on;
  if (on) announce(say("reading"));
}

/** Say something to those who do not see the page. */
function announce(words) {
  byId("status").textContent = words;
}

/** Show an error and what to do about it; retry: what a key given now goes on with. Null takes it away. */
function fail(error, retry = null) {
  state.failed = error;
  state.retry = retry;
  byId("problem").hidden = error === null;
  announce("");
  if (error === null) return;
  const known = problemText(error.status, error.values);
  byId("problem-title").textContent = known.title;
  byId("problem-advice").textContent = known.advice;
  byId("problem-detail").textContent = error.message;
  byId("unlock").hidden = error.status !== 401;
  if (error.status === 401) byId("key").focus();
  byId("problem").scrollIntoView({ block: "nearest" });
}

/** Show a response. */
function open(answer, file) {
  Object.assign(state, { answer, file });
  text.open(answer.text, answer.figures, answer.script);
  table.open(answer.figures);
  filters.open(answer.figures, state.groups);
  byId("entry").hidden = true;
  byId("result").hidden = false;
  showTab(byId("tab-figures"));
  tell();
  const violated = answer.checks.filter((check) => check.status === "violated").length;
  announce(say("found", { count: answer.figures.length, checks: answer.checks.length, violated }));
  byId("result-title").focus();
}

/** Say all of the result in the reader's language. */
function tell() {
  const { report, checks, warnings, figures, model } = state.answer;
  byId("result-title").textContent = report.title.value ?? say("untitled");
  byId("result-title").lang = report.title.value ? "zh" : "";
  byId("result-about").textContent = say(state.file ? "aboutFile" : "about", {
    file: state.file, year: report.year.value ? say("year", { year: report.year.value }) : say("yearless"),
    length: [...state.answer.text].length.toLocaleString("en-US"), version: model.version,
  }) + (report.organization.value ? ` · ${report.organization.value}` : "");
  byId("warnings").hidden = !warnings.length;
  byId("warnings-title").textContent = say("warnings", { count: warnings.length });
  byId("warnings-list").replaceChildren(...warnings.map((warning) => element("li", {}, sentenceText(warning))));
  const violated = checks.filter((check) => check.status === "violated").length;
  byId("tab-figures").textContent = say("figuresTab", { count: figures.length });
  byId("tab-checks").textContent = say(violated ? "checksTabViolated" : "checksTab", { count: checks.length, violated });
  byId("tab-checks").classList.toggle("alarmed", violated > 0);
  showChecks(byId("view-checks"), checks, figures, chooseFromCheck);
  showForms(byId("view-forms"), state.answer.tables);
  filters.say();
  filter();
}

function filter() {
  parts.hide();
  state.shown = filters.passing();
  text.show(state.shown);
  table.show(state.shown);
  byId("download-label").textContent = say("download", { count: state.shown.length.toLocaleString("en-US") });
}

function chooseFromText(index, toTable) {
  text.choose(index, false);
  showTab(byId("tab-figures"));
  table.choose(index, true);
  if (toTable) byId("view-figures").querySelector("tr.chosen").focus();
}

function chooseFromTable(index, toText) {
  table.choose(index, false);
  text.choose(index, true);
  if (toText) text.focus();
}

/** A check may name a figure that is filtered out: then the filters give way. */
function chooseFromCheck(index) {
  if (!state.shown.includes(index)) {
    filters.reset();
    filter();
  }
  text.choose(index, true);
  table.choose(index, true);
  text.focus();
}

async function download(form) {
  fail(null);
  announce(say("downloading"));
  try {
    const id = state.file?.replace(/\.\w+$/, "") ?? null;
    const name = fileName(state.answer.report.title.value ?? id ?? say("file"), form);
    save(await content(form, narrowed(state.answer, state.shown), id), name);
    announce(say("downloaded", { name }));
  } catch (error) {
    fail(error, () => download(form));
  }
}

function readFiles(files) {
  if (files.length > 1) fail(new Problem("several", "", { count: files.length }));
  else if (files.length) read((signal) => readFile(files[0], signal), files[0].name);
}

function start() {
  speak();
  byId("language").addEventListener("click", () => {
    change();
    speak();
    if (state.answer) tell();
    if (state.failed) fail(state.failed, state.retry);
  });

  byId("read").addEventListener("click", () => {
    const report = byId("report").value;
    if (report.trim()) read((signal) => readText(report, signal));
    else fail(new Problem("empty"));
  });
  byId("report").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("read").click();
  });
  byId("sample").addEventListener("click", () => read(async (signal) => readText(await sample(), signal)));
  byId("choose").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", ({ target }) => {
    readFiles([...target.files]);
    target.value = ""; // so that the same file can be chosen again
  });
  byId("cancel").addEventListener("click", () => {
    state.running?.abort();
    busy(false);
    announce(say("cancelled"));
  });
  byId("again").addEventListener("click", () => {
    fail(null);
    byId("result").hidden = true;
    byId("entry").hidden = false;
    byId("report").focus();
  });
  byId("unlock").addEventListener("submit", (event) => {
    event.preventDefault();
    keepKey(byId("key").value);
    byId("key").value = "";
    state.retry?.();
  });
  for (const form of ["xlsx", "csv", "json"]) byId(`download-${form}`).addEventListener("click", () => download(form));

  // A file may be dropped anywhere: beside the field the browser would leave the page for it.
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && document.body.classList.remove("dropping"));
  document.addEventListener("drop", (event) => {
    document.body.classList.remove("dropping");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    readFiles([...event.dataTransfer.files]);
  });
}

start();
