// Menus and explanations are popovers placed by CSS anchors. Browsers without anchors get the place from here.

const GAP = 6;
const EDGE = 8;
const ENOUGH = 280; // so much room below a number is used before its explanation opens above it

export function place(popover: HTMLElement, invoker: Element): void {
  if (matchMedia("(max-width: 760px)").matches && popover.matches(".explain")) return;
  const anchor = invoker.getBoundingClientRect();
  const bar = document.querySelector(".top")?.getBoundingClientRect().bottom ?? 0;
  popover.style.maxHeight = "";
  const width = popover.offsetWidth;
  const below = innerHeight - EDGE - anchor.bottom - GAP;
  const above = anchor.top - GAP - EDGE - bar;
  const isBelow = below >= Math.min(popover.offsetHeight, ENOUGH) || below >= above;
  const height = Math.min(popover.offsetHeight, isBelow ? below : above); // what has no room scrolls in it
  const wanted = popover.dataset.align === "end" ? anchor.right - width : anchor.left;
  const left = Math.max(EDGE, Math.min(wanted, innerWidth - width - EDGE));
  const top = isBelow ? anchor.bottom + GAP : anchor.top - GAP - height;
  Object.assign(popover.style, { inset: "auto", margin: "0", left: `${left}px`, top: `${top}px`, maxHeight: `${height}px` });
}

function invokerOf(popover: HTMLElement): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[popovertarget="${CSS.escape(popover.id)}"]`);
}

export function isOpen(popover: HTMLElement): boolean {
  return popover.matches(":popover-open");
}

/** An open menu has its place, and the focus is on the first thing in it. */
export function settle(popover: HTMLElement): void {
  const invoker = invokerOf(popover);
  if (!invoker) return;
  if (!CSS.supports("position-area: bottom")) place(popover, invoker);
  popover.querySelector<HTMLElement>("a, button, input:not([type=hidden]), select, summary")?.focus({ preventScroll: true });
}

// `toggle` does not bubble, so it is caught on its way down.
document.addEventListener(
  "toggle",
  (event) => {
    const popover = event.target as HTMLElement;
    if (!popover.matches?.(".menu-panel")) return;
    invokerOf(popover)?.setAttribute("aria-expanded", String(isOpen(popover)));
    if (isOpen(popover)) settle(popover);
  },
  true,
);

// Up and down walk through a menu, as they do in the menus of an operating system.
document.addEventListener("keydown", (event) => {
  const panel = (event.target as Element).closest?.<HTMLElement>(".menu-panel");
  if (!panel || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
  if ((event.target as Element).matches("input, select, textarea")) return;
  const items = [...panel.querySelectorAll<HTMLElement>("a[href], button:not(:disabled)")];
  const step = event.key === "ArrowDown" ? 1 : -1;
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + step + items.length) % items.length]?.focus();
  event.preventDefault();
});

// Buttons with `command` open and close dialogs by themselves in new browsers; older ones are helped.
if (!("commandForElement" in HTMLButtonElement.prototype)) {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("button[commandfor]");
    const dialog = button && document.getElementById(button.getAttribute("commandfor") ?? "");
    if (!(dialog instanceof HTMLDialogElement)) return;
    if (button?.getAttribute("command") === "show-modal") dialog.showModal();
    else dialog.close();
  });
}
