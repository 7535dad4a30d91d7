// Toasts: the server's messages, and `HX-Trigger: {"toast": {...}}` on an htmx answer.
// Shape of a toast: text, level (success, info, warning, error), and optionally undo_url, which is posted to.

export interface Toast {
  text: string;
  level?: "success" | "info" | "warning" | "error";
  undo_url?: string;
}

const STAYS_MS = 6_000;
const STAYS_WITH_UNDO_MS = 15_000;

function region(): HTMLElement | null {
  return document.querySelector<HTMLElement>("#toasts");
}

/** The translated sentence that the page carries for this case. */
export function textOf(key: string): string {
  return region()?.dataset[key] ?? "";
}

function csrfToken(): string {
  const inherited = document.body.getAttribute("hx-headers:inherited") ?? "{}";
  return (JSON.parse(inherited) as Record<string, string>)["X-CSRFToken"] ?? "";
}

function undoForm(toast: Toast): HTMLFormElement {
  const form = document.createElement("form");
  form.method = "post";
  form.action = toast.undo_url ?? "";
  const token = document.createElement("input");
  Object.assign(token, { type: "hidden", name: "csrfmiddlewaretoken", value: csrfToken() });
  const next = document.createElement("input");
  Object.assign(next, { type: "hidden", name: "next", value: location.pathname + location.search });
  const button = document.createElement("button");
  button.className = "toast-undo";
  button.textContent = textOf("undo");
  form.append(token, next, button);
  return form;
}

export function showToast(toast: Toast): void {
  const home = region();
  if (!home || !toast.text) return;
  const template = document.querySelector<HTMLTemplateElement>("#toast-template");
  const element = template?.content.firstElementChild?.cloneNode(true) as HTMLElement | undefined;
  if (!element) return;
  element.classList.add(`is-${toast.level ?? "success"}`);
  element.querySelector(".toast-text")!.textContent = toast.text;
  if (toast.undo_url) element.querySelector(".toast-text")!.after(undoForm(toast));
  home.append(element);
  leaveLater(element);
}

/** A toast goes by itself, unless it is an error or somebody is reading it. */
function leaveLater(element: HTMLElement): void {
  if (element.classList.contains("is-error")) return;
  const stays = element.querySelector(".toast-undo") ? STAYS_WITH_UNDO_MS : STAYS_MS;
  let timer = window.setTimeout(() => element.remove(), stays);
  const hold = () => window.clearTimeout(timer);
  const release = () => (timer = window.setTimeout(() => element.remove(), stays));
  element.addEventListener("mouseenter", hold);
  element.addEventListener("focusin", hold);
  element.addEventListener("mouseleave", release);
  element.addEventListener("focusout", release);
}

document.addEventListener("click", (event) => {
  const close = (event.target as Element).closest(".toast-close");
  close?.closest(".toast")?.remove();
});
document.addEventListener("toast", (event) => showToast((event as CustomEvent<Toast>).detail));
document.querySelectorAll<HTMLElement>("#toasts > .toast").forEach(leaveLater);
