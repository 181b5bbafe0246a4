"use strict";

// Asks for the runs again and again, and puts what has changed into the page; all text goes in as text.

const PERIOD = 2000; // milliseconds between an answer and the next question
const CARD_PADDING = 24; // pixels of a card's width beside its chart, as in page.css
const byId = (id) => document.getElementById(id);
const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

let cards = []; // What each card in the grid shows.
let newest = 0; // Number of the newest refresh: an older one, whose answers come late, shows nothing.

byId("film").open = byId("stages").open = !isStill;

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function facts(run) {
  const steps = `${run.steps.toLocaleString("en")} of ${run.max_steps === null ? "?" : run.max_steps.toLocaleString("en")} steps`;
  const final = run.final === null ? [] : [`final evaluation of the best policy ${shown(run.final)}`];
  return [run.state, steps, `newest evaluation ${shown(run.newest)}`, `best ${shown(run.best)}`, ...final];
}

/** Width of a column of a grid, in pixels; the grid must not be hidden. */
function columnWidth(grid) {
  return parseFloat(getComputedStyle(grid).gridTemplateColumns);
}

function card(run, width) {
  const link = document.createElement("a");
  link.href = `#${run.address}`;
  const curve = chart(`Evaluation return of ${run.name}`, { width, height: 120, lines: [{ curve: run.evaluation, kind: "" }] });
  link.append(element("strong", run.name), element("span", facts(run).join(", ")), curve);
  return link;
}

/** Replaces only cards whose run or width has changed, so that others keep the focus. */
function showGrid(runs) {
  const grid = byId("grid");
  const width = columnWidth(grid) - CARD_PADDING;
  const texts = runs.map((run) => JSON.stringify([run, width]));
  while (grid.children.length > runs.length) grid.lastChild.remove();
  runs.forEach((run, index) => {
    const old = grid.children[index];
    if (old === undefined) grid.append(card(run, width));
    else if (texts[index] !== cards[index]) old.replaceWith(card(run, width));
  });
  cards = texts;
}

function showCharts(id, curves) {
  const grid = byId(id);
  grid.parentElement.hidden = Object.keys(curves).length === 0;
  const width = columnWidth(grid);
  const figures = Object.entries(curves).map(([name, curve]) => {
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    const label = name.replaceAll("_", " ");
    caption.append(element("span", label), element("b", shown(curve.values.at(-1) ?? null)));
    figure.append(caption, chart(label, { width, height: 120, lines: [{ curve, kind: "" }] }));
    return figure;
  });
  grid.replaceChildren(...figures);
}

/** Shows a film again only if it is another one, for it would begin anew. */
function showFilm(id, run, names, captions = {}) {
  const name = names.find((each) => each in run.films);
  const part = byId(id);
  part.hidden = name === undefined;
  if (part.hidden) return;
  const source = `film/${run.address}/${name}?${run.films[name]}`;
  const image = part.querySelector("img");
  if (image.getAttribute("src") !== source) image.src = source;
  if (name in captions) part.querySelector("p").textContent = captions[name];
}

function showRun(run) {
  byId("progress").value = run.max_steps ? Math.min(1, run.steps / run.max_steps) : 0;
  const minutes = run.minutes === null ? [] : [`after ${shown(Math.round(10 * run.minutes) / 10)} minutes of training`];
  byId("facts").textContent = [run.what, ...facts(run), ...minutes, run.path].join(", ");
  byId("alarms").hidden = run.alarms.length === 0;
  byId("alarms").querySelector("ul").replaceChildren(...run.alarms.map((alarm) => element("li", alarm)));
  showFilm("film", run, run.state === "complete" ? ["best", "latest", "first"] : ["latest", "first"], {
    best: "The best policy",
    latest: "A recent policy; a new film comes every few evaluations",
    first: "The policy of the first evaluation",
  });
  showFilm("stages", run, ["progress"]);
  const lines = [{ curve: run.training, kind: "training" }, { curve: run.evaluation, kind: "" }];
  const width = Math.max(280, byId("curve").clientWidth); // After the film, which takes a part of it.
  byId("curve").replaceChildren(chart("Evaluation return over environment steps", { width, height: 300, lines, band: run.extent }));
  showCharts("learner", run.learner);
  showCharts("conduct", run.conduct);
}

/** What the server says; null if it has nothing there, or has ended. */
async function ask(address) {
  const answer = await fetch(address).catch(() => null);
  return answer?.ok ? answer.json().catch(() => null) : null; // The server may end amid its answer.
}

async function refresh() {
  const number = ++newest;
  const listed = await ask("runs");
  if (listed === null) return "No answer; has walker-rl watch ended?";
  const { path, runs } = listed;
  const chosen = runs.length === 1 ? runs[0].address : location.hash.slice(1);
  const run = runs.some(({ address }) => address === chosen) ? await ask(`run/${chosen}`) : null;
  if (number !== newest) return byId("status").textContent;
  byId("back").hidden = run === null || runs.length === 1;
  byId("grid").hidden = run !== null;
  byId("run").hidden = run === null;
  byId("title").textContent = document.title = run === null ? path : run.name;
  if (run === null) showGrid(runs);
  else showRun(run);
  return runs.length === 0 ? "There is no run here yet." : `As of ${new Date().toLocaleTimeString()}.`;
}

async function keepUp() {
  if (!document.hidden) byId("status").textContent = await refresh();
}

async function keepUpForever() {
  for (;;) {
    await keepUp();
    await new Promise((resolve) => setTimeout(resolve, PERIOD));
  }
}

window.addEventListener("hashchange", keepUp);
document.addEventListener("visibilitychange", keepUp);
keepUpForever();
