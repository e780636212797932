/*
 * Draw the charts of a page: each .chart names the element with its figure (see reports/charts.py).
 *
 * Colours are variables of charts.css, put in here, so that a chart follows the theme. A chart is drawn anew when its
 * figure has changed (htmx brings new ones), when its room changes, and for paper.
 */
"use strict";
(() => {
  const CONFIG = { displayModeBar: false, scrollZoom: false, doubleClick: false, showTips: false, locale: "house" };
  const VARIABLE = /^var\((--[\w-]+)\)$/;
  const drawn = new WeakMap(); // chart -> the text of its figure
  const labels = new WeakMap(); // canvas -> the labels of its bars, not shortened
  const LETTER = 6.4; // pixels that a letter takes beside a bar
  const seen = new ResizeObserver((entries) => entries.forEach(({ target }) => fit(target)));

  // How the house writes money: "$" in a format stands for it.
  function settle(currency) {
    Plotly.register({ moduleType: "locale", name: "house", dictionary: {}, format: { currency } });
  }

  // The value of a colour: what the browser makes of it, as light-dark() is resolved only where it is used.
  function makePalette(chart) {
    const probe = document.createElement("span");
    chart.append(probe);
    const style = getComputedStyle(probe);
    const known = {};
    return {
      get(name) {
        if (!(name in known)) {
          probe.style.color = `var(${name})`;
          known[name] = style.color;
        }
        return known[name];
      },
      close: () => probe.remove(),
    };
  }

  function paint(value, palette) {
    if (typeof value === "string") {
      const found = value.match(VARIABLE);
      return found ? palette.get(found[1]) : value;
    }
    if (Array.isArray(value)) return value.map((one) => paint(one, palette));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, paint(one, palette)]));
    }
    return value;
  }

  // Labels beside bars get a third of the room; the whole one is shown when the bar is pointed at.
  function shorten(layout, labels, width) {
    if (!labels) return layout;
    const most = Math.max(12, Math.floor((width * 0.36) / LETTER));
    const ticktext = labels.map((label) => (label.length > most ? `${label.slice(0, most - 1).trimEnd()}…` : label));
    return { ...layout, yaxis: { ...layout.yaxis, ticktext } };
  }

  function draw(chart, isForced) {
    const source = document.getElementById(chart.dataset.figure);
    if (!source || (!isForced && drawn.get(chart) === source.textContent)) return;
    drawn.set(chart, source.textContent);
    const palette = makePalette(chart);
    const { data, layout } = paint(JSON.parse(source.textContent), palette);
    palette.close();
    const canvas = chart.querySelector(".chart-canvas");
    const width = canvas.clientWidth;
    labels.set(canvas, layout.yaxis.ticktext);
    Plotly.react(canvas, data, { ...shorten(layout, layout.yaxis.ticktext, width), autosize: false, width }, CONFIG);
    seen.observe(chart);
  }

  function fit(chart) {
    const canvas = chart.querySelector(".chart-canvas");
    const width = canvas.clientWidth;
    if (!width || !canvas.layout || canvas.layout.width === width) return;
    Plotly.react(canvas, canvas.data, { ...shorten(canvas.layout, labels.get(canvas), width), width }, CONFIG);
  }

  const all = (isForced = false) => document.querySelectorAll(".chart").forEach((chart) => draw(chart, isForced));

  const currency = document.querySelector("[data-currency]")?.dataset.currency;
  settle(currency ? JSON.parse(currency) : ["", ""]);
  document.fonts.ready.then(() => all());
  document.addEventListener("htmx:afterSettle", () => all());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => all(true));
  new MutationObserver(() => all(true)).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  addEventListener("beforeprint", () => document.querySelectorAll(".chart").forEach(fit));
})();
