// On a narrow window tabs go on beyond the edge: the one that is open is brought into sight, without moving the page.
const FADE = 40; // so wide is the fade in parts.css, under which a tab is not read

for (const current of document.querySelectorAll<HTMLElement>(":is(.tabs, .views) > [aria-current]")) {
  const row = current.parentElement!;
  const beyond = current.getBoundingClientRect().right - row.getBoundingClientRect().right + FADE;
  if (beyond > 0) row.scrollLeft += beyond; // some of the next one shows that there is more
}
