// Keyboard triage: / to the search box, j and k between cards, Enter opens, c copies. The pages work without it.
"use strict";
(() => {
  const cards = Array.from(document.querySelectorAll("[data-card]"));
  let place = -1;

  function show(next) {
    if (!cards.length) return;
    if (cards[place]) cards[place].classList.remove("current");
    place = Math.max(0, Math.min(cards.length - 1, next));
    const card = cards[place];
    card.classList.add("current");
    const link = card.querySelector("[data-open]");
    if (link) link.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = event.target;
    if (target.closest("input, textarea, select, [contenteditable]")) {
      if (event.key === "Escape") target.blur();
      return;
    }
    if (event.key === "/") {
      const box = document.querySelector("[data-search]");
      event.preventDefault();
      if (box) { box.focus(); box.select(); } else { window.location.assign("/"); }
    } else if (event.key === "j") {
      show(place + 1);
    } else if (event.key === "k") {
      show(place - 1);
    } else if (event.key === "c") {
      const scope = cards[place] || document;
      const button = scope.querySelector("[data-copy]");
      if (button) {
        const folded = button.closest("details");
        if (folded) folded.open = true;
        button.click();
      }
    }
  });
})();
