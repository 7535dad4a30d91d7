// Toasts: the server's messages, and `HX-Trigger: {"toast": {...}}` on an htmx answer.
// Shape of a toast: text, level (success, info, warning, error), and optionally undo_url, which is posted to. When that address
// ends in ?redo the button does again what was undone.

export interface Toast {
  text: string;
  level?: "success" | "info" | "warning" | "error";
  undo_url?: string;
}

const STAYS_MS = 6_000;
const STAYS_WITH_UNDO_MS = 10_000;
const SCROLLED = "keystead.scrolled"; // where the page stood when its change was taken back

function region(): HTMLElement | null {
  return document.querySelector<HTMLElement>("#toasts");
}

/** The translated sentence that the page carries for this case. */
export function textOf(key: string): string {
  return region()?.dataset[key] ?? "";
}

/** The toast that an answer brings, as htmx would read it. */
export function toastIn(answer: Response): Toast | null {
  try {
    return (JSON.parse(answer.headers.get("HX-Trigger") ?? "{}") as { toast?: Toast }).toast ?? null;
  } catch {
    return null;
  }
}

export function csrfToken(): string {
  const inherited = document.body.getAttribute("hx-headers:inherited") ?? "{}";
  return (JSON.parse(inherited) as Record<string, string>)["X-CSRFToken"] ?? "";
}

function hidden(name: string, value: string): HTMLInputElement {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value });
}

function undoForm(url: string): HTMLFormElement {
  const form = document.createElement("form");
  form.method = "post";
  form.action = url;
  const button = document.createElement("button");
  button.className = "toast-undo";
  const isRedo = url.endsWith("?redo");
  button.textContent = textOf(isRedo ? "redo" : "undo");
  button.setAttribute("aria-keyshortcuts", isRedo ? "Control+Shift+Z" : "Control+Z");
  form.append(hidden("csrfmiddlewaretoken", csrfToken()), hidden("next", location.pathname + location.search), button);
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
  if (toast.undo_url) {
    offer(toast.undo_url);
    element.querySelector(".toast-text")!.after(undoForm(toast.undo_url));
  }
  home.append(element);
  leaveLater(element);
}

/** A toast goes by itself, unless it is an error or somebody is reading it. */
function leaveLater(element: HTMLElement): void {
  if (element.classList.contains("is-error")) return;
  const stays = element.querySelector(".toast-undo") ? STAYS_WITH_UNDO_MS : STAYS_MS;
  let timer = window.setTimeout(() => element.remove(), stays);
  const hold = () => window.clearTimeout(timer);
  const release = () => {
    window.clearTimeout(timer);
    if (!element.matches(":hover, :focus-within")) timer = window.setTimeout(() => element.remove(), stays);
  };
  element.addEventListener("mouseenter", hold);
  element.addEventListener("focusin", hold);
  element.addEventListener("mouseleave", release);
  element.addEventListener("focusout", () => setTimeout(release));
}

// The last change of this page can be taken back by Ctrl Z (⌘ Z), and done again by Ctrl Shift Z or Ctrl Y, after its toast as well.
let offered = "";

function offer(url: string): void {
  offered = url;
  document.querySelectorAll("#toasts .toast-undo").forEach((button) => button.closest(".toast")?.remove()); // only the last one
}

function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return !!element?.closest?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, dialog, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
  const key = event.key.toLowerCase();
  const isRedo = key === "y" || (key === "z" && event.shiftKey);
  if (!offered || (key !== "z" && key !== "y") || isRedo !== offered.endsWith("?redo")) return;
  event.preventDefault();
  const form = undoForm(offered);
  form.hidden = true;
  region()?.append(form);
  offered = "";
  form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.querySelector(".toast-undo")) sessionStorage.setItem(SCROLLED, `${location.pathname} ${scrollY}`);
});

document.addEventListener("click", (event) => {
  const close = (event.target as Element).closest(".toast-close");
  close?.closest(".toast")?.remove();
});
document.addEventListener("toast", (event) => showToast((event as CustomEvent<Toast>).detail));

/** What the page came with. It is put in once more, so that it is announced: what stands there from the start is not. */
function showWhatCame(): void {
  const [path, top] = (sessionStorage.getItem(SCROLLED) ?? "").split(" ");
  sessionStorage.removeItem(SCROLLED);
  if (top && path === location.pathname) scrollTo({ top: Number(top), behavior: "instant" });
  const toasts = [...document.querySelectorAll<HTMLElement>("#toasts > .toast")];
  for (const element of toasts) {
    offered = element.querySelector<HTMLFormElement>("form:has(.toast-undo)")?.getAttribute("action") ?? offered;
    leaveLater(element);
  }
  setTimeout(() => {
    if (!region()?.contains(document.activeElement)) region()?.append(...toasts.filter((element) => element.isConnected));
  }, 120);
}
showWhatCame();
