"use strict";
/* What is drawn over time: curves and matrices on canvases, segments as bars. */
audiophrase.plots = (() => {
  const { element } = audiophrase;
  const N_COLOURS = 5;
  const DASHES = [[], [6, 3], [2, 3]];

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const series = (index) => `--series-${(index % N_COLOURS) + 1}`;
  const dashes = (index) => DASHES[Math.floor(index / N_COLOURS) % DASHES.length];

  /* A context that draws in CSS pixels, sharp on the screen at hand. */
  function context(canvas) {
    const ratio = window.devicePixelRatio || 1;
    const { width, height } = canvas.getBoundingClientRect();
    canvas.width = Math.max(1, Math.round(width * ratio));
    canvas.height = Math.max(1, Math.round(height * ratio));
    const drawn = canvas.getContext("2d");
    drawn.setTransform(ratio, 0, 0, ratio, 0, 0);
    return { drawn, width, height };
  }

  /* Lines of scores from 0 to 1 over the clip, and the threshold. */
  function curves(canvas, lines, threshold) {
    const { drawn, width, height } = context(canvas);
    const y = (value) => 3 + (1 - value) * (height - 6);
    drawn.strokeStyle = colour("--line");
    for (const value of [0, 0.5, 1]) stroke(drawn, [[0, y(value)], [width, y(value)]]);
    drawn.strokeStyle = colour("--ink");
    drawn.setLineDash([7, 4]);
    stroke(drawn, [[0, y(threshold)], [width, y(threshold)]]);
    lines.forEach(({ scores, index }) => {
      drawn.strokeStyle = colour(series(index));
      drawn.lineWidth = 1.6;
      drawn.setLineDash(dashes(index));
      stroke(drawn, Array.from(scores, (value, t) => [((t + 0.5) / scores.length) * width, y(value)]));
    });
  }

  function stroke(drawn, points) {
    drawn.beginPath();
    points.forEach(([x, y], n) => (n ? drawn.lineTo(x, y) : drawn.moveTo(x, y)));
    drawn.stroke();
  }

  /* One row of similarities, bytes over the clip: the darker (in the light) the more alike. */
  function row(canvas, values) {
    const { drawn, width, height } = context(canvas);
    drawn.fillStyle = colour("--accent");
    const n = Math.max(1, Math.round(width));
    for (let x = 0; x < n; x += 1) {
      const from = Math.floor((x / n) * values.length);
      const to = Math.max(from + 1, Math.floor(((x + 1) / n) * values.length));
      let highest = 0;
      for (let t = from; t < to; t += 1) highest = Math.max(highest, values[t]);
      drawn.globalAlpha = highest / 255;
      drawn.fillRect((x / n) * width, 0, width / n + 0.5, height);
    }
  }

  /* Segments as bars in a track of the clip's length, those of a phrase in its colour. */
  function bars(kind, segments, length, index) {
    const track = element("div", { class: `track ${kind}` });
    track.style.color = `var(${series(index)})`;
    for (const [onset, offset] of segments) {
      const bar = element("span", { class: "bar" });
      bar.style.left = `${(100 * onset) / length}%`;
      bar.style.width = `${(100 * Math.max(0, Math.min(offset, length) - onset)) / length}%`;
      track.append(bar);
    }
    return track;
  }

  return { bars, curves, row, series };
})();
