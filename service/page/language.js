/** Which language the reader reads, and how things are said in it. */

import { APPROXIMATIONS, FORMS, INTERFACE, PROBLEMS, ROLES, RULES, SENTENCES } from "./strings.js";

const KEPT = "zhibiao.language";
let current = initial();
let groupNames = {};

/** "zh" or "en". */
export const language = () => current;

/** A string of the interface, its {names} filled in. */
export function say(key, values = {}) {
  return filled(INTERFACE[current][key], values);
}

/** Change to the other language and keep the choice. */
export function change() {
  current = current === "zh" ? "en" : "zh";
  try {
    localStorage.setItem(KEPT, current);
  } catch {
    // A browser that keeps nothing begins with its own language next time.
  }
}

/** Say the page in the reader's language. */
export function speak() {
  document.documentElement.lang = current === "zh" ? "zh-Hans" : "en";
  document.title = say("title");
  document.getElementById("language").lang = current === "zh" ? "en" : "zh-Hans";
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of document.querySelectorAll("[data-say-label]")) node.setAttribute("aria-label", say(node.dataset.sayLabel));
  for (const node of document.querySelectorAll("[data-say-placeholder]")) node.setAttribute("placeholder", say(node.dataset.sayPlaceholder));
}

/** Take notice of the Chinese names of the groups, by code. */
export function nameGroups(names) {
  groupNames = names;
}

export const roleName = (role) => ROLES[current][role] ?? role;
export const groupName = (group) => (current === "zh" && groupNames[group]) || capitalised(group);
export const formName = (code) => FORMS[current][code] ?? code;

/** An indicator's name: the catalogue's in Chinese, its code as words in English. */
export const indicatorName = (figure) => (current === "zh" ? figure.name : capitalised(figure.indicator));

/** A figure's value as a reader writes it: ≈42,000 人. */
export function valueText(figure) {
  const number = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 10 });
  const high = figure.value_max === null ? "" : `–${number(figure.value_max)}`;
  const unit = figure.unit && !"%‰％".includes(figure.unit) ? ` ${figure.unit}` : figure.unit;
  return figure.value === null ? figure.text : `${APPROXIMATIONS[figure.approx]}${number(figure.value)}${high}${unit}`;
}

/** The title and advice for a problem. values: seconds to wait, or how many files came. */
export function problemText(status, values) {
  const [title, advice] = PROBLEMS[current][status] ?? PROBLEMS[current].any;
  return { title, advice: filled(advice, values) };
}

/** A check's rule; what stands behind its colon is an indicator's code, named by one of the figures it is about. */
export function ruleText(rule, figures) {
  if (current !== "zh") return rule.replaceAll("_", " ");
  const [words, code] = rule.split(": ");
  const name = figures.find((figure) => figure.indicator === code)?.name ?? code;
  return (RULES[words] ?? words) + (name ? `：${name}` : "");
}

/** A check's message or a warning; one that is not known stays as the service said it. */
export function sentenceText(sentence) {
  if (current !== "zh") return sentence;
  const known = SENTENCES.find(([pattern]) => pattern.test(sentence));
  if (!known) return sentence;
  return sentence.replace(...known).replace(/<([^>]+)>/g, (_, codes) => codes.split(", ").map(formName).join("、"));
}

function filled(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function capitalised(code) {
  const words = code.replace(/[._]/g, " ");
  return words[0].toUpperCase() + words.slice(1);
}

function initial() {
  let kept = null;
  try {
    kept = localStorage.getItem(KEPT);
  } catch {
    // As above.
  }
  return kept === "zh" || kept === "en" ? kept : navigator.language.startsWith("zh") ? "zh" : "en";
}
