"use strict";

// A chart is an SVG of curves {steps, values}; what is null in them is left out.

const SVG = "http://www.w3.org/2000/svg";
const CHARACTER = 8; // pixels of the widest character of a number
const LABEL_GAP = 6; // pixels between a label and the curves
const format = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });

/** A number as a person reads it; "-" for null. */
function shown(value) {
  if (value === null) return "-";
  return value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(1) : format.format(value);
}

function svgElement(name, attributes, text = "") {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

function pointsOf({ steps, values }) {
  return steps.map((step, index) => [step, values[index]]).filter(([step, value]) => step !== null && value !== null);
}

/**
 * Draws lines {curve, kind} and at most one band {low, high} between two curves.
 * Text keeps its size if `width` is that of the element into which the chart is put.
 */
function chart(label, { width, height, lines, band = null }) {
  const svg = svgElement("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  const curves = [...lines.map(({ curve }) => curve), ...(band ? [band.low, band.high] : [])].map(pointsOf);
  const all = curves.flat();
  if (all.length === 0) {
    svg.append(svgElement("text", { x: 8, y: 20 }, "nothing yet"));
    return svg;
  }
  const extent = (axis) => all.reduce(([low, high], point) => [Math.min(low, point[axis]), Math.max(high, point[axis])], [Infinity, -Infinity]);
  const [low, high] = extent(1);
  const last = extent(0)[1];
  const left = LABEL_GAP + CHARACTER * Math.max(shown(low).length, shown(high).length);
  const [top, bottom, right] = [8, height - 22, width - 8];
  const x = (step) => left + ((right - left) * step) / (last || 1);
  const y = (value) => (high > low ? bottom - ((bottom - top) * (value - low)) / (high - low) : (top + bottom) / 2);
  const path = (points) => points.map(([step, value]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  svg.append(svgElement("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }));
  if (band) svg.append(svgElement("polygon", { class: "extent", points: path([...pointsOf(band.low), ...pointsOf(band.high).reverse()]) }));
  for (const { curve, kind } of lines) {
    const points = pointsOf(curve);
    if (points.length === 1) svg.append(svgElement("circle", { class: "dot", fill: "currentColor", cx: x(points[0][0]), cy: y(points[0][1]), r: 3 }));
    svg.append(svgElement("polyline", { class: `line ${kind}`, points: path(points) }));
  }
  for (const value of new Set([low, high])) svg.append(svgElement("text", { x: left - LABEL_GAP, y: y(value) + 4, "text-anchor": "end" }, shown(value)));
  svg.append(svgElement("text", { x: left, y: height - 4 }, "0"));
  svg.append(svgElement("text", { x: right, y: height - 4, "text-anchor": "end" }, `${last.toLocaleString("en")} steps`));
  return svg;
}
