// Groups fold: their rows, and the groups inside them, hide until they are opened again.
import type { DataGrid } from "./grid";

export class Folds {
  constructor(private readonly grid: DataGrid) {}

  turn(button: HTMLElement): void {
    const isOpen = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!isOpen));
    const own = button.closest("tbody")!;
    const depth = Number(own.dataset.depth);
    let isFoldedInside = false;
    for (let body = own.nextElementSibling; body instanceof HTMLElement && body.matches("tbody"); body = body.nextElementSibling) {
      const isGroup = body.matches(".grid-group");
      if (isGroup && Number(body.dataset.depth) <= depth) break;
      body.hidden = isOpen || (!isGroup && isFoldedInside);
      if (isGroup) isFoldedInside = body.querySelector(".grid-fold")?.getAttribute("aria-expanded") === "false";
    }
    this.grid.refresh();
  }
}
