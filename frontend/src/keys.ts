// Ctrl K (or ⌘ K) goes to the find box, when the page has one.

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
  const find = document.querySelector<HTMLInputElement>("#find");
  if (!find) return;
  event.preventDefault();
  find.focus();
  find.select();
});
