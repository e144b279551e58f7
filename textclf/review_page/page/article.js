// Shows one article and its labels. Every text becomes a text node, so none of it is ever HTML.

const byId = (id) => document.getElementById(id);

export const NONE = "0"; // the key for no label

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function pieces(list) {
  return list.map(([text, strength]) => {
    if (strength === 0) return document.createTextNode(text);
    if (strength < 0) return element("span", { class: "unread", title: "not read as part of the article" }, text);
    return element("mark", { class: `s${strength}` }, text);
  });
}

export function showArticle(shown, scheme) {
  byId("title").replaceChildren(...(shown.title.length ? pieces(shown.title) : [shown.id]));
  const place = `article ${shown.unit.number + 1} of ${shown.progress.pool}`;
  const about = [place, shown.source, shown.date, shown.title.length ? shown.id : ""].filter(Boolean);
  if (shown.coded.length) about.push(`coded before: ${shown.coded.join(", ")}`);
  if (shown.cut) about.push("only the beginning of this long article is shown");
  byId("about").replaceChildren(element("bdi", {}, about.join(" · ")));
  const blocks = shown.blocks.filter(([position, list]) => (
    position || !scheme.byPassage || list.some(([text]) => text.trim())
  ));
  byId("text").replaceChildren(...blocks.map(([position, list]) => {
    if (!scheme.byPassage || !position) return element("span", {}, ...pieces(list));
    const asked = position === shown.unit.position;
    const block = element("span", { class: asked ? "passage asked" : "passage", dir: "auto" }, ...pieces(list));
    const answer = shown.answers[position - 1];
    if (answer) block.append(element("span", { class: "given" }, `✓ ${answer.join(", ") || "no label"}`));
    return block;
  }));
  const whole = byId("document");
  whole.hidden = !shown.document;
  if (shown.document) whole.textContent = `All passages are answered. The article: ${shown.document.join(", ") || "no label"}.`;
}

export function showLabels(state, choose, chooseNone) {
  const { shown, scheme, chosen, touched } = state;
  const model = shown.model;
  const box = byId("labels");
  box.classList.toggle("many", scheme.labels.length > 9);
  box.replaceChildren(...scheme.labels.map((label, index) => {
    const key = state.keyOf[index];
    const ofModel = Boolean(model && model.labels.includes(label.name));
    const button = element(
      "button",
      {
        type: "button", title: label.definition, class: ofModel ? "of-model" : undefined,
        "aria-pressed": String(chosen.includes(label.name)), "aria-keyshortcuts": key,
      },
      ...(key ? [element("kbd", { "aria-hidden": "true" }, key)] : []),
      element("span", { class: "name" }, label.name.replaceAll("_", " ")),
    );
    const prob = model && (model.probs[label.name] || (ofModel && model.prob));
    if (prob && !prob.startsWith("under")) button.append(element("span", { class: "prob" }, prob));
    button.addEventListener("click", () => choose(label.name));
    return button;
  }));
  if (scheme.several) {
    const none = element(
      "button", { type: "button", "aria-keyshortcuts": NONE },
      element("kbd", { "aria-hidden": "true" }, NONE), element("span", { class: "name" }, "no label"),
    );
    none.addEventListener("click", chooseNone);
    box.append(none);
  }
  byId("model").textContent = modelSentence(state);
  const accept = byId("accept");
  accept.querySelector("span").textContent = scheme.several && (touched || chosen.length) ? "save" : "accept";
  accept.disabled = !state.acceptable();
}

function modelSentence({ shown, model }) {
  if (shown.hidden) return "The model is hidden until you have answered.";
  if (shown.answer) return `Your answer: ${shown.answer.join(", ") || "no label"}. Choose another label to change it.`;
  if (!model) return "There is no model for this codebook yet: the page learns from you.";
  if (!shown.model) return "";
  if (!shown.model.answered) return `The model gives no label (${shown.model.status}).`;
  return `The model: ${shown.model.labels.join(", ") || "no label"}, ${shown.model.prob}`;
}

export function showOthers(shown, scheme) {
  const box = byId("others");
  box.hidden = !shown.others.length;
  const given = new Set(shown.others.flatMap((one) => one.labels));
  const lines = shown.others.map((one) => element(
    "p", {}, element("strong", {}, one.coder || "a coder"), `: ${one.labels.join(", ") || "no label"}`,
    one.note ? ` (${one.note})` : "",
  ));
  const cases = scheme.labels.filter((label) => given.has(label.name) && label.edgeCases.length).flatMap((label) => [
    element("h3", {}, `Edge cases of ${label.name}`),
    element("ul", {}, ...label.edgeCases.map((one) => element("li", {}, one))),
  ]);
  box.replaceChildren(...lines, ...cases);
}

export function showCodebook(scheme) {
  byId("codebook-question").textContent = scheme.question;
  byId("codebook-ties").textContent = scheme.tieBreaks;
  byId("entries").replaceChildren(...scheme.labels.map((label) => {
    const lists = [
      ["Includes", label.includes],
      ["Excludes", label.excludes.map(([one, to]) => `${one}: ${to}`)],
      ["Edge cases", label.edgeCases],
    ].filter(([, cases]) => cases.length);
    return element(
      "section", { id: `entry-${scheme.labels.indexOf(label)}`, tabindex: "-1" },
      element("h3", {}, label.title ? `${label.name} · ${label.title}` : label.name),
      element("p", {}, label.definition),
      ...lists.flatMap(([name, cases]) => [
        element("h4", {}, name), element("ul", {}, ...cases.map((one) => element("li", {}, one))),
      ]),
    );
  }));
}

export function showTraining(training) {
  const box = byId("scores");
  byId("train").disabled = training.state === "running";
  if (training.state === "none") return box.replaceChildren();
  if (training.state === "running") return box.replaceChildren("Training: this takes a minute or several. You can go on answering.");
  if (training.state === "failed") return box.replaceChildren(training.error);
  const head = ["", "accuracy", "macro-F1"].map((one) => element("th", { scope: "col" }, one));
  const rows = training.scores.map((row) => element(
    "tr", {}, element("th", { scope: "row" }, row.name),
    ...[row.accuracy, row.macro_f1].map(([value, low, high]) => element("td", {}, `${value} [${low}, ${high}]`)),
  ));
  const where = training.random ? "the random part of your answers" : "all your answers, which are no random sample";
  const labels = training.labels.map((row) => element(
    "tr", {}, element("th", { scope: "row" }, row.label), element("td", {}, row.f1), element("td", {}, String(row.support)),
  ));
  return box.replaceChildren(
    element("p", {}, `Wrote ${training.output}, trained on ${training.answers} answers.`),
    element("p", { class: "quiet" }, `Scores with 95% intervals, on ${training.texts} texts: ${where}. No model has seen the texts that it is measured on.`),
    element("table", {}, element("tr", {}, ...head), ...rows),
    element("table", {}, element("tr", {}, ...["label", "F1 of your model", "texts"].map((one) => element("th", { scope: "col" }, one))), ...labels),
  );
}
