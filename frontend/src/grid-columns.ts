// Columns: their menus, their widths (kept in the address), their order in the panel.
import type { DataGrid } from "./grid";
import { place } from "./popovers";
import { askPart } from "./requests";

const NARROWEST = 60;
const WIDEST = 800;
const STEP = 24;

export class Columns {
  private opener: HTMLElement | null = null;

  constructor(private readonly grid: DataGrid) {}

  start(table: HTMLTableElement, signal: AbortSignal): void {
    table.addEventListener("pointerdown", (event) => this.drag(event, table), { signal });
    this.grid.addEventListener("click", (event) => this.click(event), { signal });
    const menu = this.menu();
    menu?.addEventListener("toggle", (event) => this.toggled(event as ToggleEvent), { signal });
  }

  private menu(): HTMLElement | null {
    return this.grid.querySelector<HTMLElement>("[data-column-menu]");
  }

  private click(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    const opener = target.closest<HTMLElement>("[data-menu]");
    if (opener) void this.open(opener);
    if (target.closest("[data-wider]")) this.widen(STEP);
    if (target.closest("[data-narrower]")) this.widen(-STEP);
    const move = target.closest<HTMLElement>("[data-up], [data-down]");
    if (move) this.move(move);
  }

  private async open(opener: HTMLElement): Promise<void> {
    const menu = this.menu();
    const answer = await askPart(opener.dataset.menu ?? "");
    if (!menu || !answer?.ok) return;
    menu.innerHTML = await answer.text();
    this.opener = opener;
    menu.showPopover();
    place(menu, opener);
    opener.setAttribute("aria-expanded", "true");
    menu.querySelector<HTMLElement>("a, button")?.focus({ preventScroll: true });
  }

  private toggled(event: ToggleEvent): void {
    if (event.newState !== "closed" || !this.opener) return;
    this.opener.setAttribute("aria-expanded", "false");
    const focus = document.activeElement;
    if (!focus || focus === document.body || this.menu()?.contains(focus)) this.grid.focusing.go(this.opener.closest<HTMLTableCellElement>("th"));
  }

  /** In the panel a column goes one place up or down; its first one stays. */
  private move(button: HTMLElement): void {
    const item = button.closest("li")!;
    const other = button.matches("[data-up]") ? item.previousElementSibling : item.nextElementSibling;
    if (!other?.querySelector("[data-up]")) return;
    if (button.matches("[data-up]")) other.before(item);
    else other.after(item);
    button.focus();
  }

  private widen(by: number): void {
    const head = this.opener?.closest<HTMLTableCellElement>("th");
    if (head) this.keep(head, head.offsetWidth + by);
  }

  private drag(event: PointerEvent, table: HTMLTableElement): void {
    const handle = (event.target as HTMLElement).closest<HTMLElement>("[data-resize]");
    const head = handle?.closest<HTMLTableCellElement>("th");
    if (!handle || !head) return;
    event.preventDefault();
    const from = event.clientX;
    const width = head.offsetWidth;
    handle.setPointerCapture(event.pointerId);
    table.classList.add("is-resized");
    handle.onpointermove = (move) => this.set(head, width + move.clientX - from);
    handle.onpointerup = handle.onpointercancel = () => {
      handle.onpointermove = handle.onpointerup = handle.onpointercancel = null;
      table.classList.remove("is-resized");
      this.keep(head, head.offsetWidth);
    };
  }

  private set(head: HTMLTableCellElement, width: number): void {
    head.width = String(Math.round(Math.max(NARROWEST, Math.min(width, WIDEST))));
  }

  /** Every column's width goes into the address, and into the links and forms that keep the state. */
  private keep(head: HTMLTableCellElement, width: number): void {
    this.set(head, width);
    const heads = [...(head.parentElement as HTMLTableRowElement).cells].filter((each) => each.dataset.column);
    const widths = heads.map((each) => `${each.dataset.column}:${each === head ? each.width : Math.round(each.offsetWidth)}`).join(",");
    const url = new URL(location.href);
    const view = url.searchParams.get("view");
    if (view && view !== "all") return location.assign(this.changed(url, view, widths));
    url.searchParams.set("widths", widths);
    history.replaceState(history.state, "", url);
    this.carry(widths);
  }

  private changed(url: URL, view: string, widths: string): string {
    const query = this.grid.querySelector<HTMLInputElement>("#f-view input[name=query]")?.value ?? "";
    const params = new URLSearchParams(query);
    params.set("widths", widths);
    params.set("of", view);
    return `${url.pathname}?${params}`;
  }

  private carry(widths: string): void {
    for (const link of this.grid.querySelectorAll<HTMLAnchorElement>("a[href^='?'], a[href*='export.']")) {
      const url = new URL(link.href);
      if (url.searchParams.get("view")) continue;
      url.searchParams.set("widths", widths);
      link.setAttribute("href", link.getAttribute("href")!.startsWith("?") ? url.search : url.pathname + url.search);
    }
    for (const form of this.grid.querySelectorAll<HTMLFormElement>("form[method=get]")) {
      let field = form.querySelector<HTMLInputElement>("input[name=widths]");
      if (!field) {
        field = document.createElement("input");
        Object.assign(field, { type: "hidden", name: "widths" });
        form.prepend(field);
      }
      field.value = widths;
    }
    for (const field of this.grid.querySelectorAll<HTMLInputElement>("#f-view input[name=query]")) {
      const params = new URLSearchParams(field.value);
      params.set("widths", widths);
      field.value = params.toString();
    }
  }
}
