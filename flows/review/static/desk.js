/* What both pages of the desk share: who decides, the dialogs, the keys; and the queue. Nothing here trusts a text from a form. */
"use strict";
selfeval.desk = (function () {
  function byId(id) { return document.getElementById(id); }

  /* The name: of this browser, else the one that the desk was started for. A cookie, since what else a browser keeps it keeps for one port. */
  function name() {
    var kept = document.cookie.match(/(?:^|; )selfeval-by=([^;]*)/);
    return kept ? decodeURIComponent(kept[1]) : document.body.dataset.by || "";
  }
  function keepName(given) { document.cookie = "selfeval-by=" + encodeURIComponent(given) + "; path=/; max-age=31536000; samesite=strict"; }
  function showName() { byId("who-name").textContent = name() || "未填"; }

  /* Opens a dialog; calls `done` with true for its first button, false for anything else. */
  function ask(dialog, done) {
    if (dialog.open) return;
    var from = document.activeElement;
    dialog.returnValue = "";
    dialog.onclose = function () {
      if (from && from.isConnected) from.focus({ preventScroll: true });
      done(dialog.returnValue === "ok");
    };
    dialog.showModal();
  }

  function askName(done) {
    var input = byId("name-input");
    input.value = name();
    ask(byId("name-dialog"), function (ok) {
      if (ok && input.value.trim()) keepName(input.value.trim());
      showName();
      done(name());
    });
    input.select();
  }

  /* Calls `done` with who decides, asking the first time; not at all where nobody says. */
  function withName(done) {
    if (name()) done(name());
    else askName(function (given) { if (given) done(given); });
  }

  /* Whether a key is for the page: no field is being filled in, no dialog is open, nothing is being composed. */
  function free(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return false;
    return !event.target.closest("input:not([type=hidden]), select, textarea");
  }

  /* The element `step` further among these, from the one that has the focus or holds it. */
  function walk(elements, step) {
    var at = elements.findIndex(function (element) { return element.contains(document.activeElement); });
    var next = elements[at < 0 ? (step > 0 ? 0 : elements.length - 1) : at + step];
    if (next) { next.focus({ preventScroll: true }); next.scrollIntoView({ block: "nearest" }); }
  }

  document.addEventListener("DOMContentLoaded", function () {
    showName();
    byId("who").addEventListener("click", function () { askName(function () {}); });
    byId("keys").addEventListener("click", function () { ask(byId("keys-dialog"), function () {}); });
  });
  return { byId: byId, ask: ask, withName: withName, free: free, walk: walk };
})();

document.addEventListener("DOMContentLoaded", function () {
  var desk = selfeval.desk, finder = desk.byId("finder"), list = desk.byId("list");
  if (!finder) return;
  var waiting = 0, asked = 0, shown = "";

  function query() {
    var said = new URLSearchParams();
    new FormData(finder).forEach(function (value, name) { if (value && !(name === "facet" && value === "left")) said.set(name, value); });
    return said;
  }

  /* The list for what the finder says; the address says it too, so that going back finds it again. */
  function refresh() {
    window.clearTimeout(waiting); /* what was typed before is in this one already */
    var said = query(), mine = ++asked, started = performance.now();
    window.history.replaceState(null, "", said.size ? "/?" + said : "/");
    if (shown) said.set("shown", shown);
    fetch("/queue?" + said).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.text();
    }).then(function (html) {
      if (mine !== asked) return;
      var held = list.contains(document.activeElement) && document.activeElement.dataset;
      list.innerHTML = html; /* the desk's own template, everything in it escaped */
      var again = held && (held.facet ? list.querySelector('[data-facet="' + held.facet + '"]') : held.form && rowOf(held.form));
      if (again) again.focus({ preventScroll: true });
      remember();
      document.documentElement.dataset.listMs = String(performance.now() - started);
    }).catch(function () { desk.byId("state").textContent = "复核台没有应答，请确认 selfeval review 仍在运行，然后刷新。"; });
  }
  finder.addEventListener("input", function () { shown = ""; window.clearTimeout(waiting); waiting = window.setTimeout(refresh, 50); });
  finder.addEventListener("submit", function (event) { event.preventDefault(); refresh(); });
  list.addEventListener("click", function (event) {
    var facet = event.target.closest("[data-facet]"), more = event.target.closest("[data-shown]");
    if (facet) {
      finder.elements.facet.value = facet.dataset.facet;
      shown = "";
      refresh();
    }
    if (more) { shown = more.dataset.shown; refresh(); }
  });
  /* Which forms are gone through, in this order, as long as the list is not asked for again: what is decided moves a form elsewhere. */
  function remember() {
    var ids = rows().map(function (row) { return row.dataset.form; });
    window.sessionStorage.setItem("selfeval-walk", JSON.stringify({ query: window.location.search, ids: ids, more: Boolean(list.querySelector(".more")) }));
  }
  function rowOf(id) { return list.querySelector('.row[data-form="' + CSS.escape(id) + '"]'); }
  function rows() { return Array.prototype.slice.call(list.querySelectorAll(".row")); }
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && event.target === finder.elements.q && event.target.value) { event.target.value = ""; refresh(); return; }
    if (event.key === "Escape" && event.target.closest("#finder")) { desk.walk(rows(), 1); return; }
    if (!desk.free(event)) return;
    if (event.key === "j" || event.key === "k") desk.walk(rows(), event.key === "j" ? 1 : -1);
    else if (event.key === "Enter" && event.target === document.body && rows().length) rows()[0].click(); /* nothing chosen: the first of the queue */
    else if (event.key === "/") finder.elements.q.focus();
    else return;
    event.preventDefault();
  });
  remember();
  /* Back from a form: where one was. */
  var last = window.sessionStorage.getItem("selfeval-form"), row = last && rowOf(last);
  if (row) { row.focus({ preventScroll: true }); row.scrollIntoView({ block: "center" }); }
});
