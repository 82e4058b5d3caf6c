/* A list of up to tens of thousands of rows, read in chunks from .js files (a page opened from disk may fetch nothing else),
   searched, filtered and sorted here. The address keeps the question: documents.html#rule=scores-sum&q=... */
"use strict";
(function () {
  var spec = JSON.parse(document.getElementById("spec").textContent);
  var PAGE = 50, rows = [], hay = [], shown = [], at = 0, read = 0;
  var body = document.querySelector("#list tbody"), state = document.getElementById("state"), query = document.getElementById("q");
  var selects = Array.prototype.slice.call(document.querySelectorAll("[data-facet]"));
  var sort = spec.sort.slice(), collator = new Intl.Collator(document.documentElement.lang);
  var foreign = document.documentElement.lang.slice(0, 2) !== "zh";
  var texts = spec.columns.map(function (column, i) { return column.kind === "link" || column.kind === "text" ? i + 1 : 0; }).filter(Boolean);

  function facetOf(select) { return spec.facets.filter(function (facet) { return facet.key === select.dataset.facet; })[0]; }

  function test(facet, value) {
    var option = facet.options.filter(function (o) { return o[2] === value; })[0];
    if (!option) return function () { return false; };
    if (facet.kind === "member") return function (row) { return row[facet.column].indexOf(Number(option[0])) >= 0; };
    if (facet.kind === "positive") return function (row) { return row[Number(option[0])] > 0; };
    return function (row) { return String(row[facet.column]) === option[0]; };
  }

  function refresh(keepPage) {
    var started = performance.now();
    var words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    var tests = selects.filter(function (s) { return s.value; }).map(function (s) { return test(facetOf(s), s.value); });
    shown = [];
    for (var i = 0; i < rows.length; i++) {
      var ok = true, j;
      for (j = 0; ok && j < tests.length; j++) ok = tests[j](rows[i]);
      for (j = 0; ok && j < words.length; j++) ok = hay[i].indexOf(words[j]) >= 0;
      if (ok) shown.push(i);
    }
    order();
    if (!keepPage) at = 0;
    draw();
    document.documentElement.dataset.listMs = (performance.now() - started).toFixed(1);
  }

  var ranks = {};
  function rank(column) {
    /* Collating tens of thousands of Chinese names costs more than everything else, so it is done once a column. */
    if (!ranks[column]) {
      var order = rows.map(function (_, i) { return i; });
      order.sort(function (a, b) { return collator.compare(String(rows[a][column] || ""), String(rows[b][column] || "")); });
      var result = new Int32Array(rows.length);
      order.forEach(function (row, place) { result[row] = place > 0 && rows[row][column] === rows[order[place - 1]][column] ? result[order[place - 1]] : place; });
      ranks[column] = result;
    }
    return ranks[column];
  }

  function order() {
    var column = sort[0], direction = sort[1], kind = spec.columns[column - 1].kind;
    if (kind === "link" || kind === "text") {
      var ranked = rank(column);
      shown.sort(function (a, b) { return (ranked[a] - ranked[b]) * direction || a - b; });
    } else {
      shown.sort(function (a, b) {
        var x = rows[a][column], y = rows[b][column];
        if (x === null || y === null) return (x === null) - (y === null) || a - b;  /* what is unknown stands last both ways */
        return (x - y) * direction || (column === 7 ? rows[b][8] - rows[a][8] : 0) || a - b;
      });
    }
  }

  function draw() {
    var part = shown.slice(at, at + PAGE), fragment = document.createDocumentFragment();
    part.forEach(function (i) {
      var row = rows[i], line = document.createElement("tr");
      spec.columns.forEach(function (column, c) {
        if (column.kind === "hidden") return;
        var value = row[c + 1], cell = document.createElement(column.kind === "link" ? "th" : "td");
        cell.className = column.kind;
        if (foreign && /[\u4e00-\u9fff]/.test(value)) cell.lang = "zh";
        if (column.kind === "link") {
          cell.scope = "row";
          var link = document.createElement("a");
          link.href = row[0];
          link.textContent = value || row[11] || "—";
          cell.appendChild(link);
          if (spec.name === "documents" && row[12] === "rejected") {
            var tag = document.createElement("span");
            tag.className = "tag refused-tag";
            tag.textContent = selfeval.say("refused");
            cell.appendChild(document.createTextNode(" "));
            cell.appendChild(tag);
          }
        } else {
          cell.textContent = print(value, column.kind);
          if (column.tone && value) cell.classList.add("tone", column.tone);
          cell.dataset.label = column.label;
        }
        line.appendChild(cell);
      });
      fragment.appendChild(line);
    });
    body.replaceChildren(fragment);
    var pages = Math.max(1, Math.ceil(shown.length / PAGE)), number = Math.floor(at / PAGE) + 1;
    state.textContent = read < spec.chunks ? selfeval.say("loading", { a: read, b: spec.chunks })
      : shown.length ? selfeval.say("found", { n: shown.length, a: at + 1, b: at + part.length }) : selfeval.say("none");
    document.getElementById("page").textContent = selfeval.say("page_of", { a: number, b: pages });
    document.getElementById("previous").disabled = at === 0;
    document.getElementById("next").disabled = at + PAGE >= shown.length;
    document.querySelectorAll("[data-sort]").forEach(function (button) {
      var on = spec.columns[sort[0] - 1].key === button.dataset.sort;
      var cell = button.closest("th");
      if (on) cell.setAttribute("aria-sort", sort[1] > 0 ? "ascending" : "descending"); else cell.removeAttribute("aria-sort");
    });
  }

  function print(value, kind) {
    if (value === null || value === undefined || value === "") return "";
    if (kind === "money") return Number(value).toLocaleString("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    if (kind === "percent") return Number(value).toFixed(2) + "%";
    if (kind === "count") return value ? String(value) : "";
    return String(value);
  }

  function toAddress() {
    var parts = [];
    selects.forEach(function (select) { if (select.value) parts.push(select.dataset.facet + "=" + encodeURIComponent(select.value)); });
    if (query.value) parts.push("q=" + encodeURIComponent(query.value));
    window.history.replaceState(null, "", "#" + parts.join("&"));
  }

  function fromAddress() {
    var wanted = new URLSearchParams(window.location.hash.slice(1));
    query.value = wanted.get("q") || "";
    selects.forEach(function (select) { select.value = wanted.get(select.dataset.facet) || ""; if (select.selectedIndex < 0) select.value = ""; });
    refresh();
  }

  function changed() { toAddress(); refresh(); }
  query.addEventListener("input", changed);
  selects.forEach(function (select) { select.addEventListener("change", changed); });
  document.getElementById("finder").addEventListener("submit", function (event) { event.preventDefault(); });
  document.getElementById("finder").addEventListener("reset", function () { window.setTimeout(changed, 0); });
  document.querySelectorAll("[data-sort]").forEach(function (button) {
    button.addEventListener("click", function () {
      var column = spec.columns.map(function (c) { return c.key; }).indexOf(button.dataset.sort) + 1, kind = spec.columns[column - 1].kind;
      sort = [column, sort[0] === column ? -sort[1] : (kind === "link" || kind === "text" ? 1 : -1)];
      refresh();
    });
  });
  function turn(step) { at = Math.max(0, Math.min(at + step * PAGE, Math.max(0, shown.length - 1))); draw(); window.scrollTo(0, 0); }
  document.getElementById("previous").addEventListener("click", function () { turn(-1); });
  document.getElementById("next").addEventListener("click", function () { turn(1); });
  window.addEventListener("hashchange", fromAddress);

  selfeval.listeners.push(function (name, chunk) {
    if (name !== spec.name) return;
    read += 1;
    selfeval.lists[name][chunk].forEach(function (row) {
      rows.push(row);
      hay.push(texts.map(function (i) { return row[i] || ""; }).join("\n").toLowerCase());
    });
    ranks = {};
    if (read === 1 || read === spec.chunks) refresh(true);
    if (read < spec.chunks) load(read);
    else document.documentElement.dataset.listReady = "true";
  });
  function load(number) {
    var script = document.createElement("script");
    script.src = document.body.dataset.root + "data/" + spec.name + "-" + number + ".js";
    document.head.appendChild(script);
  }
  fromAddress();
  load(0);
})();
