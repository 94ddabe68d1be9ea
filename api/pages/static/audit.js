// Audit: typing narrows the tags shown; Enter takes the first that fits and clears the field. Saved with the keys of keys.js.

export function startAudit() {
  const form = document.querySelector("form[data-audit]");
  const field = form?.querySelector("[data-narrow]");
  if (!field) return;
  const labels = [...form.querySelectorAll("label.tick")];
  const show = () => {
    const words = field.value.normalize("NFKC").toLowerCase().trim();
    for (const label of labels) label.hidden = words !== "" && !label.dataset.words.includes(words) && !label.querySelector("input").checked;
    for (const group of form.querySelectorAll("fieldset")) group.hidden = ![...group.querySelectorAll("label")].some((label) => !label.hidden);
  };
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    const words = field.value.normalize("NFKC").toLowerCase().trim();
    const first = words && labels.find((label) => label.dataset.words.includes(words));
    if (!first) return;
    const tick = first.querySelector("input");
    tick.checked = !tick.checked;
    field.value = "";
    show();
    field.blur();
  });
}
