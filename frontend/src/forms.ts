// Small helps for forms: filters apply themselves, a form in flight is not sent twice, one that is half filled is not left by a slip.

document.addEventListener("change", (event) => {
  const field = event.target as HTMLElement;
  const form = field.closest<HTMLFormElement>("form[data-auto-submit]");
  if (form && field.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
});

// What is left empty says nothing, and an address is read by people: it does not name it.
document.addEventListener("formdata", (event) => {
  const { formData } = event;
  if ((event.target as HTMLFormElement).method !== "get") return;
  for (const name of new Set(formData.keys())) {
    const said = formData.getAll(name).filter((value) => value !== "");
    formData.delete(name);
    for (const value of said) formData.append(name, value);
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (event.defaultPrevented || form.method === "dialog" || form.target) return;
  const button = (event as SubmitEvent).submitter;
  button?.classList.add("is-busy");
  button?.setAttribute("aria-disabled", "true");
});

/** Forms can be sent again. */
function ready(): void {
  sent = null;
  document.querySelectorAll(".is-busy").forEach((button) => {
    button.classList.remove("is-busy");
    button.removeAttribute("aria-disabled");
  });
}

// A page restored by "back" shows its forms ready again.
addEventListener("pageshow", (event) => {
  if (event.persisted) ready();
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
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});

// What was typed and not sent: the browser asks before its page is left.
const REFUSED = "[aria-invalid=true], .notice.is-bad, .conflicts";
let sent: HTMLFormElement | null = null; // what stands in another form is lost by it, as by a link

/** The forms that write what a person types: no filters or searches, nothing that sends itself, no rows that are picked. */
export function forms(): HTMLFormElement[] {
  const all = document.querySelectorAll<HTMLFormElement>(".main form[method=post]:not([hx-trigger], .grid-form, .grid-bulk)");
  return [...all].filter((form) => form.checkVisibility());
}

/** Whether a field differs from what the server drew. A password may be the browser's own doing. */
function isChanged(field: Element): boolean {
  if (field instanceof HTMLSelectElement) {
    const options = [...field.options];
    const isDrawn = options.some((option) => option.defaultSelected);
    if (!isDrawn && !field.multiple) return field.selectedIndex > 0;
    return options.some((option) => option.selected !== option.defaultSelected);
  }
  if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
  if (!(field instanceof HTMLInputElement) || field.type === "password") return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

/** What came back with errors is not saved either, though the server drew it. */
export const isUnsaved = (form: HTMLFormElement): boolean => [...form.elements].some(isChanged) || form.querySelector(REFUSED) !== null;

function ask(event: BeforeUnloadEvent): void {
  if (!forms().some((form) => form !== sent && isUnsaved(form))) return;
  event.preventDefault();
  ready(); // whoever stays goes on here
}

/** The page may go, as far as this form is concerned. */
export function letGo(form: HTMLFormElement): void {
  sent = form;
}

/** Listening only once there is something to lose lets the browser keep all other pages for "back". */
const listen = (): void => addEventListener("beforeunload", ask);

document.addEventListener("input", listen);
document.addEventListener("change", listen);
if (forms().some(isUnsaved)) listen();

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!event.defaultPrevented && form.method === "post" && !form.target) letGo(form);
});
