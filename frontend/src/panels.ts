// What a menu offers comes when somebody is about to open it: pages do not carry it. In its place stands a link to it, which is
// what there is without a script, and where there is no answer.
import { isOpen, settle } from "./popovers";

async function fill(panel: Element | null): Promise<void> {
  const link = panel?.querySelector<HTMLAnchorElement>("a[data-fills]");
  if (!(panel instanceof HTMLElement) || !link || link.ariaBusy) return;
  link.ariaBusy = "true";
  try {
    const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
    if (!answer.ok || answer.redirected || !link.isConnected) return;
    panel.innerHTML = await answer.text();
    if (isOpen(panel)) settle(panel);
  } catch {
    // The link leads there.
  } finally {
    link.ariaBusy = null;
  }
}

document.addEventListener("pointerover", (event) => {
  const button = (event.target as Element).closest?.("[popovertarget]");
  if (button) void fill(document.getElementById(button.getAttribute("popovertarget") ?? ""));
});

// `beforetoggle` does not bubble, so it is caught on its way down.
document.addEventListener(
  "beforetoggle",
  (event) => {
    if ((event as ToggleEvent).newState === "open") void fill(event.target as Element);
  },
  true,
);
