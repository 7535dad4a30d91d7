// Ctrl K, ⌘ K or "/" opens the palette over any page. Without script the box in the header leads to a page of results.
// The server finds and draws; here are the keys, the choice and the request of each keystroke. Focus stays in the box.
import { signInAgain } from "./drafts";

const palette = document.querySelector<HTMLDialogElement>("#palette");
const input = document.querySelector<HTMLInputElement>("#palette-input");
const results = document.querySelector<HTMLElement>("#palette-results");
const box = document.querySelector<HTMLInputElement>("#find");

let asking: AbortController | null = null;
let shown: string | null = null; // the text whose results stand there
let goesWhenShown = false; // Enter was pressed before its results were there

function options(): HTMLElement[] {
  return [...(results?.querySelectorAll<HTMLElement>("[role=option]:not([aria-disabled])") ?? [])];
}

function chosen(): HTMLElement | null {
  return results?.querySelector<HTMLElement>('[role=option][aria-selected="true"]') ?? null;
}

function choose(option: HTMLElement | undefined, isScrolled = true): void {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  if (option) input?.setAttribute("aria-activedescendant", option.id);
  else input?.removeAttribute("aria-activedescendant");
  if (option && isScrolled) option.scrollIntoView({ block: "nearest" });
}

function open(text = ""): void {
  if (!palette || !input || !results) return;
  if (!palette.open) palette.showModal();
  input.value = text;
  input.focus();
  void ask();
}

async function ask(): Promise<void> {
  if (!input || !results || input.value === shown) return;
  const text = input.value;
  asking?.abort();
  const mine = (asking = new AbortController());
  const address = new URL(input.form?.action ?? "", location.href);
  address.searchParams.set("q", text);
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: mine.signal });
    if (answer.status === 401) return signInAgain();
    if (!answer.ok) throw new Error(String(answer.status));
    show(text, await answer.text());
  } catch (error) {
    if (mine.signal.aborted) return;
    console.warn("find", error);
    shown = null;
    goesWhenShown = false;
    const told = document.createElement("p");
    told.className = "palette-nothing";
    told.setAttribute("role", "alert");
    told.textContent = results.dataset.failed ?? "";
    results.replaceChildren(told);
  }
}

function show(text: string, html: string): void {
  if (!results) return;
  results.innerHTML = html;
  results.scrollTop = 0;
  shown = text;
  choose(options()[0], false);
  if (goesWhenShown) go(chosen(), false);
}

function go(option: HTMLElement | null, isNewTab: boolean): void {
  goesWhenShown = false;
  if (!option) return;
  if (option.dataset.themeChoice) return pickTheme(option.dataset.themeChoice);
  if (option.dataset.send) return send(option);
  const address = option.getAttribute("href");
  if (!address) return;
  if (isNewTab) window.open(address, "_blank", "noopener");
  else location.assign(address);
  palette?.close();
}

// The member's menu has the same choice; its buttons are told, so that both agree.
function pickTheme(theme: string): void {
  palette?.close();
  const radio = document.querySelector<HTMLInputElement>(`input[name=keystead_theme][value="${CSS.escape(theme)}"]`);
  if (!radio) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

function send(option: HTMLElement): void {
  const form = document.createElement("form");
  form.method = "post";
  form.action = option.dataset.send ?? "";
  const headers = JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}") as Record<string, string>;
  const fields = {
    csrfmiddlewaretoken: headers["X-CSRFToken"] ?? "",
    next: location.pathname + location.search,
    [option.dataset.name ?? ""]: option.dataset.value ?? "",
  };
  for (const [name, value] of Object.entries(fields)) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}

function move(step: number): void {
  const all = options();
  if (all.length === 0) return;
  const at = all.indexOf(chosen() as HTMLElement);
  choose(all[(at + step + all.length) % all.length]);
}

function key(event: KeyboardEvent): void {
  if (event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Home" && event.ctrlKey) {
    event.preventDefault();
    choose(options()[0]);
  } else if (event.key === "End" && event.ctrlKey) {
    event.preventDefault();
    choose(options().at(-1));
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (input?.value !== shown) goesWhenShown = true;
    else go(chosen(), event.ctrlKey || event.metaKey);
  }
}

const TYPED_IN = "input, textarea, select, [contenteditable]:not([contenteditable=false])";

document.addEventListener("keydown", (event) => {
  if (!palette) return;
  const isCommand = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  const isSlash = event.key === "/" && isPlain && !(event.target as Element).closest(TYPED_IN);
  if (!isCommand && !isSlash) return;
  if (document.querySelector("dialog[open]:not(#palette)")) return; // what is being done there comes first
  event.preventDefault();
  if (palette.open) palette.close();
  else open();
});

if (palette && input && results) {
  input.addEventListener("input", () => {
    goesWhenShown = false;
    void ask();
  });
  input.addEventListener("keydown", key);
  input.form?.addEventListener("submit", (event) => event.preventDefault());
  palette.querySelector(".palette-close")?.addEventListener("click", () => palette.close());
  palette.addEventListener("close", () => {
    asking?.abort();
    shown = null;
    goesWhenShown = false;
  });
  palette.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target === palette) return palette.close(); // beside it
    const option = target.closest<HTMLElement>("[role=option]");
    if (!option) return;
    const isLink = option.hasAttribute("href");
    if (isLink && (event.ctrlKey || event.metaKey || event.shiftKey)) return; // the browser's own new tab
    event.preventDefault();
    go(option, false);
  });
  results.addEventListener("mousemove", (event) => {
    const option = (event.target as Element).closest<HTMLElement>("[role=option]:not([aria-disabled])");
    if (option && option !== chosen()) choose(option, false);
  });
  // The box in the header is the way in for mouse and finger; what is typed into it goes on in the palette.
  box?.addEventListener("click", () => open(box.value));
  box?.addEventListener("input", () => {
    open(box.value);
    box.value = "";
  });
  document.addEventListener("click", (event) => {
    const option = (event.target as Element).closest<HTMLElement>(".found-page [data-theme-choice]");
    if (option?.dataset.themeChoice) pickTheme(option.dataset.themeChoice);
  });
}

export {};
