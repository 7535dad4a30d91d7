// Which rows are chosen: kept by their keys, so that rows may come and go while one scrolls.
import htmx from "htmx.org";
import type { DataGrid } from "./grid";
import { askPart } from "./requests";

export class Selection {
  private readonly keys = new Set<string>();

  constructor(
    private readonly grid: DataGrid,
    private readonly table: HTMLTableElement,
  ) {}

  private rows(): HTMLTableRowElement[] {
    return [...this.table.querySelectorAll<HTMLTableRowElement>("tr[data-id]")];
  }

  private set(row: Element | null | undefined, on: boolean): void {
    const box = row?.querySelector<HTMLInputElement>("input[name=pick]");
    if (!box) return;
    if (on) this.keys.add(box.value);
    else this.keys.delete(box.value);
  }

  turn(row: HTMLTableRowElement): void {
    this.set(row, !this.keys.has(row.dataset.id ?? ""));
    this.refresh();
  }

  extend(from: Element, to: Element | null | undefined): void {
    this.set(from, true);
    this.set(to, true);
    this.refresh();
  }

  all(): void {
    this.rows().forEach((row) => this.set(row, true));
    this.refresh();
  }

  clear(): void {
    this.keys.clear();
    const all = this.grid.querySelector<HTMLInputElement>("[data-all]");
    if (all) all.checked = false;
    this.refresh();
  }

  change(event: Event): void {
    const box = event.target as HTMLInputElement;
    if (box.matches("[data-pick-all]")) this.rows().forEach((row) => this.set(row, box.checked));
    else if (box.name === "pick") this.set(box.closest("tr"), box.checked);
    else if (!box.matches("[data-all]")) return;
    this.refresh();
  }

  refresh(): void {
    for (const row of this.rows()) {
      const box = row.querySelector<HTMLInputElement>("input[name=pick]");
      if (!box) return;
      box.checked = this.keys.has(box.value);
      row.setAttribute("aria-selected", String(box.checked));
    }
    const bar = this.grid.querySelector<HTMLElement>("[data-bar]");
    if (!bar) return;
    const isAll = bar.querySelector<HTMLInputElement>("[data-all]")?.checked ?? false;
    const count = this.keys.size;
    bar.classList.toggle("is-open", count > 0 || isAll);
    const said = bar.querySelector<HTMLElement>("[data-picked]");
    if (!said) return;
    const number = new Intl.NumberFormat(document.documentElement.lang).format(count);
    const words = count === 1 ? said.dataset.one : said.dataset.many;
    said.textContent = isAll || count === 0 ? "" : (words ?? "").replace("{n}", number);
  }

  /** The change of many opens in a dialog; what is chosen but not in the page now goes along. */
  submit(event: SubmitEvent): void {
    const form = event.target as HTMLFormElement;
    if (!form.matches(".grid-form")) return;
    event.preventDefault();
    event.stopPropagation();
    const isAll = form.querySelector<HTMLInputElement>("[data-all]")?.checked;
    const body = new URLSearchParams([["step", "choose"]]);
    if (isAll) body.append("all", "1");
    else this.keys.forEach((key) => body.append("pick", key));
    void this.open(form.action, body);
  }

  private async open(url: string, body: URLSearchParams): Promise<void> {
    const answer = await askPart(url, body);
    const home = this.grid.querySelector<HTMLElement>("#grid-dialog-body");
    if (!home || !answer?.ok) return;
    home.innerHTML = await answer.text();
    htmx.process(home);
    this.grid.querySelector<HTMLDialogElement>("#grid-dialog")?.showModal();
  }
}
