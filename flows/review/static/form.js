/* The page of a form: decisions by mouse and by key. The server has the last word: after each one the page is asked for again. */
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  var desk = selfeval.desk, page = desk.byId("desk");
  if (!page) return;
  var dialog = desk.byId("decide-dialog"), outcome = desk.byId("outcome"), busy = false;
  var SAID = { confirm: "确认读数", correct: "更正读数", unreadable: "无法辨认", accept: "采纳说明", "return": "退回更正", question: "存疑", withdraw: "撤回", reviewed: "本表已复核" };
  var READINGS = ["confirm", "correct", "unreadable"], FINDINGS = ["accept", "return", "question"];
  var KEPT = "selfeval-outcome";
  window.sessionStorage.setItem("selfeval-form", page.dataset.form);
  window.history.scrollRestoration = "manual"; /* after a decision the page goes on to what is next, not back to where it was */

  /* The forms before and after this one in the list that it was opened from, though the list may have changed since. */
  (function () {
    var walk = JSON.parse(window.sessionStorage.getItem("selfeval-walk") || "null"), at = walk && walk.ids.indexOf(page.dataset.form);
    if (!walk || walk.query !== page.dataset.query || at < 0) return;
    [["before", at - 1], ["after", at + 1]].forEach(function (one) {
      var id = walk.ids[one[1]];
      if (id) desk.byId(one[0]).href = "/forms/" + encodeURIComponent(id) + page.dataset.query;
      else if (!walk.more) desk.byId(one[0]).removeAttribute("href");
    });
    desk.byId("at").textContent = "第 " + (at + 1) + " / " + walk.ids.length + " 份";
  })();

  function cards() { return Array.prototype.slice.call(document.querySelectorAll(".card")); }
  function value(id) { return desk.byId(id).value.trim(); }

  /* What a decision is about: a card, a past decision, or a value of the record. */
  function subject(element) {
    if (element.dataset.findingId) return { where: element.dataset.where, finding_id: element.dataset.findingId };
    if (element.dataset.decides) return { where: element.dataset.where, path: element.dataset.decides, reading: element.dataset.reading };
    if (element.matches(".value[data-path]")) return { where: caption(element), path: element.dataset.path.replace(/^\d+\//, ""), reading: element.textContent };
    return { where: "本表" };
  }

  /* What stands above or beside a value of the record. */
  function caption(element) {
    var table = element.closest("table"), field = element.className.split(" ")[1];
    var head = table ? table.querySelector("thead th." + field) : element.parentElement.querySelector("dt");
    var row = table && element.closest("tr").querySelector("th.value");
    return (row && row !== element ? row.textContent + "·" : "") + (head ? head.textContent : "");
  }

  /* Ask for what this kind of decision needs, then send it. */
  function decide(kind, element, suggested) {
    if (busy) return;
    desk.withName(function (by) {
      var about = subject(element), left = Number(element.dataset.left || 0);
      if (kind === "confirm" || kind === "unreadable" || (kind === "reviewed" && !left)) { send(kind, by, about, {}); return; }
      fill(kind, about, left, suggested);
      desk.ask(dialog, function (ok) {
        if (!ok) return;
        send(kind, by, about, { reason: value("decide-reason"), value: kind === "correct" ? value("decide-value") : null, until: kind === "accept" && value("decide-until") || null });
      });
      desk.byId(kind === "correct" ? "decide-value" : "decide-reason").select();
    });
  }

  function fill(kind, about, left, suggested) {
    desk.byId("decide-title").textContent = SAID[kind];
    desk.byId("decide-where").textContent = kind === "reviewed" ? "本表还有 " + left + " 项没有处理。确实不再处理，请写明理由。" : about.where + (about.reading === undefined ? "" : "，读作“" + (about.reading || "（空）") + "”");
    desk.byId("decide-value-row").hidden = kind !== "correct";
    desk.byId("decide-until-row").hidden = kind !== "accept";
    desk.byId("decide-value").value = suggested === undefined ? about.reading || "" : suggested;
    desk.byId("decide-reason").value = kind === "correct" ? "对照原件更正" : "";
    desk.byId("decide-until").value = "";
    desk.byId("decide-problem").textContent = "";
  }

  /* The dialog closes only with a reason. */
  dialog.querySelector("form").addEventListener("submit", function (event) {
    if (event.submitter && event.submitter.value === "ok" && !value("decide-reason")) {
      event.preventDefault();
      desk.byId("decide-problem").textContent = "请写明理由。";
      desk.byId("decide-reason").focus();
    }
  });

  /* Enter sends, from the value and from the reason; Shift+Enter begins a line. A date keeps its Enter, which opens its calendar. */
  dialog.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey || !(event.ctrlKey || event.target.matches("textarea"))) return;
    event.preventDefault();
    desk.byId("decide-ok").click();
  });

  function send(kind, by, about, more) {
    busy = true;
    tell("正在记下并重新审核…", false);
    var all = Object.assign({ form_id: page.dataset.form, kind: kind, by: by, known: Number(page.dataset.known), path: about.path || null, finding_id: about.finding_id || null, reading: about.reading === undefined ? null : about.reading }, more);
    if (kind === "withdraw") all.reading = null;
    var place = cards().findIndex(function (card) { return card.contains(document.activeElement); });
    fetch("/decisions", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(all) }).then(function (answer) {
      return answer.json().then(function (told) {
        if (!answer.ok && answer.status !== 409) { busy = false; tell((told.message || "没有记下，请刷新后再试") + "。" + (told.hint || ""), true); return; }
        told.done = answer.ok ? SAID[kind] + (kind === "reviewed" ? "" : "：" + about.where) : "";
        told.place = place;
        window.sessionStorage.setItem(KEPT, JSON.stringify(told));
        window.location.reload();
      });
    }).catch(function () { busy = false; tell("复核台没有应答，请确认 selfeval review 仍在运行，然后刷新。", true); });
  }

  function tell(text, bad) {
    outcome.textContent = text;
    outcome.classList.toggle("bad", bad);
    if (bad) outcome.focus();
  }

  /* How much of the window the bar at the foot takes: what has the focus is kept above it. */
  function measure() { document.documentElement.style.setProperty("--bar", desk.byId("footbar").offsetHeight + "px"); }

  /* After the page was asked for again: what the decision came to, and on to what is next. */
  function arrived() {
    var kept = window.sessionStorage.getItem(KEPT);
    window.sessionStorage.removeItem(KEPT);
    if (!kept) return;
    var told = JSON.parse(kept);
    if (!told.done) { tell(told.message + "。您的决定没有记下；页面已更新，请看“已作的决定”。", true); return; }
    tell("", false);
    line("p", "已记下。" + told.done);
    changes("closed", "消除", told.closed);
    changes("opened", "新出现", told.opened);
    if (told.put_off) line("p", told.put_off + "。").className = "bad";
    if (told.audited && !told.closed.length && !told.opened.length) line("p", "已重新审核，问题没有增减。");
    measure();
    var waiting = cards().filter(function (card) { return !card.classList.contains("decided"); });
    var next = cards().slice(Math.max(told.place, 0)).find(function (card) { return waiting.indexOf(card) >= 0; }) || waiting[0] || desk.byId("review") || desk.byId("after");
    if (next) { next.focus({ preventScroll: true }); next.scrollIntoView({ block: "nearest" }); }
  }

  function line(tag, text, into) {
    var made = document.createElement(tag);
    made.textContent = text;
    (into || outcome).appendChild(made);
    return made;
  }

  function changes(kind, said, findings) {
    if (!findings || !findings.length) return;
    var block = document.createElement("div");
    block.className = kind;
    line("b", said + " " + findings.length + " 项", block);
    var items = line("ul", "", block);
    findings.forEach(function (one) { line("li", one, items); });
    outcome.appendChild(block);
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-do]");
    if (!button) return;
    decide(button.dataset.do, button.closest("[data-decides], [data-finding-id]") || button, button.dataset.value);
  });
  document.addEventListener("dblclick", function (event) {
    var cell = event.target.closest("[data-grid] .value[data-path]");
    if (cell && !cell.dataset.path.match(/^\d+\/other\//)) decide("correct", cell);
  });

  var KEYS = { c: "correct", x: "unreadable", r: "return", w: "question" };
  function onCard(key, card) {
    var finding = card.dataset.card === "finding";
    var kind = key === "Enter" ? (finding ? "accept" : "confirm") : KEYS[key];
    if (!kind || (finding ? FINDINGS : READINGS).indexOf(kind) < 0 || card.classList.contains("decided")) return false;
    if (kind === "correct" && card.dataset.reading === undefined) return false;
    decide(kind, card);
    return true;
  }

  document.addEventListener("keydown", function (event) {
    if (!desk.free(event)) return;
    var target = event.target, card = target.closest(".card"), cell = target.closest("[data-grid] .value[data-path]");
    var key = event.key, go = { n: "after", p: "before", Escape: "back" }[key];
    if (key === "Enter" && target.closest("button, a, summary")) return;
    if (key === "j" || key === "k") desk.walk(cards(), key === "j" ? 1 : -1);
    else if (go) { var link = desk.byId(go); if (link.href) link.click(); }
    else if (key === "d") { var review = desk.byId("review"); if (review) decide("reviewed", review); }
    else if (cell && (key === "Enter" || key === "c")) decide("correct", cell);
    else if (!card || !onCard(key, card)) return;
    event.preventDefault();
  });
  new ResizeObserver(measure).observe(desk.byId("footbar"));
  arrived();
});
