/* Shared by every page: the namespace that data files fill, the theme, printing. Nothing here trusts a text from a form. */
"use strict";
var selfeval = {
  charts: {},
  messages: {},
  lists: {},
  listeners: [],
  /* A chunk of a list has been read: rows of list `name`, number `at`. */
  rows: function (name, at, rows) {
    (selfeval.lists[name] = selfeval.lists[name] || {})[at] = rows;
    selfeval.listeners.forEach(function (listener) { listener(name, at); });
  },
  say: function (key, values) {
    return (selfeval.messages[key] || key).replace(/\{(\w+)\}/g, function (_, name) { return values && name in values ? values[name] : ""; });
  },
  /* Where a row leads, with the question that it was found by, so that the page there knows what comes before and after it. */
  within: function (address, asked) {
    var parts = address.split("#");
    return parts[0] + "?list=" + encodeURIComponent(asked) + (parts[1] ? "#" + parts[1] : "");
  },
  specs: {},
  store: function (key, value) {
    /* A browser may forbid storage for pages opened from disk; then the choice lasts as long as the page. */
    try {
      if (value === undefined) return window.localStorage.getItem(key);
      window.localStorage.setItem(key, value);
    } catch (refused) { return null; }
    return value;
  }
};
(function () {
  var root = document.documentElement;
  var wanted = selfeval.store("selfeval-theme");
  if (wanted) root.dataset.theme = wanted;
  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
  }
  selfeval.isDark = isDark;
  document.addEventListener("DOMContentLoaded", function () {
    var theme = document.getElementById("theme"), print = document.getElementById("print");
    theme.hidden = print.hidden = false;
    theme.setAttribute("aria-pressed", String(isDark()));
    theme.addEventListener("click", function () {
      root.dataset.theme = isDark() ? "light" : "dark";
      selfeval.store("selfeval-theme", root.dataset.theme);
      theme.setAttribute("aria-pressed", String(isDark()));
      document.dispatchEvent(new Event("themechange"));
    });
    print.addEventListener("click", function () { window.print(); });
    document.querySelectorAll("a[data-list]").forEach(function (link) { link.href = selfeval.within(link.getAttribute("href"), link.dataset.list); });
  });
  /* What is closed or not yet loaded would be missing on paper. */
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll(".rest, .doubts details, .changed details").forEach(function (closed) { closed.open = true; });
    document.querySelectorAll("img[loading=lazy]").forEach(function (image) { image.loading = "eager"; });
  });
})();
