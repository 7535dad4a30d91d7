// A cell is written in its place: the server gives the field, the answer is the row as it is afterwards.
import htmx from "htmx.org";
import type { DataGrid } from "./grid";
import { askPart, isForm } from "./requests";
import { showToast, toastIn, type Toast } from "./toasts";

export class Cells {
  busy = false;
  private cell: HTMLTableCellElement | null = null;
  private before = "";
  private isPointed = false;

  constructor(
    private readonly grid: DataGrid,
    private readonly table: HTMLTableElement,
  ) {}

  private head(cell: HTMLTableCellElement): HTMLElement | undefined {
    return this.table.tHead?.rows[0]?.cells[cell.cellIndex];
  }

  /** Whether a click may open it: its column can be written, and so can its row. */
  isOpenTo(cell: HTMLTableCellElement): boolean {
    return cell.parentElement!.matches("[data-can]") && this.head(cell)?.dataset.edits !== undefined;
  }

  private address(cell: HTMLTableCellElement): string {
    const { id } = (cell.parentElement as HTMLElement).dataset;
    const column = this.head(cell)?.dataset.column ?? "";
    const url = (this.grid.dataset.cells ?? "").replace("{id}", id ?? "").replace("{column}", column);
    return url + location.search;
  }

  /** Opens the field; what may not be written is refused by the server in a sentence. */
  async edit(cell: HTMLTableCellElement): Promise<void> {
    if (this.busy || this.cell || !cell.parentElement?.matches("[data-id]") || cell.matches(".grid-pick")) return;
    if (this.head(cell)?.dataset.edits === undefined) return this.say(this.grid.dataset.computed ?? "", "info");
    this.busy = true;
    try {
      const answer = await askPart(this.address(cell));
      if (answer?.ok) this.open(cell, await answer.text());
    } finally {
      this.busy = false;
    }
  }

  private open(cell: HTMLTableCellElement, html: string): void {
    this.cell = cell;
    this.isPointed = false;
    this.before = cell.innerHTML;
    cell.classList.add("is-edited");
    this.fill(cell, html);
    const leave = (event: FocusEvent) => {
      if (this.cell !== cell || (event.relatedTarget && cell.contains(event.relatedTarget as Node))) return;
      if (!document.hasFocus()) return;
      if (this.isTouched(cell)) void this.save(cell, false);
      else this.close(false);
    };
    cell.onkeydown = (event) => this.key(event, cell);
    cell.onpointerdown = () => (this.isPointed = true);
    cell.onchange = (event) => this.chosen(event, cell);
    cell.addEventListener("focusout", leave);
    this.stopLeaving = () => cell.removeEventListener("focusout", leave);
  }

  /** Who chooses from a list with the pointer is done; who goes through it by keyboard says so with Enter, or by leaving. */
  private chosen(event: Event, cell: HTMLTableCellElement): void {
    if (!this.isPointed || !(event.target instanceof HTMLSelectElement) || this.choice(cell)) return;
    if (this.isTouched(cell)) void this.save(cell, true);
  }

  private stopLeaving: () => void = () => undefined;
  private first = "";

  private fill(cell: HTMLTableCellElement, html: string): void {
    cell.innerHTML = html;
    htmx.process(cell);
    const field = this.choice(cell) ?? this.field(cell);
    this.first = this.values(cell).toString();
    field?.focus();
    if (field instanceof HTMLInputElement && !/checkbox|radio|date/.test(field.type)) field.select();
  }

  /** Two people wrote the same cell: mine or theirs. */
  private choice(cell: HTMLElement): HTMLInputElement | null {
    return cell.querySelector<HTMLInputElement>(".cell-conflict input:checked");
  }

  private field(cell: HTMLElement): HTMLElement | null {
    return cell.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea");
  }

