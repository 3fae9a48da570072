// Collecting an open page: the import page makes the bookmark, the bookmark opens /clip, and /clip asks the page beside it for its HTML.
// The page is only sent on to our own server as text; nothing of it is ever shown as a page here.
"use strict";
(() => {
  const bookmark = document.querySelector("[data-bookmark]");
  if (bookmark) {
    const home = window.location.origin;
    // Runs inside the page that is open: no word of it may be loaded from elsewhere, since strict pages forbid that.
    // The time makes each press a fresh window: an address that only differs behind the # would not be loaded again.
    const code = `(()=>{const h=${JSON.stringify(home)},w=open(h+"/clip?at="+Date.now()+"#"+encodeURIComponent(location.href),"zhongcao-clip","width=620,height=820");`
      + `if(!w){alert(${JSON.stringify(bookmark.dataset.blocked)});return}`
      + `addEventListener("message",function f(e){if(e.origin===h&&e.data==="zhongcao:ready"){removeEventListener("message",f);`
      + `e.source.postMessage({url:location.href,html:document.documentElement.outerHTML},h)}})})()`;
    bookmark.href = `javascript:${encodeURIComponent(code)}`;
    bookmark.addEventListener("click", (event) => {
      event.preventDefault();
      const hint = document.getElementById(bookmark.dataset.bookmark);
      if (hint) hint.hidden = false;
    });
    bookmark.hidden = false;
  }

  const form = document.querySelector("[data-clip]");
  if (!form) return;
  const wait = document.getElementById("clip-wait");
  const alone = document.getElementById("clip-alone");

  function giveUp() {
    const field = alone.querySelector("[name=url]");
    try { field.value = decodeURIComponent(window.location.hash.slice(1)); } catch { field.value = ""; }
    wait.hidden = true;
    alone.hidden = false;
  }

  if (!window.opener) { giveUp(); return; }
  let heard = false;
  let asked = 0;
  const asking = window.setInterval(() => {
    if (heard || (asked += 1) > 20) {
      window.clearInterval(asking);
      if (!heard) giveUp();
      return;
    }
    window.opener.postMessage("zhongcao:ready", "*");
  }, 250);
  window.addEventListener("message", (event) => {
    const sent = event.data;
    if (heard || event.source !== window.opener || !sent || typeof sent.url !== "string" || typeof sent.html !== "string") return;
    let origin = "";
    try { origin = new URL(sent.url).origin; } catch { return; }
    if (origin !== event.origin || !/^https?:/.test(origin)) return;
    heard = true;
    form.elements.url.value = sent.url;
    form.elements.origin.value = event.origin;
    form.elements.html.value = sent.html;
    form.submit();
  });
})();
