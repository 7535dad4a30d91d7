// On a narrow window tabs go on beyond the edge: the one that is open is brought into sight, without moving the page.
for (const current of document.querySelectorAll<HTMLElement>(":is(.tabs, .views) > [aria-current]")) {
  const row = current.parentElement!;
  const beyond = current.getBoundingClientRect().right - row.getBoundingClientRect().right;
  if (beyond > 0) row.scrollLeft += beyond + 24; // some of the next one shows that there is more
}
