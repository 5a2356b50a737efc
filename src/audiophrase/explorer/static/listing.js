"use strict";
/* The list of clips: searched, sorted, and one of them chosen. */
audiophrase.listing = (() => {
  const { element, number, words } = audiophrase;
  const N_AT_ONCE = 200;

  /* Letters' case and the marks on them make no difference to a search. */
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  function columns(state) {
    const { a } = state;
    const f1 = (clip) => audiophrase.numbers.ofClip(a.detection, clip, state.threshold)?.f1 ?? null;
    const all = [{ key: "clip", title: "Clip", value: (clip) => clip, descends: false }];
    if (a.detection) {
      all.push({ key: "f1", title: "F1", value: f1, text: number, descends: false });
      all.push({ key: "ap", title: "AP", value: (c) => a.detection.ap[c], text: number, descends: false });
    }
    const rank = (clip) => a.clip_rank[clip];
    const text = (value) => (value === null ? "–" : String(value));
    all.push({ key: "rank", title: "Rank", value: rank, text, descends: true });
    return all;
  }

  /* Numbers of the clips with all words of the query in one caption, in the order asked for; those
     without a number last. */
  function chosen(state, by) {
    const asked = plain(state.query).split(/\s+/u).filter(Boolean);
    const matched = state.data.clips
      .map((_, clip) => clip)
      .filter((clip) => matching(state.data.clips[clip], asked) !== null);
    const sign = state.sort.descends ? -1 : 1;
    return matched.sort((one, other) => {
      const [x, y] = [by.value(one), by.value(other)];
      if (x === null || y === null) return (x === null) - (y === null) || one - other;
      return sign * (x - y) || one - other;
    });
  }

  /* The first caption with all words, or the clip's name if that has them; null: neither. */
  function matching(clip, asked) {
    const has = (text) => asked.every((word) => plain(text).includes(word));
    const caption = clip.captions.find(has);
    if (caption !== undefined) return caption;
    return has(clip.name) || has(clip.id) ? clip.captions[0] ?? clip.name : null;
  }

  function draw(state, open, sorted) {
    const all = columns(state);
    const by = all.find((column) => column.key === state.sort.key) ?? all[0];
    const table = document.getElementById("list");
    const heads = all.map((column) => {
      const direction = state.sort.descends ? "descending" : "ascending";
      const button = element("button", {
        type: "button", "data-sort": column.key, onclick: () => sorted(column),
      }, column.title);
      return element("th", {
        scope: "col", class: column.key === "clip" ? null : "number",
        "aria-sort": column === by ? direction : null,
      }, button);
    });
    replaceKeepingFocus(table.tHead, [element("tr", {}, ...heads)], "data-sort");
    const listed = chosen(state, by);
    const asked = plain(state.query).split(/\s+/u).filter(Boolean);
    const rows = listed.slice(0, N_AT_ONCE).map((clip) => {
      const about = state.data.clips[clip];
      const isOpen = clip === state.clip;
      const button = element("button", {
        type: "button", class: "opens", "data-clip": clip, "aria-current": isOpen ? "true" : null,
        onclick: () => open(clip),
      }, words(matching(about, asked) ?? about.name));
      const cells = all.slice(1).map((column) =>
        element("td", { class: "number" }, column.text(column.value(clip))));
      const head = element("th", { scope: "row" }, button, element("small", {}, words(about.name)));
      return element("tr", { class: isOpen ? "open" : null }, head, ...cells);
    });
    replaceKeepingFocus(table.tBodies[0], rows, "data-clip");
    const n = state.data.clips.length;
    const shown = listed.length > N_AT_ONCE ? `, the first ${N_AT_ONCE} are listed` : "";
    const counted = `${listed.length} of ${n} clips${shown}`;
    const line = document.getElementById("n-found");
    if (line.textContent !== counted) line.textContent = counted; // else it is announced once more
  }

  /* New children, and the focus where it was: on the child with the same value of an attribute. */
  function replaceKeepingFocus(parent, children, attribute) {
    const focused = parent.contains(document.activeElement) ? document.activeElement : null;
    const value = focused?.getAttribute(attribute);
    parent.replaceChildren(...children);
    if (value !== null && value !== undefined) {
      parent.querySelector(`[${attribute}="${CSS.escape(value)}"]`)?.focus({ preventScroll: true });
    }
  }

  return { draw };
})();
