// The review page: asks the server for articles, takes keys, and stores answers.

import { NONE, element, showArticle, showCodebook, showLabels, showOthers, showTraining } from "/article.js";

const byId = (id) => document.getElementById(id);
const LETTERS = "abcdefghijklmoqstvwxyzABCDEFGHIJKLMOQSTVWXYZ"; // no n, p, r, u: they have a use
const PACE_OF = 20; // answers that the pace is measured on

const state = {
  scheme: null, shown: null, model: "", chosen: [], note: "", busy: false, times: [], keyOf: [],
  again: null, touched: false, notes: {},
  acceptable() {
    const { shown, scheme, chosen } = state;
    if (!shown || !shown.unit) return false;
    if (scheme.several && (state.touched || chosen.length)) return true;
    return Boolean(shown.model && shown.model.answered && !shown.hidden);
  },
};

async function call(name, body = {}) {
  const answer = await fetch(`/api/${name}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

// Does one thing at a time; where the server does not take it, the same thing can be tried again.
async function act(what) {
  if (state.busy) return;
  state.busy = true;
  const waiting = setTimeout(() => { byId("busy").hidden = false; }, 300);
  try {
    await what();
    state.again = null;
    byId("problem").hidden = true;
  } catch (reason) {
    state.again = what;
    const lost = reason instanceof TypeError;
    byId("problem").querySelector("span").textContent = lost
      ? "Not saved: the server does not answer. If it has ended, start the same command, open the new address that it prints, and give this answer once more; all earlier answers are in the file."
      : reason.message;
    byId("problem").hidden = false;
  } finally {
    state.busy = false;
    clearTimeout(waiting);
    byId("busy").hidden = true;
  }
}

function say(text) {
  byId("said").textContent = text;
}

// Names the article or passage that is shown: a note stays with it until it is answered.
function placeOf({ unit }) {
  return unit ? `${unit.number}/${unit.position}` : "";
}

let shows = 0;

function show(shown, said = "") {
  state.shown = shown;
  state.note = state.notes[placeOf(shown)] ?? (shown.note || "");
  state.touched = false;
  state.chosen = shown.answer || [];
  showProgress(shown.progress);
  const done = !shown.unit;
  document.body.classList.toggle("done", done);
  byId("panel").hidden = done;
  if (done) {
    byId("title").textContent = "Nothing is left here";
    byId("about").textContent = state.searched
      ? "All articles that were found are answered."
      : "All articles of this order are answered.";
    byId("text").replaceChildren();
    byId("document").hidden = true;
  } else {
    showArticle(shown, state.scheme);
    showOthers(shown, state.scheme);
    showRest(shown);
    refresh();
  }
  showNote();
  say(`${said} ${byId("title").textContent}`.trim());
  byId("title").focus({ preventScroll: true });
  const asked = document.querySelector(".passage.asked");
  if (asked && shown.unit.position > 1) asked.scrollIntoView({ block: "center", behavior: "instant" });
  else window.scrollTo({ top: 0, behavior: "instant" });
  shows += 1;
  document.body.dataset.shown = String(shows); // tests wait for it
}

function refresh() {
  showLabels(state, choose, chooseNone);
}

function showRest(shown) {
  const { byPassage, defaultLabel, several } = state.scheme;
  const left = byPassage ? shown.answers.filter((one) => !one).length : 0;
  byId("rest").hidden = !byPassage || left < 2 || (!defaultLabel && !several);
  byId("rest").querySelector("span").textContent = `${left} left: ${defaultLabel.replaceAll("_", " ") || "no label"}`;
}

function showNote() {
  byId("noted").hidden = !state.note;
  byId("noted").textContent = state.note ? `Note: ${state.note}` : "";
}

function showProgress(progress) {
  const { articles, answers, goal } = progress;
  byId("done").max = goal;
  byId("done").value = Math.min(articles, goal);
  const passages = state.scheme.byPassage ? ` (${answers} passages)` : "";
  byId("count").textContent = `${articles} of ${goal}${passages}`;
  const times = state.times;
  if (times.length < 3) {
    byId("pace").textContent = "";
    return;
  }
  const gaps = times.slice(1).map((time, index) => time - times[index]).sort((a, b) => a - b);
  const seconds = gaps[Math.floor(gaps.length / 2)] / 1000;
  const left = Math.max(0, goal - articles);
  const minutes = Math.ceil((left * seconds * (answers / Math.max(1, articles))) / 60);
  byId("pace").textContent = `${seconds.toFixed(0)} s each${left ? `, about ${minutes} min left` : ", goal reached"}`;
}

function choose(label) {
  if (!state.shown?.unit) return;
  if (state.scheme.several) {
    state.touched = true;
    state.chosen = state.chosen.includes(label)
      ? state.chosen.filter((one) => one !== label) : [...state.chosen, label];
    refresh();
    say(state.chosen.join(", ") || "no label");
  } else {
    store([label]);
  }
}

function chooseNone() {
  if (state.shown?.unit && state.scheme.several) store([]);
}

function store(labels, { rest = false, stay = false } = {}) {
  const { shown } = state;
  const body = { unit: shown.unit, labels, note: state.note, key: crypto.randomUUID(), rest, stay };
  act(async () => {
    const next = await call("answer", body);
    delete state.notes[placeOf(shown)];
    const given = labels.join(", ") || "no label";
    if (!stay) {
      state.times = [...state.times, performance.now()].slice(-PACE_OF);
      showLast(given, shown);
    }
    show(next, `Saved: ${given}.`);
  });
}

function showLast(given, shown) {
  const title = shown.title.map(([text]) => text).join("") || shown.id;
  const button = element("button", { type: "button" }, "show");
  button.addEventListener("click", () => jump(shown.unit));
  const said = shown.hidden || !shown.model?.labels.length ? "" : ` (model: ${shown.model.labels.join(", ")})`;
  byId("last").replaceChildren(`✓ ${given}${said}: `, element("bdi", {}, title.length > 60 ? `${title.slice(0, 60)}…` : title), " ", button);
}

function accept() {
  if (!state.acceptable()) {
    say("There is no label of the model to accept.");
    return;
  }
  store(state.scheme.several && (state.touched || state.chosen.length) ? state.chosen : state.shown.model.labels);
}

function skip() {
  const { unit } = state.shown;
  if (unit) act(async () => show(await call("skip", { unit }), "Skipped."));
}

function undo() {
  const key = crypto.randomUUID();
  act(async () => {
    show(await call("undo", { key }), "Taken back.");
    byId("last").replaceChildren();
  });
}

function rest() {
  if (byId("rest").hidden) return;
  const label = state.scheme.defaultLabel;
  store(label ? [label] : [], { rest: true });
}

function jump(unit) {
  act(async () => show(await call("show", { unit })));
}

function openCodebook() {
  byId("codebook").showModal();
  const label = (state.shown?.answer || state.shown?.model?.labels || [])[0];
  const index = state.scheme.labels.findIndex((one) => one.name === label);
  if (index >= 0) byId(`entry-${index}`).scrollIntoView({ block: "start", behavior: "instant" });
}

function openNote() {
  if (!state.shown?.unit) return;
  byId("note-text").value = state.note;
  byId("noting").returnValue = "no";
  byId("noting").showModal();
}

byId("noting").addEventListener("close", () => {
  if (byId("noting").returnValue !== "yes") return;
  state.note = byId("note-text").value.trim();
  state.notes[placeOf(state.shown)] = state.note;
  showNote();
  if (state.shown.answer) store(state.shown.answer, { stay: true });
});

function openPropose() {
  if (!state.shown?.unit) return;
  const selected = String(document.getSelection()).trim();
  byId("propose-text").value = selected.slice(0, 500);
  byId("propose-kind").value = selected ? "says_it" : "edge_case";
  const label = (state.shown.answer || state.shown.model?.labels || [])[0];
  if (label) byId("propose-label").value = label;
  byId("proposing").showModal();
}

byId("propose").addEventListener("submit", (event) => {
  event.preventDefault();
  const [kind, text, label] = ["kind", "text", "label"].map((name) => byId(`propose-${name}`).value);
  act(async () => {
    const { file } = await call("propose", { unit: state.shown.unit, kind, text, label });
    byId("proposing").close();
    byId("last").textContent = `✓ Proposed: ${text} (${label}), in ${file}`;
    say("Proposed.");
  });
});

const LISTS = ["contradicting", "older"];

function search(wanted) {
  act(async () => {
    const found = await call("search", wanted);
    byId("found").textContent = found.found === null ? "" : `${found.found} found`;
    byId("contradicting").replaceChildren(...(found.list || []).map((one) => {
      const button = element("button", { type: "button" }, element("bdi", {}, one.title), ` (${one.why})`);
      button.addEventListener("click", () => {
        byId("searching").close();
        jump(one.unit);
      });
      return element("li", {}, button);
    }));
    if (LISTS.includes(wanted.kind)) return;
    state.searched = found.found !== null;
    byId("filter").hidden = !state.searched;
    byId("filter").querySelector("span").textContent = `Only the ${found.found} articles that were found.`;
    if (found.found) byId("searching").close();
    show(found);
  });
}

byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  search(Object.fromEntries(["word", "month", "source", "called", "kind"].map((id) => [id, byId(id).value])));
});
byId("clear").addEventListener("click", () => {
  byId("search").reset();
  search({ kind: "" });
});
byId("jump").addEventListener("submit", (event) => {
  event.preventDefault();
  byId("searching").close();
  jump({ number: Number(byId("number").value) - 1, position: state.scheme.byPassage ? 1 : 0 });
});

function options(id, values, first) {
  byId(id).replaceChildren(
    element("option", { value: "" }, first), ...values.map((value) => element("option", { value }, value)),
  );
  byId(id).closest("label").hidden = !values.length;
}

async function lookAtStatus() {
  try {
    showStatus(await call("status"));
  } catch {
    return; // the next answer tells what is wrong
  }
}

function showStatus(status) {
  showTraining(status.training);
  const { learner } = status;
  const enough = learner?.enough
    ? ` More answers will hardly change it: the last learners agree on ${learner.agreement} of the pool.` : "";
  byId("advice").hidden = !learner && !status.error;
  byId("advice").textContent = status.error || (learner ? `Articles are chosen by what ${learner.answers} of your answers have taught.${enough}` : "");
}

function click(id, what) {
  byId(id).addEventListener("click", what);
}

const COMMANDS = { Enter: accept, " ": skip, u: undo, n: openNote, p: openPropose, "?": openCodebook, "/": () => byId("searching").showModal(), r: rest };

document.addEventListener("keydown", (event) => {
  const inField = event.target.closest("input, select, textarea, dialog");
  const onButton = event.target.closest("button, a") && [" ", "Enter"].includes(event.key);
  if (inField || onButton || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (document.querySelector("dialog[open]") || !byId("keys-on").checked || !state.shown) return;
  const label = state.scheme.labels[state.keyOf.indexOf(event.key)];
  const command = COMMANDS[event.key.length === 1 && !state.keyOf.includes(event.key) ? event.key.toLowerCase() : event.key];
  if (label) choose(label.name);
  else if (event.key === NONE && state.scheme.several) chooseNone();
  else if (command) command();
  else return;
  event.preventDefault();
});

click("accept", accept);
click("skip", skip);
click("undo", undo);
click("note", openNote);
click("open-propose", openPropose);
click("rest", rest);
click("retry", () => state.again && act(state.again));
click("open-search", () => byId("searching").showModal());
click("open-codebook", openCodebook);
click("open-keys", () => byId("keys").showModal());
click("open-train", () => byId("training").showModal());
click("train", () => act(async () => showStatus(await call("train"))));
click("finish", () => act(async () => {
  const { answers } = await call("end");
  byId("panel").hidden = true;
  byId("title").textContent = `Finished: ${answers} answers`;
  byId("about").replaceChildren(
    `They are in ${state.file}. You can close this page. To train a model on them: `, element("code", {}, state.train),
  );
  byId("text").replaceChildren();
  byId("document").hidden = true;
  state.shown = null;
  byId("title").focus();
  clearInterval(watching);
}));

new ResizeObserver(([bar]) => {
  document.documentElement.style.setProperty("--bar", `${bar.target.offsetHeight}px`);
}).observe(document.querySelector(".bar"));

let watching = 0;
act(async () => {
  const start = await call("start");
  state.scheme = start.scheme;
  state.model = start.model;
  state.file = start.file;
  state.train = start.train;
  state.keyOf = start.scheme.labels.map((_, index) => (index < 9 ? String(index + 1) : LETTERS[index - 9]));
  byId("scheme").textContent = start.coder ? `${start.scheme.title} · ${start.coder}` : start.scheme.title;
  byId("question").textContent = start.scheme.question || `Which label of ${start.scheme.title}?`;
  byId("file").textContent = start.file;
  byId("training-about").textContent = "Trains a model on all answers in the file and measures it beside the bundled one. 20 answers are needed, and 100 or more make it worth while.";
  options("month", start.months, "any month");
  options("source", start.sources, "any source");
  options("called", start.scheme.labels.map((one) => one.name), "any label");
  byId("propose-label").replaceChildren(...start.scheme.labels.map((one) => element("option", { value: one.name }, one.name)));
  for (const one of document.querySelectorAll(".of-passages")) one.hidden = !start.scheme.byPassage;
  for (const one of document.querySelectorAll(".of-several")) one.hidden = !start.scheme.several;
  document.title = `${start.scheme.title} - textclf review`;
  showCodebook(start.scheme);
  showStatus(start.status);
  show(await call("next"));
  watching = setInterval(lookAtStatus, 3000);
});
