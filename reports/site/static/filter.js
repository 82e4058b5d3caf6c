/* A question put to a list, and its answer: which rows, in which order. The address of a list holds the question
   (documents.html#rule=scores-sum&sort=-rate&q=...), and so does that of a form that was opened from it (?list=...). */
"use strict";
(function () {
  var NAMED = ["q", "sort", "page"];

  /* A list as it is read: rows of `spec`, chunk by chunk, and what searching and sorting them needs. */
  selfeval.listOf = function (spec) {
    var list = { spec: spec, rows: [], hay: [], ranks: {}, read: 0, at: {} };
    spec.columns.forEach(function (column, i) { list.at[column.key] = i + 1; });
    var texts = spec.columns.filter(function (c) { return c.kind === "link" || c.kind === "text"; }).map(function (c) { return list.at[c.key]; });
    list.add = function (chunk) {
      list.read += 1;
      list.ranks = {};
      chunk.forEach(function (row) {
        list.rows.push(row);
        list.hay.push(texts.map(function (i) { return row[i] || ""; }).join("\n").toLowerCase());
      });
    };
    return list;
  };

  /* Reads the chunks one after the other and calls `then` after each. */
  selfeval.readList = function (list, then) {
    var name = list.spec.name;
    function load(number) {
      var script = document.createElement("script");
      script.src = document.body.dataset.root + "data/" + name + "-" + number + ".js";
      document.head.appendChild(script);
    }
    selfeval.listeners.push(function (read, chunk) {
      if (read !== name) return;
      list.add(selfeval.lists[name][chunk]);
      if (list.read < list.spec.chunks) load(list.read);
      then(list.read === list.spec.chunks);
    });
    load(0);
  };

  /* "rule=a&sort=-rate&unit=b" -> { values: { rule: "a", unit: "b" }, q: "", sort: ["rate", -1], page: 1 } */
  selfeval.question = function (spec, text) {
    var given = new URLSearchParams(text), values = {}, sort = given.get("sort") || "";
    given.forEach(function (value, key) { if (value && NAMED.indexOf(key) < 0) values[key] = value; });
    var key = sort.replace(/^-/, ""), known = spec.columns.some(function (c) { return c.key === key; });
    return { values: values, q: given.get("q") || "", sort: known ? [key, sort[0] === "-" ? -1 : 1] : spec.sort.slice(), page: Math.max(1, Number(given.get("page")) || 1) };
  };

  /* The reverse; what is as it would be anyway is left out. */
  selfeval.asked = function (spec, question) {
    var parts = Object.keys(question.values).filter(function (key) { return question.values[key]; }).map(function (key) {
      return encodeURIComponent(key) + "=" + encodeURIComponent(question.values[key]);
    });
    if (question.q) parts.push("q=" + encodeURIComponent(question.q));
    if (String(question.sort) !== String(spec.sort)) parts.push("sort=" + (question.sort[1] < 0 ? "-" : "") + question.sort[0]);
    if (question.page > 1) parts.push("page=" + question.page);
    return parts.join("&");
  };

  function test(list, key, value) {
    var facet = list.spec.facets.filter(function (f) { return f.key === key; })[0], at = list.at[key];
    if (!facet) return at ? function (row) { return String(row[at]) === value; } : null;
    var option = facet.options.filter(function (o) { return o.key === value; })[0], column = list.at[(option && option.column) || facet.column];
    if (!option) return function () { return false; };
    if (facet.kind === "member") return function (row) { return row[column].indexOf(option.is) >= 0; };
    if (facet.kind === "positive") return function (row) { return row[column] > 0; };
    if (facet.kind === "range") return function (row) {
      var number = row[column];
      return number === null ? option.from === undefined && option.to === undefined
        : (option.from !== undefined || option.to !== undefined) && (option.from === undefined || number >= option.from) && (option.to === undefined || number < option.to);
    };
    return function (row) { return String(row[column]) === String(option.is); };
  }

  function rank(list, column) {
    /* Collating tens of thousands of Chinese names costs more than everything else, so it is done once a column. */
    if (!list.ranks[column]) {
      var collator = new Intl.Collator(document.documentElement.lang), rows = list.rows, order = rows.map(function (_, i) { return i; });
      order.sort(function (a, b) { return collator.compare(String(rows[a][column] || ""), String(rows[b][column] || "")); });
      var result = new Int32Array(rows.length);
      order.forEach(function (row, place) { result[row] = place > 0 && rows[row][column] === rows[order[place - 1]][column] ? result[order[place - 1]] : place; });
      list.ranks[column] = result;
    }
    return list.ranks[column];
  }

  /* The numbers of the rows that answer a question, in its order. */
  selfeval.answer = function (list, question) {
    var rows = list.rows, found = [], words = question.q.toLowerCase().split(/\s+/).filter(Boolean);
    var tests = Object.keys(question.values).map(function (key) { return test(list, key, question.values[key]); }).filter(Boolean);
    for (var i = 0; i < rows.length; i++) {
      var ok = true, j;
      for (j = 0; ok && j < tests.length; j++) ok = tests[j](rows[i]);
      for (j = 0; ok && j < words.length; j++) ok = list.hay[i].indexOf(words[j]) >= 0;
      if (ok) found.push(i);
    }
    var column = list.at[question.sort[0]], direction = question.sort[1], kind = list.spec.columns[column - 1].kind, then = list.at.warning;
    if (kind === "link" || kind === "text" || kind === "choice") {
      var ranked = rank(list, column);
      return found.sort(function (a, b) { return (ranked[a] - ranked[b]) * direction || a - b; });
    }
    return found.sort(function (a, b) {
      var x = rows[a][column], y = rows[b][column];
      if (x === null || y === null) return (x === null) - (y === null) || a - b;  /* what is unknown stands last both ways */
      return (x - y) * direction || (question.sort[0] === "error" && then ? rows[b][then] - rows[a][then] : 0) || a - b;
    });
  };
})();
