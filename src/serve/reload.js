// Live reload, added to pages by `benchpages serve` only. Hidden pages close their connection, since
// browsers allow six to one server; they hear what they missed when they are looked at again.
"use strict";
(() => {
  const generation = document.currentScript.dataset.generation;
  let events = null;

  const show = (problem) => {
    for (const old of document.querySelectorAll(".benchpages-problem")) old.remove();
    if (!problem) return;
    const bar = document.createElement("section");
    bar.className = "benchpages-problem";
    bar.setAttribute("role", "alert");
    const title = document.createElement("strong");
    title.textContent = "The last build failed. This is the site from before.";
    const text = document.createElement("pre");
    text.textContent = problem;
    bar.append(title, text);
    document.body.prepend(bar);
  };

  const close = () => {
    if (events) events.close();
    events = null;
  };

  const open = () => {
    if (events || document.hidden) return;
    events = new EventSource("/_benchpages/events?generation=" + generation);
    events.addEventListener("reload", () => {
      close();
      location.reload();
    });
    events.addEventListener("problem", (event) => show(event.data));
  };

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();
})();
