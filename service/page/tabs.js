/** Tabs by the pattern of the ARIA practices: arrow keys move, one tab stop. */

/** Make the tabs of a list show their panels; returns the function that shows one. */
export function makeTabs(list) {
  const tabs = [...list.querySelectorAll("[role='tab']")];
  const show = (chosen) => {
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = tab !== chosen;
    }
  };
  for (const tab of tabs) tab.addEventListener("click", () => show(tab));
  list.addEventListener("keydown", (event) => {
    const place = tabs.indexOf(document.activeElement);
    const next = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: -1 }[event.key];
    if (next === undefined || place < 0) return;
    event.preventDefault();
    const tab = tabs[(next + tabs.length) % tabs.length];
    show(tab);
    tab.focus();
  });
  return show;
}
