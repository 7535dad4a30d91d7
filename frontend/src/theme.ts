// The theme is a cookie that the server reads, so that a page arrives in the right colours.

const COOKIE = "keystead_theme";
const ONE_YEAR_S = 31_536_000;

document.addEventListener("change", (event) => {
  const input = event.target as HTMLInputElement;
  if (input.name !== COOKIE) return;
  const secure = location.protocol === "https:" ? ";secure" : "";
  const age = input.value === "system" ? 0 : ONE_YEAR_S;
  document.cookie = `${COOKIE}=${input.value};path=/;max-age=${age};samesite=lax${secure}`;
  const root = document.documentElement;
  if (input.value === "system") root.removeAttribute("data-theme");
  else root.dataset.theme = input.value === "dark" ? "keystead-dark" : "keystead";
});
