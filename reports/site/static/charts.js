/* The overview's charts, drawn on canvas so that the fonts are the reader's and no inline style is needed. */
"use strict";
(function () {
  var drawn = [];
  function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }

  function options(data) {
    var ink = colour("--ink"), quiet = colour("--quiet"), line = colour("--line");
    var text = { color: quiet, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
    var axis = { axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: text, splitLine: { lineStyle: { color: line } }, nameTextStyle: text };
    function with_(more) { return Object.assign({}, axis, more); }
    var base = {
      animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      color: [colour("--ink-blue"), colour("--error"), colour("--warning"), "#4d7c6f", "#7a5c99", "#8a6d3b", "#3b7ea1", "#996666"],
      textStyle: { fontFamily: text.fontFamily, color: ink },
      tooltip: { renderMode: "richText", trigger: "item", confine: true, backgroundColor: colour("--card"), borderColor: line, textStyle: { color: ink, fontSize: 12 } },
      grid: { left: 12, right: 24, top: 28, bottom: 12, containLabel: true }
    };
    if (data.kind === "scatter") {
      base.xAxis = with_({ type: "value", name: data.x, nameLocation: "middle", nameGap: 30, scale: true });
      base.yAxis = with_({ type: "value", name: data.y, scale: true, max: function (range) { return Math.max(100, range.max); } });
      base.grid.bottom = 30;
      base.series = [{ type: "scatter", symbolSize: data.dots.length > 500 ? 5 : 9, itemStyle: { opacity: 0.65 }, data: data.dots.map(function (dot) { return { value: [dot[0], dot[1]], name: dot[2], address: dot[3] }; }) }];
      base.tooltip.formatter = function (point) { return point.name + "\n" + selfeval.say("rate") + " " + point.value[0].toFixed(2) + "%  " + selfeval.say("points") + " " + point.value[1]; };
    } else if (data.kind === "bars") {
      base.xAxis = with_({ type: "category", data: data.names });
      base.yAxis = with_({ type: "value", minInterval: 1 });
      base.series = data.series.map(function (one) { return { type: "bar", name: one.name, data: one.values, barMaxWidth: 46, label: { show: true, position: "top", color: quiet } }; });
    } else if (data.kind === "levels") {
      base.xAxis = with_({ type: "value", minInterval: 1 });
      base.yAxis = with_({ type: "category", data: data.names, axisLabel: Object.assign({}, text, { width: 170, overflow: "truncate" }) });
      base.series = data.series.map(function (one) { return { type: "bar", name: one.name, data: one.values, barMaxWidth: 16, label: { show: true, position: "right", color: quiet } }; });
    } else {
      base.legend = { type: "scroll", textStyle: text, bottom: 0 };
      base.grid.bottom = 40;
      base.tooltip.trigger = "axis";
      base.xAxis = with_({ type: "category", data: data.names });
      base.yAxis = with_({ type: "value", minInterval: 1 });
      base.series = data.series.map(function (one) { return { type: "line", name: one.name, data: one.values, symbolSize: 7 }; });
    }
    return base;
  }

  function draw() {
    drawn.forEach(function (chart) { chart.dispose(); });
    drawn = [];
    document.querySelectorAll("[data-chart]").forEach(function (place) {
      var data = selfeval.charts[place.dataset.chart];
      if (!data || !window.echarts) return;
      var chart = window.echarts.init(place, null, { renderer: "canvas" });
      chart.setOption(options(data));
      chart.on("click", function (point) { if (point.data && point.data.address) window.location.href = point.data.address; });
      drawn.push(chart);
    });
  }
  draw();
  document.addEventListener("themechange", draw);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  window.addEventListener("resize", function () { drawn.forEach(function (chart) { chart.resize(); }); });
})();
