// Panel: opens and closes a comment beside the list without losing the place in it. The address always says what is shown.
// The server renders; this only takes the new panel out of the new page. Without scripts the links work as links.

async function show(address, remember) {
  const answer = await fetch(address, { headers: { accept: "text/html" } });
  if (!answer.ok) return location.assign(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const split = page.querySelector("#split");
  if (!split || !document.querySelector("#split")) return location.assign(address);
  const focused = document.activeElement?.closest("[data-item]");
  const place = focused ? [...document.querySelectorAll("[data-item]")].indexOf(focused) : -1;
  const here = document.querySelector("#split");
  here.replaceWith(document.adoptNode(split));
  if (remember) history.pushState({}, "", address);
  if (place >= 0) document.querySelectorAll("[data-item]")[place]?.querySelector("a")?.focus({ preventScroll: true });
  document.querySelector("#panel .panel")?.scrollTo(0, 0);
}

export function startPanel() {
  if (!document.querySelector("#split")) return;
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-open], a[data-close]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    show(link.href, true);
  });
  window.addEventListener("popstate", () => show(location.href, false));
}
