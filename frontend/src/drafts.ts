// What was typed into a form whose session had ended is not lost by signing in: it waits in this tab, for the same person and the
// same form, and nothing of it is sent before she sends it herself.
import { forms, isUnsaved, letGo } from "./forms";
import { showToast, textOf } from "./toasts";

interface Draft {
  person: string;
  action: string;
  values: [string, string][];
  at: number;
  isSignedOut: boolean;
}

const DRAFT = "keystead.draft";
const FRESH_MS = 60_000; // a form leads to the sign-in page at once, or not at all
const NOT_KEPT = "[type=hidden], [type=password], [type=file], [type=submit], button, fieldset, output";

const person = (): string => document.querySelector<HTMLElement>("[data-person]")?.dataset.person ?? "";

function kept(): Draft | null {
  try {
    return JSON.parse(sessionStorage.getItem(DRAFT) ?? "null") as Draft | null;
  } catch {
    return null;
  }
}

function keep(draft: Draft | null): void {
  try {
    if (draft) sessionStorage.setItem(DRAFT, JSON.stringify(draft));
    else sessionStorage.removeItem(DRAFT);
  } catch {
    // Without room, or where storing is forbidden, there is no draft.
  }
}

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
const fields = (form: HTMLFormElement): Field[] =>
  ([...form.elements] as Field[]).filter((field) => field.name && !field.matches(NOT_KEPT));

function keepForm(form: HTMLFormElement, isSignedOut: boolean): void {
  const names = new Set(fields(form).map((field) => field.name));
  const values = [...new FormData(form)].filter(([name, value]) => names.has(name) && typeof value === "string") as [string, string][];
  keep({ person: person(), action: form.action, values, at: Date.now(), isSignedOut });
}

/** A part of the page was asked for in vain: the page is loaded anew, which leads to the sign-in page and back. */
export function signInAgain(): void {
  const form = forms().find(isUnsaved);
  if (form) {
    keepForm(form, true);
    letGo(form);
  }
  location.reload();
}

function fill(form: HTMLFormElement, values: [string, string][]): void {
  for (const field of fields(form)) {
    const given = values.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field instanceof HTMLInputElement && /checkbox|radio/.test(field.type)) field.checked = given.includes(field.value);
    else if (field instanceof HTMLSelectElement) [...field.options].forEach((option) => (option.selected = given.includes(option.value)));
    else if (given.length) field.value = given[0]!;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function bringBack(): void {
  const draft = kept();
  if (!draft?.isSignedOut) return;
  if (draft.person !== person()) return keep(null);
  const form = forms().find((one) => one.action === draft.action);
  if (!form) return; // it may be one that is yet to be opened
  keep(null);
  fill(form, draft.values);
  showToast({ text: textOf("kept"), level: "info" });
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!event.defaultPrevented && forms().includes(form) && isUnsaved(form)) keepForm(form, false);
});

if (person()) {
  if (!kept()?.isSignedOut) keep(null); // it was taken, or came back with its errors
  bringBack();
  document.addEventListener("htmx:after:swap", bringBack);
} else if (document.querySelector(".auth")) {
  const draft = kept();
  if (draft && !draft.isSignedOut) keep(Date.now() - draft.at < FRESH_MS ? { ...draft, isSignedOut: true } : null);
}