  private values(cell: HTMLElement): URLSearchParams {
    const made = new URLSearchParams();
    for (const field of cell.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input[name], select[name], textarea[name]")) {
      if (field instanceof HTMLInputElement && /checkbox|radio/.test(field.type) && !field.checked) continue;
      made.append(field.name, field.value);
    }
    return made;
  }

  private isTouched(cell: HTMLElement): boolean {
    return this.values(cell).toString() !== this.first;
  }

  private key(event: KeyboardEvent, cell: HTMLTableCellElement): void {
    event.stopPropagation();
    this.isPointed = false;
    if (event.key === "Tab" && this.choice(cell) && this.staysInside(event, cell)) return; // from the choice to the field and back
    if (event.key === "Escape") {
      event.preventDefault();
      this.close(true);
    } else if (event.key === "Enter" || event.key === "Tab") {
      event.preventDefault();
      const step = event.key === "Tab" ? (event.shiftKey ? -1 : 1) : 0;
      if (this.isTouched(cell) || cell.querySelector(".has-error")) void this.save(cell, true, step);
      else this.close(true, step);
    }
  }

  private staysInside(event: KeyboardEvent, cell: HTMLElement): boolean {
    const isAtField = event.target === this.field(cell);
    return event.shiftKey ? !isAtField : isAtField;
  }

  private async save(cell: HTMLTableCellElement, keepsFocus: boolean, step = 0): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      const answer = await askPart(this.address(cell), this.values(cell));
      if (answer?.ok) this.done(cell, await answer.text(), keepsFocus, step, answer);
      else if (answer && isForm(answer.status)) this.fill(cell, await answer.text());
      else if (answer) this.close(keepsFocus); // without a connection it stays as it was typed
    } finally {
      this.busy = false;
    }
  }

  /** The row comes back as it is now; the focus stays in its place, or goes on with Tab. */
  private done(cell: HTMLTableCellElement, html: string, keepsFocus: boolean, step: number, answer: Response): void {
    this.replace(cell, html, keepsFocus, step);
    showToast(toastIn(answer) ?? { text: this.grid.dataset.saved ?? "" });
    void this.grid.refoot();
  }

  private replace(cell: HTMLTableCellElement, html: string, keepsFocus: boolean, step: number): void {
    const row = cell.parentElement as HTMLTableRowElement;
    const at = cell.cellIndex;
    this.stopLeaving();
    this.cell = null;
    row.insertAdjacentHTML("afterend", html);
    const next = row.nextElementSibling as HTMLTableRowElement;
    row.remove();
    htmx.process(next);
    next.classList.add("is-fresh");
    this.grid.refresh();
    if (keepsFocus) this.grid.focusing.go(next.cells[Math.max(0, Math.min(at + step, next.cells.length - 1))]);
  }

  private close(keepsFocus: boolean, step = 0): void {
    const { cell } = this;
    if (!cell) return;
    if (this.choice(cell)) return void this.leaveTheirs(cell, keepsFocus);
    this.stopLeaving();
    this.cell = null;
    cell.onkeydown = cell.onpointerdown = cell.onchange = null;
    cell.classList.remove("is-edited");
    cell.innerHTML = this.before;
    htmx.process(cell);
    if (keepsFocus) this.grid.focusing.go((cell.parentElement as HTMLTableRowElement).cells[Math.max(0, cell.cellIndex + step)] ?? cell);
  }

  /** What stood in the cell before is neither mine nor theirs: the row is asked for as it is now. */
  private async leaveTheirs(cell: HTMLTableCellElement, keepsFocus: boolean): Promise<void> {
    this.stopLeaving();
    const address = new URL(this.address(cell), location.href);
    address.searchParams.set("part", "row");
    const answer = await askPart(address);
    const html = answer?.ok ? await answer.text() : "";
    cell.querySelector(".cell-conflict")?.remove();
    if (html) this.replace(cell, html, keepsFocus, 0);
    else this.close(keepsFocus);
  }

  private say(text: string, level: Toast["level"]): void {
    showToast({ text, level });
  }
}
