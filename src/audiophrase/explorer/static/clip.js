"use strict";
/* The chosen clip: its sound, its spectrum, and what the runs make of a caption of it. */
audiophrase.clip = (() => {
  const { element, load, number, seconds, table, unpacked, words } = audiophrase;
  const { bars, curves, row, series } = audiophrase.plots;
  const { transport } = audiophrase.transport;
  const RUNS = ["A", "B"];
  let shown = null; // what is on the page, for redrawing

  /* Loads all that is shown of a clip, and shows it unless another was chosen meanwhile. */
  async function open(state) {
    const { clip } = state;
    const indices = [state.runs.a, state.runs.b].filter((index) => index !== null);
    const body = document.getElementById("clip-body");
    try {
      const [about, ...loaded] = await Promise.all([
        load(`clips/${clip}`), ...indices.map((index) => load(`runs/${index}/${clip}`)),
      ]);
      if (clip !== state.clip || indices[0] !== state.runs.a || (indices[1] ?? null) !== state.runs.b) {
        return;
      }
      show(state, about, loaded.map((ofRun) => ({ ...ofRun, scores: new Map(ofRun.scores) })));
    } catch (error) {
      body.replaceChildren(element("p", { class: "banner", role: "alert" }, `${error.message}.`));
    }
  }

  function show(state, about, ofRuns) {
    const before = shown && shown.clip === state.clip ? shown.time() : 0;
    const listed = state.data.clips[state.clip];
    const length = Math.max(listed.length_s, about.hop_s);
    document.getElementById("clip-title").replaceChildren("Clip ", words(listed.name));
    const caption = about.captions.length > state.caption ? state.caption : 0;
    const player = transport(state, listed, length);
    const plots = element("div", { class: "plots" }, spectrum(state, about, length));
    const playhead = element("div", { class: "playhead", "aria-hidden": "true" });
    const drawn = [];
    const { phrases } = about.captions[caption] ?? { phrases: [] };
    const tracks = element("div", { class: "lanes" });
    if (phrases.length) plots.append(tracks);
    ofRuns.forEach((ofRun, n) => {
      if (phrases.some((phrase) => ofRun.scores.has(phrase.id))) {
        plots.append(...curvesOf(state, ofRun, n, phrases, drawn));
      }
      if (ofRun.words && about.captions.length) {
        plots.append(...matrixOf(state, ofRun, n, about.captions[caption].words, drawn));
      }
    });
    plots.append(playhead);
    const tables = element("div");
    const parts = [player.node];
    if (listed.captions.length) parts.push(captionChoice(state, listed, caption));
    parts.push(plots, tables, ...rankings(state, ofRuns));
    document.getElementById("clip-body").replaceChildren(...parts);

    const update = () => {
      lanes(state, tracks, phrases, ofRuns, length);
      tables.replaceChildren(...asTables(state, phrases, ofRuns, about, caption, length));
      drawn.forEach((draw) => draw());
    };
    shown = { clip: state.clip, update, time: player.time };
    player.watch((time) => {
      playhead.style.setProperty("--at", String(Math.min(1, time / length)));
    });
    plots.addEventListener("pointerdown", (event) => {
      const axis = plots.querySelector(".axis").getBoundingClientRect();
      const at = (event.clientX - axis.left) / axis.width;
      if (event.button === 0 && at >= 0 && at <= 1) player.seek(at * length);
    });
    update();
    player.seek(before);
    new ResizeObserver(() => drawn.forEach((draw) => draw())).observe(plots);
  }

  function captionChoice(state, listed, caption) {
    const options = listed.captions.map((text, n) =>
      element("option", { value: n, selected: n === caption }, text));
    const select = element("select", {
      id: "caption", dir: "auto",
      onchange: (event) => {
        state.caption = Number(event.target.value);
        open(state).then(() => document.getElementById("caption").focus());
      },
    }, ...options);
    const label = element("label", { for: "caption" }, `Caption (of ${listed.captions.length})`);
    const whole = element("p", { class: "caption", dir: "auto" }, listed.captions[caption]);
    return element("div", { class: "chosen" }, element("p", {}, label, " ", select), whole);
  }

  function spectrum(state, about, length) {
    const id = state.data.clips[state.clip].id;
    const isLogMel = about.ticks.length > 0;
    const axis = element("div", { class: "axis" }, element("img", {
      src: `clips/${state.clip}.png`,
      alt: isLogMel
        ? `Log-mel spectrum of clip ${id}, ${seconds(length)}, low bands below`
        : `Frames of clip ${id}, ${seconds(length)}`,
      draggable: "false",
    }));
    const side = element("div", { class: "side", "aria-hidden": "true" });
    for (const [khz, height] of about.ticks) {
      const tick = element("span", { class: "tick" }, `${khz} kHz`);
      tick.style.bottom = `${100 * height}%`;
      side.append(tick);
    }
    return element("div", {}, element("div", { class: "panel spectrum" }, side, axis), timeline(length));
  }

  /* Seconds below the spectrum: some five of them, at round places. */
  function timeline(length) {
    const steps = [1, 2, 5].flatMap((step) => [-2, -1, 0, 1, 2, 3].map((power) => step * 10 ** power));
    const step = steps.sort((one, other) => one - other).find((each) => length / each <= 6) ?? length;
    const axis = element("div", { class: "times" });
    for (let n = 0; n * step <= length * 0.97; n += 1) {
      const time = element("span", {}, n ? String(Number((n * step).toFixed(2))) : "0 s");
      time.style.left = `${(100 * n * step) / length}%`;
      axis.append(time);
    }
    return element("div", { class: "panel", "aria-hidden": "true" }, element("span"), axis);
  }

  function swatch(index) {
    const mark = element("span", { class: "swatch", "aria-hidden": "true" });
    mark.style.backgroundColor = `var(${series(index)})`;
    return mark;
  }

  /* A lane a phrase: when it is annotated, and when each run detects it. */
  function lanes(state, tracks, phrases, ofRuns, length) {
    const threshold = state.data.thresholds[state.threshold];
    const key = ["annotated", ...ofRuns.map((_, n) => `run ${RUNS[n]}`)].map((name, n) =>
      element("li", {}, element("span", { class: `mark kind-${n}`, "aria-hidden": "true" }), name));
    const rows = phrases.map((phrase, index) => {
      const kinds = [bars("kind-0", heard(phrase), length, index)];
      ofRuns.forEach((ofRun, n) => {
        kinds.push(bars(`kind-${n + 1}`, detections(ofRun, phrase, threshold), length, index));
      });
      const name = element("span", { class: "side", title: phrase.text }, swatch(index), words(phrase.text));
      return element("div", { class: "panel lane", "data-phrase": phrase.id }, name,
        element("div", { class: "axis" }, ...kinds));
    });
    const drawn = {
      role: "img", "aria-label": "Phrases over time, annotated and detected; the table below has the times",
    };
    tracks.replaceChildren(element("h3", {}, "When its phrases are heard"),
      element("ul", { class: "key" }, ...key), element("div", drawn, ...rows));
  }

  const heard = (phrase) => phrase.segments.filter(([onset, offset]) => offset > onset);

  function detections(ofRun, phrase, threshold) {
    if (!ofRun.scores.has(phrase.id)) return [];
    const scores = unpacked(ofRun.scores.get(phrase.id), Float32Array);
    return audiophrase.numbers.detected(scores, threshold, ofRun.hop_s);
  }

  function curvesOf(state, ofRun, n, phrases, drawn) {
    const lines = phrases.flatMap((phrase, index) =>
      ofRun.scores.has(phrase.id)
        ? [{ scores: unpacked(ofRun.scores.get(phrase.id), Float32Array), index }] : []);
    const canvas = element("canvas", {
      role: "img",
      "aria-label": `Similarity of frames and phrases over time, run ${RUNS[n]}; `
        + "what reaches the threshold stands in the table below",
    });
    drawn.push(() => curves(canvas, lines, state.data.thresholds[state.threshold]));
    const side = element("div", { class: "side", "aria-hidden": "true" });
    for (const value of [0, 0.5, 1]) {
      const tick = element("span", { class: "tick" }, String(value));
      tick.style.bottom = `${4 + 92 * value}%`;
      side.append(tick);
    }
    return [
      element("h3", {}, `Similarity of frames and phrases, run ${RUNS[n]}`),
      element("div", { class: "panel curves" }, side, element("div", { class: "axis" }, canvas)),
    ];
  }

  /* The words of the caption in their order, each once. */
  function wordRows(ofRun, ids) {
    const all = unpacked(ofRun.similarities, Uint8Array);
    const T = ofRun.n_frames;
    return [...new Set(ids)]
      .map((id) => [id, ofRun.words.indexOf(id)])
      .filter(([, place]) => place >= 0)
      .map(([id, place]) => [id, all.subarray(place * T, (place + 1) * T)]);
  }

  function matrixOf(state, ofRun, n, ids, drawn) {
    const rows = wordRows(ofRun, ids).map(([id, values]) => {
      const canvas = element("canvas", { "aria-hidden": "true" });
      drawn.push(() => row(canvas, values));
      const word = state.data.words[id];
      const name = element("span", { class: "side", title: word }, words(word));
      return element("div", { class: "panel word" }, name, element("div", { class: "axis" }, canvas));
    });
    return [
      element("h3", {}, `Similarity of frames and words, run ${RUNS[n]}`),
      element("div", {
        class: "matrix", role: "img",
        "aria-label": `Similarity of frames and words over time, run ${RUNS[n]}; `
          + "the table below has means and peaks",
      }, ...rows),
    ];
  }

  /* The same in words and numbers, for whoever does not see it, and for whoever wants it exactly. */
  function asTables(state, phrases, ofRuns, about, caption, length) {
    const threshold = state.data.thresholds[state.threshold];
    const times = (segments) =>
      segments.map(([onset, offset]) => `${onset.toFixed(2)}–${Math.min(offset, length).toFixed(2)}`)
        .join(", ") || "never";
    const tables = [];
    if (phrases.length) {
      const rows = phrases.map((phrase) => [
        words(phrase.text), times(heard(phrase)),
        ...ofRuns.map((ofRun) => times(detections(ofRun, phrase, threshold))),
      ]);
      const head = ["Phrase", "Annotated (s)", ...ofRuns.map((_, n) => `Detected by run ${RUNS[n]} (s)`)];
      tables.push(["Segments at this threshold as a table", head, rows]);
    }
    const [first] = ofRuns;
    if (first?.words && about.captions.length) {
      const known = ofRuns.filter((ofRun) => ofRun.words).map((ofRun) =>
        new Map(wordRows(ofRun, about.captions[caption].words)));
      const rows = [...known[0].keys()].map((id) => [
        words(state.data.words[id]), ...known.flatMap((values, n) => {
          const row = values.get(id);
          if (!row?.length) return ["–", "–"];
          const peak = row.reduce((best, value, t) => (value > row[best] ? t : best), 0);
          const mean = row.reduce((sum, value) => sum + value, 0) / row.length / 255;
          return [number(mean), `${number(row[peak] / 255)} at ${seconds(peak * ofRuns[n].hop_s)}`];
        }),
      ]);
      const head = ["Word", ...known.flatMap((_, n) => [`Mean, run ${RUNS[n]}`, `Highest, run ${RUNS[n]}`])];
      tables.push(["Words as a table", head, rows]);
    }
    return tables.map(([title, head, rows], n) => {
      const name = `table-${n}`;
      const wasOpen = document.getElementById(name)?.open ?? false;
      return element("details", { id: name, open: wasOpen }, element("summary", {}, title),
        table(title, head, rows));
    });
  }

  /* Which captions stand first for this clip, its own among them. */
  function rankings(state, ofRuns) {
    return ofRuns.flatMap((ofRun, n) => {
      if (!ofRun.first_captions.length) return [];
      const rows = ofRun.first_captions.slice(0, 5).map(([caption, score], place) => {
        const [clip, own] = state.captions[caption];
        return [
          String(place + 1), words(state.data.clips[clip].captions[own]),
          clip === state.clip ? "this clip" : audiophrase.opener(state, clip), score.toFixed(3),
        ];
      });
      const rank = (n ? state.b : state.a).clip_rank[state.clip];
      const place = ofRun.first_captions.findIndex(([caption]) => state.captions[caption][0] === state.clip);
      const ties = place >= 0 && place + 1 < rank ? ", as equal scores count against it" : "";
      const title = `Captions that stand first, run ${RUNS[n]}: the clip's own is number ${rank}${ties}`;
      return [element("h3", {}, title), table(title, ["", "Caption", "Of", "Score"], rows)];
    });
  }

  return { open, redraw: () => shown?.update() };
})();
