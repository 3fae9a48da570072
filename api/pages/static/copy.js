// One-click copy. Without scripts the text stands in a field that can be selected by hand, and the button stays hidden.
"use strict";
(() => {
  async function copy(field) {
    if (navigator.clipboard && window.isSecureContext) {
      await navigator.clipboard.writeText(field.value);
      return;
    }
    field.focus();
    field.select();
    if (!document.execCommand("copy")) throw new Error("the browser refused to copy");
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    const label = button.textContent;
    if (!field) continue;
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      try {
        await copy(field);
        button.textContent = button.dataset.done;
        setTimeout(() => { button.textContent = label; }, 1600);
      } catch {
        field.focus();
        field.select();
      }
    });
  }
})();
