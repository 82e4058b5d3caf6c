/* A list of up to tens of thousands of rows, read in chunks from .js files (a page opened from disk may fetch nothing else). */
"use strict";
(function () {
  var spec = selfeval.specs[document.getElementById("list").dataset.name], list = selfeval.listOf(spec);
  var PAGE = 50, PRINTED = 3000, shown = [], question;
  var body = document.querySelector("#list tbody"), state = document.getElementById("state"), query = document.getElementById("q");
  var selects = Array.prototype.slice.call(document.querySelectorAll("[data-facet]")), only = document.getElementById("only");
  var foreign = document.documentElement.lang.slice(0, 2) !== "zh";
  var columns = spec.columns.filter(function (c) { return c.kind !== "hidden"; });

  function asked() { return selfeval.asked(spec, question); }

  function refresh() {
    var started = performance.now();
    shown = selfeval.answer(list, question);
    if (list.read === spec.chunks) question.page = Math.max(1, Math.min(question.page, Math.ceil(shown.length / PAGE)));
    draw(shown.slice((question.page - 1) * PAGE, question.page * PAGE));
    tell();
    document.documentElement.dataset.listMs = (performance.now() - started).toFixed(1);
  }

  function line(i) {
    var row = list.rows[i], made = document.createElement("tr");
    columns.forEach(function (column) {
      var value = row[list.at[column.key]], cell = document.createElement(column.kind === "link" ? "th" : "td");
      cell.className = column.kind;
      if (foreign && /[\u4e00-\u9fff]/.test(value)) cell.lang = "zh";
      if (column.kind === "link") {
        cell.scope = "row";
        cell.appendChild(title(row, value));
        if (spec.refused && row[list.at.status] === "rejected") cell.appendChild(tag(selfeval.say("refused")));
      } else {
        var choice = column.kind === "choice" && spec.choices[value];
        cell.textContent = choice ? choice[0] : selfeval.printed(value, column.kind);
        if (column.tone && value) cell.classList.add("tone", column.tone);
        if (choice && choice[1]) cell.classList.add("tone", choice[1]);
        cell.dataset.label = column.label;
      }
      made.appendChild(cell);
    });
    return made;
  }

  function title(row, value) {
    if (!row[0]) return document.createTextNode(value || "—");
    var link = document.createElement("a");
    link.href = spec.name === "documents" ? selfeval.within(row[0], asked()) : row[0];
    link.textContent = value || row[list.at.document] || "—";
    return link;
  }

  function tag(text) {
    var made = document.createElement("span");
    made.className = "tag refused-tag";
    made.textContent = text;
    return made;
  }

  function draw(part) {
    var fragment = document.createDocumentFragment();
    part.forEach(function (i) { fragment.appendChild(line(i)); });
    body.replaceChildren(fragment);
  }

  function tell() {
    var pages = Math.max(1, Math.ceil(shown.length / PAGE)), first = (question.page - 1) * PAGE;
    state.textContent = list.read < spec.chunks ? selfeval.say("loading", { a: list.read, b: spec.chunks })
      : shown.length ? selfeval.say("found", { n: shown.length, a: first + 1, b: Math.min(first + PAGE, shown.length) }) : selfeval.say("none");
    document.getElementById("page").textContent = selfeval.say("page_of", { a: question.page, b: pages });
    document.getElementById("previous").disabled = question.page <= 1;
    document.getElementById("next").disabled = question.page >= pages;
    document.querySelectorAll("[data-sort]").forEach(function (button) {
      var cell = button.closest("th");
      if (question.sort[0] === button.dataset.sort) cell.setAttribute("aria-sort", question.sort[1] > 0 ? "ascending" : "descending"); else cell.removeAttribute("aria-sort");
    });
    /* What is asked for and has no field of its own: one unit, one project. */
    var others = Object.keys(question.values).filter(function (key) { return !selects.some(function (s) { return s.dataset.facet === key; }); });
    only.hidden = !others.length;
    only.textContent = others.map(function (key) { return question.values[key]; }).join(" · ");
  }

  selfeval.printed = function (value, kind) {
    if (value === null || value === undefined || value === "") return "";
    if (kind === "money") return Number(value).toLocaleString("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    if (kind === "percent") return Number(value).toFixed(2) + "%";
    if (kind === "count") return value ? String(value) : "";
    return String(value);
  };

  function toAddress() { window.history.replaceState(null, "", "#" + asked()); }

  function fromAddress() {
    question = selfeval.question(spec, window.location.hash.slice(1));
    query.value = question.q;
    selects.forEach(function (select) { select.value = question.values[select.dataset.facet] || ""; if (select.selectedIndex < 0) select.value = ""; });
    refresh();
  }

  function changed() {
    question.q = query.value;
    question.page = 1;
    selects.forEach(function (select) { if (select.value) question.values[select.dataset.facet] = select.value; else delete question.values[select.dataset.facet]; });
    toAddress();
    refresh();
  }
  query.addEventListener("input", changed);
  selects.forEach(function (select) { select.addEventListener("change", changed); });
  document.getElementById("finder").addEventListener("submit", function (event) { event.preventDefault(); });
  document.getElementById("finder").addEventListener("reset", function () { question.values = {}; window.setTimeout(changed, 0); });
  document.querySelectorAll("[data-sort]").forEach(function (button) {
    button.addEventListener("click", function () {
      var key = button.dataset.sort, kind = spec.columns[list.at[key] - 1].kind;
      question.sort = [key, question.sort[0] === key ? -question.sort[1] : (kind === "link" || kind === "text" ? 1 : -1)];
      question.page = 1;
      toAddress();
      refresh();
    });
  });
  function turn(step) { question.page += step; toAddress(); refresh(); window.scrollTo(0, 0); }
  document.getElementById("previous").addEventListener("click", function () { turn(-1); });
  document.getElementById("next").addEventListener("click", function () { turn(1); });
  window.addEventListener("hashchange", fromAddress);

  /* The list as it is filtered and sorted, for a spreadsheet. */
  function exported() {
    return { name: spec.name, title: spec.title, columns: columns, rows: shown.map(function (i) {
      return columns.map(function (c) { var value = list.rows[i][list.at[c.key]]; return c.kind === "choice" ? spec.choices[value][0] : value; });
    }) };
  }
  document.querySelectorAll("[data-export]").forEach(function (button) {
    button.addEventListener("click", function () { selfeval.download(button.dataset.export, exported()); });
  });

  /* On paper the whole answer, not one page of it. */
  window.addEventListener("beforeprint", function () { draw(shown.slice(0, PRINTED)); });
  window.addEventListener("afterprint", refresh);

  /* Coming back from a form, one is where one was: the browser restores the place before the rows are there. */
  window.addEventListener("pagehide", function () { window.history.replaceState({ y: window.scrollY }, "", window.location.href); });

  fromAddress();
  selfeval.readList(list, function (done) {
    if (list.read !== 1 && !done) return tell();
    refresh();
    if (!done) return;
    document.documentElement.dataset.listReady = "true";
    if (window.history.state && window.history.state.y) window.scrollTo(0, window.history.state.y);
  });
})();
