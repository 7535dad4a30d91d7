// Small helps for forms: filters apply themselves, and a form in flight is not sent twice.

document.addEventListener("change", (event) => {
  const field = event.target as HTMLElement;
  const form = field.closest<HTMLFormElement>("form[data-auto-submit]");
  if (form && field.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (event.defaultPrevented || form.method === "dialog" || form.target) return;
  const button = (event as SubmitEvent).submitter;
  button?.classList.add("is-busy");
  button?.setAttribute("aria-disabled", "true");
});

// A page restored by "back" shows its forms ready again.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll(".is-busy").forEach((button) => {
    button.classList.remove("is-busy");
    button.removeAttribute("aria-disabled");
  });
});

// A suggestion goes into its field at once; without a script its button sends the form with it.
document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>("button[data-fill]");
  if (!button) return;
  const field = document.getElementById(button.dataset.fill!);
  if (!(field instanceof HTMLSelectElement || field instanceof HTMLInputElement)) return;
  field.value = button.value;
  if (field.value !== button.value) return; // a name that is not among those listed: the server takes it
  event.preventDefault();
  field.focus();
});
