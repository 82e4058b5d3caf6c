/* The document page: a value and its box on the page light up together, by mouse, by keyboard, and back. */
"use strict";
(function () {
  var SVG = "http://www.w3.org/2000/svg";
  var sheets = document.getElementById("sheets");
  if (!sheets) return;
  var boxes = {}, values = {};

  function each(selector, action, from) { (from || document).querySelectorAll(selector).forEach(action); }

  /* "page:x0,top,x1,bottom", several separated by spaces. */
  function places(element) {
    return (element.dataset.at || "").split(" ").filter(Boolean).map(function (text) {
      var parts = text.split(":"), numbers = parts[1].split(",").map(Number);
      return { page: parts[0], x: numbers[0], y: numbers[1], width: numbers[2] - numbers[0], height: numbers[3] - numbers[1] };
    });
  }

  each(".value[data-path]", function (element) {
    var path = element.dataset.path;
    (values[path] = values[path] || []).push(element);
    if (boxes[path]) return;
    boxes[path] = places(element).map(function (place) {
      var layer = document.querySelector('svg[data-page="' + place.page + '"] .values');
      if (!layer) return null;
      var rect = document.createElementNS(SVG, "rect");
      ["x", "y", "width", "height"].forEach(function (name) { rect.setAttribute(name, place[name]); });
      rect.dataset.path = path;
      layer.appendChild(rect);
      return rect;
    }).filter(Boolean);
  });

  function scrollInside(target) {
    var pane = sheets.getBoundingClientRect(), box = target.getBoundingClientRect();
    if (sheets.scrollHeight > sheets.clientHeight + 2) {
      if (box.top < pane.top + 12 || box.bottom > pane.bottom - 12) sheets.scrollTop += box.top - pane.top - pane.height / 3;
      if (box.left < pane.left || box.right > pane.right) sheets.scrollLeft += box.left - pane.left - pane.width / 4;
    }
  }

  function light(path, follow) {
    dim();
    (values[path] || []).forEach(function (element) { element.classList.add("lit"); });
    (boxes[path] || []).forEach(function (rect, at) {
      rect.classList.add("lit");
      if (follow && at === 0) scrollInside(rect);
    });
  }

  function lightFinding(id, follow) {
    dim();
    var box = document.querySelector('.box[data-finding="' + CSS.escape(id) + '"]'), item = document.getElementById(id);
    if (item) item.classList.add("lit");
    if (box) {
      box.classList.add("lit");
      if (follow) scrollInside(box);
    }
  }

  function dim() { each(".lit", function (element) { element.classList.remove("lit"); }); }

  function subject(event) { return event.target.closest ? event.target.closest(".value[data-path], .finding, .values rect, .box") : null; }

  function show(event, follow) {
    var on = subject(event);
    if (!on) return;
    if (on.dataset.path) light(on.dataset.path, follow && !on.closest("svg"));
    else lightFinding(on.dataset.finding || on.id, follow && !on.closest("svg"));
  }
  document.addEventListener("mouseover", function (event) { show(event, true); });
  document.addEventListener("mouseout", function (event) { if (subject(event) && !(event.relatedTarget && event.relatedTarget.closest && event.relatedTarget.closest(".lit"))) dim(); });
  document.addEventListener("focusin", function (event) { show(event, true); });

  function jump(element) {
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
  }
  document.addEventListener("click", function (event) {
    var rect = event.target.closest(".values rect"), locate = event.target.closest(".locate");
    if (rect && values[rect.dataset.path]) {
      var inRecord = values[rect.dataset.path].filter(function (element) { return element.closest("[data-grid]"); })[0] || values[rect.dataset.path][0];
      jump(inRecord);
    }
    if (locate) {
      lightFinding(locate.dataset.finding, true);
      var box = document.querySelector('.box[data-finding="' + CSS.escape(locate.dataset.finding) + '"]');
      if (box) {
        if (window.matchMedia("(max-width: 899px)").matches) leave(locate, box);
        box.focus({ preventScroll: true });
      }
    }
    var sum = event.target.closest(".pile .sum");
    if (sum) sum.parentNode.classList.toggle("open");
  });

  /* On a phone the page lies far from the finding: a button, and the browser's own, lead back to where one was. */
  var back = document.getElementById("return"), left = null;
  function leave(from, to) {
    left = { from: from, y: window.scrollY };
    back.hidden = false;
    window.history.pushState({ left: true }, "");
    to.scrollIntoView({ block: "center" });
  }
  function comeBack() {
    if (!left) return;
    var was = left;
    left = null;
    back.hidden = true;
    window.scrollTo(0, was.y);
    was.from.focus({ preventScroll: true });
  }
  back.addEventListener("click", function () { if (window.history.state && window.history.state.left) window.history.back(); else comeBack(); });
  window.addEventListener("popstate", comeBack);

  /* Everything that was read of a form, as the reader sees it; made when it is first asked for. */
  each("details.reader", function (details) {
    details.addEventListener("toggle", function () {
      var body = details.querySelector("tbody");
      if (!details.open || body.children.length) return;
      var seen = {}, rows = document.createDocumentFragment();
      each(".value[data-path]", function (element) {
        var path = element.dataset.path, spots = places(element);
        if (seen[path]) return;
        seen[path] = true;
        var line = document.createElement("tr");
        [path.replace(/^\d+\//, ""), element.textContent, spots.map(function (s) { return s.page; }).join(" "),
          spots.map(function (s) { return [s.x, s.y, s.x + s.width, s.y + s.height].map(function (n) { return n.toFixed(1); }).join(" "); }).join(" ; "),
          element.dataset.engine || details.dataset.engine, element.dataset.sure || "100%"].forEach(function (text, at) {
          var cell = document.createElement(at ? "td" : "th");
          if (!at) cell.scope = "row";
          if (at === 1) cell.lang = "zh";
          if (at === 2 || at === 5) cell.className = "n";
          if (at === 4) cell.className = "engine";
          cell.textContent = text;
          line.appendChild(cell);
        });
        rows.appendChild(line);
      }, details.closest(".record"));
      body.appendChild(rows);
    });
  });

  /* Each block of the record is one stop of the Tab key; arrow keys move inside it. */
  each("[data-grid]", function (grid) {
    var cells = Array.prototype.slice.call(grid.querySelectorAll(".value"));
    if (cells.length) cells[0].tabIndex = 0;
    function go(cell) {
      if (!cell) return;
      cells.forEach(function (other) { other.tabIndex = -1; });
      cell.tabIndex = 0;
      cell.focus();
    }
    grid.addEventListener("keydown", function (event) {
      var at = cells.indexOf(event.target);
      if (at < 0) return;
      var next = null;
      if (event.key === "ArrowRight") next = cells[at + 1];
      else if (event.key === "ArrowLeft") next = cells[at - 1];
      else if (event.key === "Home") next = cells[0];
      else if (event.key === "End") next = cells[cells.length - 1];
      else if (event.key === "ArrowDown" || event.key === "ArrowUp") next = vertical(cells, event.target, event.key === "ArrowDown");
      else return;
      event.preventDefault();
      go(next);
    });
    grid.addEventListener("click", function (event) { var cell = event.target.closest(".value"); if (cell) go(cell); });
  });

  /* The nearest cell above or below, by where it stands on the screen, so that merged cells need no bookkeeping. */
  function vertical(cells, from, down) {
    var start = from.getBoundingClientRect(), middle = (start.left + start.right) / 2, best = null, distance = Infinity;
    cells.forEach(function (cell) {
      var box = cell.getBoundingClientRect();
      var gap = down ? box.top - start.bottom : start.top - box.bottom;
      if (cell === from || gap < -2) return;
      var aside = middle < box.left ? box.left - middle : middle > box.right ? middle - box.right : 0;
      if (gap + aside * 3 < distance) { distance = gap + aside * 3; best = cell; }
    });
    return best;
  }

  var zoom = 0;
  each("[data-zoom]", function (button) {
    button.addEventListener("click", function () {
      zoom = Math.max(-1, Math.min(4, zoom + Number(button.dataset.zoom)));
      sheets.dataset.zoomed = String(zoom);
    });
  });

  /* Some scanners and printers leave a form lying on its side; the boxes turn with it. */
  var turn = 0;
  each("#turn", function (button) {
    button.addEventListener("click", function () {
      turn = (turn + 90) % 360;
      each(".sheet", function (sheet) {
        var image = sheet.querySelector("img"), ratio = image.getAttribute("width") / image.getAttribute("height"), across = turn % 180 !== 0;
        sheet.style.transform = turn ? "rotate(" + turn + "deg)" + (across ? " scale(" + ratio + ")" : "") : "";
        sheet.style.marginBlock = across ? ((ratio - 1 / ratio) / 2 * 100) + "%" : "";
      });
    });
  });

  function fromAddress() {
    var id = decodeURIComponent(window.location.hash.slice(1)), element = id && document.getElementById(id);
    if (!element) return;
    if (element.classList.contains("finding")) {
      element.focus({ preventScroll: true });
      element.scrollIntoView({ block: "start" });
      lightFinding(id, true);
    } else element.scrollIntoView();
  }
  window.addEventListener("hashchange", fromAddress);
  fromAddress();
})();
