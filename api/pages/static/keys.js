// Keys: / search, j and k through a list, Enter opens, Esc closes, g then a letter goes to a page, ? help;
// in a comment's panel 1 to 9 take a tag away and t chooses one to add; a and r accept and reject the chosen proposal;
// in the sentences without a topic a accepts the suggestion and l leaves the sentence; h and s handle and snooze the chosen entry of the queue; in an audit t finds a tag, a saves, n says one cannot tell, u takes the last answer back.
// Nothing happens while somebody writes, composes characters (IME), or holds a modifier.

const PAGES = { o: "/overview", i: "/issues", c: "/comments" };
const GO_MS = 1200;
let at = -1;
let wentAt = 0;

const items = () => [...document.querySelectorAll("[data-list] [data-item]")];
const writes = (target) => target.closest?.("input, textarea, select, [contenteditable]") !== null && target.closest !== undefined;

function move(step) {
  const all = items();
  if (!all.length) return;
  const selected = all.findIndex((item) => item.classList.contains("selected"));
  if (at < 0 && selected >= 0) at = selected;
  at = Math.min(all.length - 1, Math.max(0, at + step));
  for (const item of all) item.classList.toggle("at", item === all[at]);
  all[at].scrollIntoView({ block: "nearest" });
  (all[at].querySelector("a") ?? all[at]).focus({ preventScroll: true });
  if (document.querySelector("#split.with-panel")) all[at].querySelector("a[data-open]")?.click();
}

function close() {
  const closer = document.querySelector("a[data-close]");
  if (closer) closer.click();
}

function act(event) {
  const key = event.key;
  if (key === "/") {
    document.querySelector("#q")?.focus();
  } else if (key === "?") {
    document.querySelector("#help")?.showModal();
  } else if (key === "j" || key === "k") {
    move(key === "j" ? 1 : -1);
  } else if (key === "g") {
    wentAt = event.timeStamp;
    return;
  } else if (event.timeStamp - wentAt < GO_MS && PAGES[key]) {
    location.assign(PAGES[key]);
  } else if (/^[1-9tarnuhsl]$/.test(key) && document.querySelector(`[data-key="${key}"]`)) {
    const part = (items()[Math.max(at, 0)] ?? document).querySelector(`[data-key="${key}"]`) ?? document.querySelector(`[data-key="${key}"]`);
    if (part.matches("select, input")) part.focus();
    else part.click();
  } else {
    return;
  }
  event.preventDefault();
}

export function startKeys() {
  document.querySelector("[data-help]")?.addEventListener("click", () => document.querySelector("#help")?.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      if (writes(event.target)) event.target.blur();
      else close();
      return;
    }
    if (!writes(event.target)) act(event);
  });
}
