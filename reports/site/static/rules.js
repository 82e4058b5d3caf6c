/* The catalogue is one page; what is typed hides the rules that do not say it. The address keeps it: rules.html?q=... would ask a server, #q=... does not. */
"use strict";
(function () {
  var finder = document.getElementById("finder"), query = document.getElementById("q"), state = document.getElementById("state");
  var rules = Array.prototype.map.call(document.querySelectorAll(".rule"), function (rule) { return { element: rule, text: rule.textContent.toLowerCase() }; });
  function refresh() {
    var words = query.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
    rules.forEach(function (rule) {
      var found = words.every(function (word) { return rule.text.indexOf(word) >= 0; });
      rule.element.hidden = !found;
      shown += found;
    });
    document.querySelectorAll("section.rules").forEach(function (family) { family.hidden = !family.querySelector(".rule:not([hidden])"); });
    state.textContent = words.length ? (shown ? selfeval.say("found", { n: shown, a: 1, b: shown }) : selfeval.say("none")) : "";
  }
  function fromAddress() {
    var asked = new URLSearchParams(window.location.hash.slice(1)).get("q");
    if (asked !== null) { query.value = asked; refresh(); }
  }
  query.addEventListener("input", function () {
    window.history.replaceState(null, "", query.value ? "#q=" + encodeURIComponent(query.value) : window.location.pathname);
    refresh();
  });
  finder.addEventListener("submit", function (event) { event.preventDefault(); });
  window.addEventListener("hashchange", fromAddress);
  finder.hidden = false;
  fromAddress();
})();
