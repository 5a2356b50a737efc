"use strict";
/* What a run gets wrong: clips, captions taken for each other, phrases and words. */
audiophrase.errors = (() => {
  const { element, number, table, words } = audiophrase;
  const N_EXTREME = 5;
  let playing = null; // the one sound that is heard from these tables

  function hush() {
    if (playing) playing.stop();
  }

  /* A button that plays a clip, and stops it. */
  function player(state, clip) {
    const listed = state.data.clips[clip];
    if (!listed.heard) return null;
    const name = (verb) => `${verb} the sound of clip ${listed.name}`;
    const button = element("button", { type: "button", class: "plays", "aria-label": name("Play") }, "▶");
    const stop = () => {
      playing.audio.pause();
      playing = null;
      button.textContent = "▶";
      button.setAttribute("aria-label", name("Play"));
    };
    button.addEventListener("click", () => {
      const wasThis = playing?.button === button;
      hush();
      document.getElementById("sound")?.pause();
      if (wasThis) return;
      const audio = new Audio(`clips/${clip}.ogg`);
      playing = { audio, button, stop };
      audio.addEventListener("ended", () => playing?.audio === audio && stop());
      button.textContent = "■";
      button.setAttribute("aria-label", name("Stop"));
      audio.play().catch(() => playing?.audio === audio && stop());
    });
    return button;
  }

  const withSound = (state, clip) =>
    element("span", { class: "pair" }, player(state, clip), audiophrase.opener(state, clip));

  function draw(state) {
    hush();
    const { a } = state;
    const parts = [];
    parts.push(...extremes(state), confusions(state));
    if (a.detection) {
      parts.push(
        measured(state, "Average precision by phrase, the hardest first", "Phrase", a.detection.by_phrase),
        measured(state, "Average precision by word, over the phrases it stands in", "Word", a.detection.by_word),
      );
    }
    const unknown = state.data.unknown.map(([word, n]) => [words(word), n.toLocaleString("en")]);
    const title = "Most frequent words without a vector";
    parts.push(section(title, unknown.length
      ? table(title, ["Word", "Times"], unknown)
      : element("p", {}, "Every word of the captions has a vector.")));
    document.getElementById("errors-body").replaceChildren(...parts);
  }

  const section = (title, content, kind = null) =>
    element("div", { class: kind }, element("h3", {}, title), content);

  /* Clips by average precision, or by rank where nothing is detected. */
  function extremes(state) {
    const { a } = state;
    const value = a.detection ? a.detection.ap : a.clip_rank;
    const worth = a.detection ? (clip) => value[clip] : (clip) => -value[clip];
    const known = state.data.clips.map((_, clip) => clip)
      .filter((clip) => value[clip] !== null && value[clip] !== undefined)
      .sort((one, other) => worth(one) - worth(other) || one - other);
    const head = a.detection ? ["Clip", "AP", "Rank"] : ["Clip", "Rank"];
    const rows = (clips) => clips.map((clip) => [
      withSound(state, clip), ...(a.detection ? [number(a.detection.ap[clip])] : []),
      String(a.clip_rank[clip] ?? "–"),
    ]);
    const n = Math.min(N_EXTREME, Math.max(1, Math.floor(known.length / 2))); // none is in both
    return [["Worst clips", known.slice(0, n)], ["Best clips", known.slice(-n).reverse()]]
      .map(([title, clips]) => section(title, table(title, head, rows(clips))));
  }

  /* Captions that another clip suits better than their own. */
  function confusions(state) {
    const title = "Captions that another clip suits better, the worst first";
    const rows = state.a.confusions.map(({ caption, instead, rank }) => {
      const [clip, own] = state.captions[caption];
      return [
        words(state.data.clips[clip].captions[own]), withSound(state, clip), withSound(state, instead),
        String(rank),
      ];
    });
    return section(title, rows.length
      ? table(title, ["Caption", "Its clip", "What stands first", "Rank of its clip"], rows)
      : element("p", {}, "None: every caption finds its own clip first."), "whole");
  }

  /* The rows that were handed over, which are the hardest where there are very many. */
  function measured(state, name, noun, { n, rows }) {
    const title = rows.length < n ? `${name} (${rows.length} of ${n.toLocaleString("en")})` : name;
    return section(title, table(
      title, [noun, "AP", "Active", "Times", "Such as"],
      rows.map((row) => [
        words(row.text), number(row.ap), `${Math.round(100 * row.share)} %`, String(row.n),
        audiophrase.opener(state, row.clip),
      ]),
    ));
  }

  return { draw, hush };
})();
