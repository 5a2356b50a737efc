"use strict";
/* What is chosen, and what follows from it. */
(async () => {
  const { element, load, number } = audiophrase;
  const { MEASURES, ofAll, ofClip } = audiophrase.numbers;
  const data = await audiophrase.promised("data");
  const state = {
    data, clip: 0, caption: 0, query: "", threshold: data.reported,
    sort: { key: "clip", descends: false },
    runs: { a: 0, b: null }, a: null, b: null,
    captions: data.clips.flatMap((clip, n) => clip.captions.map((_, own) => [n, own])),
  };
  const byId = (id) => document.getElementById(id);

  /* A button that chooses a clip, and says which by a caption of it. */
  audiophrase.opener = (_, clip) => element("button", {
    type: "button", class: "opens", onclick: () => openClip(clip, true),
  }, audiophrase.words(data.clips[clip].captions[0] ?? data.clips[clip].name));

  function drawList() {
    audiophrase.listing.draw(state, (clip) => openClip(clip, true), (column) => {
      const isSame = state.sort.key === column.key;
      state.sort = { key: column.key, descends: isSame ? !state.sort.descends : column.descends };
      drawList();
    });
  }

  function drawNumbers() {
    if (!byId("numbers")) return;
    const k = state.threshold;
    byId("threshold").setAttribute("aria-valuetext", number(data.thresholds[k]));
    byId("threshold-value").textContent = number(data.thresholds[k]);
    const runs = [["A", state.a], ["B", state.b]].filter(([, run]) => run);
    const columns = runs.flatMap(([name, run]) => [
      [`This clip, run ${name}`, ofClip(run.detection, state.clip, k), `clip-${name}`],
      [`All clips, run ${name}`, ofAll(run.detection, k), `all-${name}`],
    ]);
    const table = byId("numbers");
    table.tHead.replaceChildren(element("tr", {}, element("td"),
      ...columns.map(([title]) => element("th", { scope: "col" }, title))));
    table.tBodies[0].replaceChildren(...MEASURES.map(([key, title]) =>
      element("tr", {}, element("th", { scope: "row" }, title), ...columns.map(([, values, name]) => {
        const value = values ? values[key] : null;
        return element("td", { "data-name": `${key}-${name}`, "data-value": value }, number(value));
      }))));
  }

  /* For who listens to the page: once the slider rests, not at each of its steps. */
  let waiting = 0;
  function say() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const [clip, all] = [ofClip(state.a.detection, state.clip, state.threshold), ofAll(state.a.detection, state.threshold)];
      byId("said").textContent = `At threshold ${number(data.thresholds[state.threshold])}: `
        + `F1 of this clip ${number(clip?.f1)}, of all clips ${number(all?.f1)}.`;
    }, 400);
  }

  function openClip(clip, isAsked) {
    if (clip !== state.clip) state.caption = 0;
    state.clip = clip;
    if (isAsked) history.replaceState(null, "", `#clip-${clip}`);
    drawList();
    drawNumbers();
    return audiophrase.clip.open(state).then(() => {
      if (isAsked) byId("clip").focus();
    });
  }

  async function chooseRuns() {
    const index = (id) => (byId(id).value === "" ? null : Number(byId(id).value));
    state.runs = { a: index("run-a"), b: index("run-b") };
    const asked = state.runs;
    const [a, b] = await Promise.all([asked.a, asked.b].map((n) => (n === null ? null : load(`runs/${n}/all`))));
    if (asked !== state.runs) return;
    [state.a, state.b] = [a, b];
    await openClip(state.clip, false);
    audiophrase.errors.draw(state);
    byId("errors-title").textContent = `Errors of run A: ${data.runs[asked.a]}`;
  }

  const option = (title, n) => element("option", { value: n }, title);
  byId("run-a").append(...data.runs.map(option));
  byId("run-b").append(element("option", { value: "" }, "none"), ...data.runs.map(option));
  for (const id of ["run-a", "run-b"]) byId(id).addEventListener("change", chooseRuns);
  byId("search").addEventListener("input", (event) => {
    state.query = event.target.value;
    drawList();
  });
  const slider = byId("threshold");
  if (slider) {
    slider.max = String(data.thresholds.length - 1);
    slider.value = String(state.threshold);
    slider.addEventListener("input", () => {
      state.threshold = Number(slider.value);
      drawNumbers();
      audiophrase.clip.redraw();
      drawList();
      say();
    });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => audiophrase.clip.redraw());
  const named = /^#clip-(\d+)$/.exec(location.hash);
  if (named && Number(named[1]) < data.clips.length) state.clip = Number(named[1]);
  if (data.clips.length) await chooseRuns();
  document.documentElement.dataset.ready = "true";
})();
