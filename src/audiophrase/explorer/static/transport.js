"use strict";
/* The player of the chosen clip, where there is sound, and the place in it. */
audiophrase.transport = (() => {
  const { element, seconds } = audiophrase;

  /* The player, where there is sound, and the place in the clip, which the keyboard moves, too. */
  function transport(state, listed, length) {
    const place = element("input", {
      type: "range", id: "place", min: "0", max: String(length), step: "0.01", value: "0",
    });
    // Not live: as the sound plays it changes sixty times a second, and the slider says its place by itself.
    const said = element("output", { for: "place", id: "place-value", "aria-live": "off" });
    const row = element("p", { class: "slider" },
      element("label", { for: "place" }, "Place in the clip"), place, said);
    let tell = () => {};
    const at = (time) => {
      place.value = String(time);
      place.setAttribute("aria-valuetext", seconds(time));
      said.textContent = seconds(time);
      tell(time);
    };
    if (!listed.heard) {
      const why = element("p", { class: "soft" }, "This clip is here without its sound.");
      place.addEventListener("input", () => at(Number(place.value)));
      return {
        node: element("div", {}, why, row), seek: at, time: () => Number(place.value),
        watch: (watcher) => { tell = watcher; },
      };
    }
    const audio = element("audio", {
      controls: true, preload: "metadata", src: `clips/${state.clip}.ogg`, id: "sound",
      "aria-label": `Sound of clip ${listed.name}`,
    });
    const seek = (time) => {
      audio.currentTime = time;
      at(time);
    };
    place.addEventListener("input", () => seek(Number(place.value)));
    const follow = () => {
      at(audio.currentTime);
      if (!audio.paused && audio.isConnected) requestAnimationFrame(follow);
    };
    audio.addEventListener("play", () => {
      audiophrase.errors.hush();
      follow();
    });
    audio.addEventListener("seeked", follow);
    audio.addEventListener("ended", follow);
    return {
      node: element("div", {}, audio, row), seek, time: () => audio.currentTime,
      watch: (watcher) => { tell = watcher; },
    };
  }

  return { transport };
})();
