/* A form that was opened from a list knows what stands before and after it there: the question is in its address (?list=...). */
"use strict";
(function () {
  var walk = document.getElementById("walk"), given = new URLSearchParams(window.location.search);
  if (!walk || !given.has("list")) return;
  var root = document.body.dataset.root, asked = given.get("list"), here = walk.dataset.here, list, shown = [];
  var script = document.createElement("script");
  script.src = root + "data/documents.js";
  script.onload = function () {
    list = selfeval.listOf(selfeval.specs.documents);
    document.getElementById("to-list").href = root + "documents.html#" + asked;
    selfeval.readList(list, function (done) {
      if (!done) return;
      shown = selfeval.answer(list, selfeval.question(list.spec, asked)).map(function (i) { return list.rows[i][0]; });
      show();
    });
  };
  document.head.appendChild(script);

  /* Several forms may be bound in one file: the address of each but a lone one names it. */
  function place() {
    var at = shown.indexOf(here + window.location.hash);
    if (at >= 0) return at;
    for (at = 0; at < shown.length; at++) if (shown[at].split("#")[0] === here) return at;
    return -1;
  }

  function lead(link, address) {
    if (address === undefined) link.removeAttribute("href"); else link.href = root + selfeval.within(address, asked);
  }

  function show() {
    var started = performance.now(), at = place();
    walk.hidden = false;
    document.getElementById("place").textContent = at < 0 ? selfeval.say("not_listed", { b: shown.length }) : selfeval.say("place", { a: at + 1, b: shown.length });
    lead(document.getElementById("before"), at < 0 ? undefined : shown[at - 1]);
    lead(document.getElementById("after"), shown[at + 1]);
    document.documentElement.dataset.walkMs = (performance.now() - started).toFixed(1);
  }
  window.addEventListener("hashchange", function () { if (shown.length) show(); });
})();
