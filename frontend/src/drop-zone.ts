// <drop-zone> around a plain file input: shows what was chosen, and marks itself while a file is held over it.

class DropZone extends HTMLElement {
  connectedCallback(): void {
    const input = this.querySelector<HTMLInputElement>("input[type=file]");
    if (!input) return;
    const mark = (on: boolean) => this.classList.toggle("is-over", on);
    this.addEventListener("dragover", () => mark(true));
    this.addEventListener("dragleave", () => mark(false));
    this.addEventListener("drop", () => mark(false));
    input.addEventListener("change", () => this.show(input.files));
  }

  private show(files: FileList | null): void {
    const chosen = this.querySelector<HTMLElement>("[data-chosen]");
    if (!chosen) return;
    const names = [...(files ?? [])].map((file) => `${file.name} · ${size(file.size)}`);
    chosen.textContent = names.join(", ");
    this.classList.toggle("has-file", names.length > 0);
  }
}

function size(bytes: number): string {
  const [amount, unit] = bytes < 1_000_000 ? [bytes / 1_000, "kilobyte"] : [bytes / 1_000_000, "megabyte"];
  const format = { style: "unit", unit, maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(document.documentElement.lang, format).format(amount);
}

customElements.define("drop-zone", DropZone);
