"use strict";
/* What all scripts of the explorer share: data as it arrives, elements, and how numbers are written. */
const audiophrase = (() => {
  const values = new Map(); // name -> a promise of what a script of data hands over
  const handles = new Map(); // name -> what fulfils or breaks the promise

  function promised(name) {
    if (!values.has(name)) {
      values.set(name, new Promise((arrived, failed) => handles.set(name, { arrived, failed })));
    }
    return values.get(name);
  }

  /* Called by each script of data. */
  function arrived(name, value) {
    promised(name);
    handles.get(name).arrived(value);
  }

  /* The value that the script `name`.js hands over, which is loaded once, when it is asked for. */
  function load(name) {
    const isNew = !values.has(name);
    const value = promised(name);
    if (isNew) {
      const script = document.createElement("script");
      script.src = `${name}.js`;
      script.onerror = () => handles.get(name).failed(new Error(`${name}.js is missing`));
      document.head.append(script);
    }
    return value;
  }

  /* An element. What is text stays text, in the direction of its own writing. */
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== null) made.setAttribute(name, value);
    }
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  /* A table that may be wider than the window, in a region that the keyboard scrolls. Where it is, a line says so. */
  function table(title, head, rows) {
    const cells = (row) =>
      row.map((cell, n) => (n ? element("td", {}, cell) : element("th", { scope: "row" }, cell)));
    const cue = element("p", { class: "cue", "aria-hidden": "true", hidden: true }, "Scroll sideways →");
    const region = element("div", { class: "wide", role: "region", "aria-label": title, tabindex: "0" },
      element("table", {},
        element("caption", { class: "unseen" }, title),
        element("thead", {}, element("tr", {}, ...head.map((name) =>
          (name ? element("th", { scope: "col" }, name) : element("td"))))),
        element("tbody", {}, ...rows.map((row) => element("tr", {}, ...cells(row))))));
    new ResizeObserver(() => { cue.hidden = region.scrollWidth <= region.clientWidth; }).observe(region);
    return element("div", {}, cue, region);
  }

  /* Words of the data, apart from ours and from what stands beside them. */
  const words = (text) => element("bdi", {}, text);

  /* As the report writes it: two digits behind the point. */
  const number = (value) => (value === null || value === undefined ? "–" : value.toFixed(2));
  const seconds = (value) => `${value.toFixed(2)} s`;

  /* Numbers that were packed as text: float32 or bytes. */
  function unpacked(text, Kind) {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    return new Kind(bytes.buffer);
  }

  return { arrived, element, load, number, promised, seconds, table, unpacked, words };
})();
