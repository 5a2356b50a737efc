"use strict";
/* Precision, recall and F1, as evaluate/sed.py defines them: out of counts of frames. */
audiophrase.numbers = (() => {
  const MEASURES = [["precision", "Precision"], ["recall", "Recall"], ["f1", "F1"]];

  /* Of frames that are active, predicted, and both. Without a prediction all three are zero; without an
     active frame recall is not defined, and neither is F1. */
  function measures(active, predicted, hit) {
    return {
      precision: predicted ? hit / predicted : 0,
      recall: active ? (predicted ? hit / active : 0) : null,
      f1: active ? (predicted ? (2 * hit) / (predicted + active) : 0) : null,
    };
  }

  const sum = (values) => values.reduce((total, value) => total + value, 0);

  /* Of one clip at the k-th threshold; null where it has no phrase. */
  function ofClip(detection, clip, k) {
    if (!detection || detection.ap[clip] === undefined || !hasPhrases(detection, clip)) return null;
    return measures(
      detection.active[clip], detection.predicted[clip][k], detection.hit[clip][k],
    );
  }

  /* The lowest threshold is reached by some frame wherever there is any. */
  function hasPhrases(detection, clip) {
    return detection.active[clip] > 0 || detection.predicted[clip].some((n) => n > 0);
  }

  /* Of the whole data set. */
  function ofAll(detection, k) {
    if (!detection) return null;
    return measures(
      sum(detection.active),
      sum(detection.predicted.map((clip) => clip[k])),
      sum(detection.hit.map((clip) => clip[k])),
    );
  }

  /* Stretches of frames whose scores reach a threshold, in seconds: [[onset, offset], …]. */
  function detected(scores, threshold, hop) {
    const found = [];
    let first = -1;
    for (let t = 0; t <= scores.length; t += 1) {
      const reaches = t < scores.length && scores[t] >= threshold;
      if (reaches && first < 0) first = t;
      if (!reaches && first >= 0) {
        found.push([first * hop, t * hop]);
        first = -1;
      }
    }
    return found;
  }

  return { MEASURES, detected, ofAll, ofClip };
})();
