// Every number opens its explanation: a link that htmx loads into one popover. Without script it stays a link.
import { place } from "./popovers";

const box = document.querySelector<HTMLElement>("#explain");
const body = document.querySelector<HTMLElement>("#explain-body");
let opener: HTMLElement | null = null;

function open(link: HTMLElement): void {
  if (!box || !body) return;
  opener?.removeAttribute("aria-expanded");
  opener = link;
  const waiting = document.querySelector<HTMLTemplateElement>("#explain-waiting");
  body.replaceChildren(waiting?.content.cloneNode(true) ?? "");
  if (!box.matches(":popover-open")) box.showPopover();
  link.setAttribute("aria-expanded", "true");
  place(box, link);
  box.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const mouse = event as MouseEvent;
  if (mouse.ctrlKey || mouse.metaKey || mouse.shiftKey || mouse.button !== 0) return;
  const link = (event.target as Element).closest<HTMLElement>("a[data-explain]");
  if (link) open(link);
});

// The answer has another height than the skeleton, so the place is found again.
document.addEventListener("htmx:after:swap", () => {
  if (opener && box?.matches(":popover-open")) place(box, opener);
});
addEventListener("resize", () => {
  if (opener && box?.matches(":popover-open")) place(box, opener);
});

box?.addEventListener("toggle", (event) => {
  if ((event as ToggleEvent).newState !== "closed" || !opener) return;
  opener.removeAttribute("aria-expanded");
  box.removeAttribute("style");
  const focus = document.activeElement;
  if (!focus || focus === document.body || box.contains(focus)) opener.focus({ preventScroll: true });
  opener = null;
});
