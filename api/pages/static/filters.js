// Filters: a changed choice asks for the page at once; empty fields stay out of the address.

export function startFilters() {
  for (const form of document.querySelectorAll("form[data-filters]")) {
    form.addEventListener("change", (event) => {
      if (event.target.matches("select, input[type=date]") && event.target.checkValidity()) form.requestSubmit();
    });
    form.addEventListener("submit", () => {
      for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
    });
  }
  // A page that comes back from the browser's memory must not keep its fields switched off.
  window.addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("form[data-filters] :disabled")) field.disabled = false;
  });
}
