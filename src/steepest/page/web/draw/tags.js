// Tags on the map: words on small cards that hide neither the marks nor one another.
import { drawTag, tagLook, tagSize } from './marks.js';

/** Boxes along a path are so far apart, in pixels, and no more than that. */
const GAP = 6;
const MOST = 2000;

/**
 * Draw a tag at the first of `spots` where it hides nothing of `taken`, else where it hides least;
 * words wider than the frame are cut.
 * `spots(size)` gives left middles, the nicest first; `taken` and the box that is returned are
 * {left, right, top, bottom}; `look` is that of drawTag.
 */
export function placeTag(context, words, spots, { frame, taken, look }) {
  const room = frame.right - frame.left - 4;
  let [text, size] = [words, tagSize(context, [words], look.size)];
  for (const letters = Array.from(words); size.width > room && letters.pop();) {
    text = `${letters.join('')}…`;
    size = tagSize(context, [text], look.size);
  }
  const boxes = spots(size).map((spot) => held(spot, size, frame));
  const hidden = boxes.map((box) => taken.reduce((sum, other) => sum + overlap(box, other), 0));
  const box = boxes[hidden.indexOf(Math.min(...hidden))];
  drawTag(context, [text], [box.left, (box.top + box.bottom) / 2], look);
  return box;
}

/**
 * Draw a tag above or below the last of `points`, or aside of there, clear of them, of other `places` and of the
 * boxes of `labels`; without words none.
 */
export function tagBeside(context, words, points, { frame, places, theme, labels = [] }) {
  if (!words) return;
  const [x, y] = points.at(-1);
  const spots = ({ width, height }) => [0, 1, -1].flatMap((right) => (
    [-1, 1, -2, 2, -3, 3].map((down) => [x + (right - 1) * (width / 2) + right * 11, y + down * (height / 2 + 11)])
  ));
  const taken = [...labels, ...[points, ...places.map((place) => [place])].map((one) => boxAround(one, 8))];
  placeTag(context, words, spots, { frame, taken, look: tagLook(theme) });
}

/** The box around points, and so many pixels more on each side. */
export function boxAround(points, more) {
  const [across, down] = [0, 1].map((axis) => points.map((point) => point[axis]));
  return {
    left: Math.min(...across) - more,
    right: Math.max(...across) + more,
    top: Math.min(...down) - more,
    bottom: Math.max(...down) + more,
  };
}

/** Small boxes along the pieces of a path: what a tag would hide of it. */
export function boxesAlong(pieces) {
  const boxes = [];
  for (const { points } of pieces) {
    for (let k = 2; k < points.length && boxes.length < MOST; k += 2) {
      const [x, y] = [points[k - 2], points[k - 1]];
      const [across, down] = [points[k] - x, points[k + 1] - y];
      const count = Math.ceil(Math.hypot(across, down) / GAP);
      for (let n = 0; n < count; n += 1) {
        boxes.push(boxAround([[x + (n / count) * across, y + (n / count) * down]], GAP / 2));
      }
    }
  }
  return boxes;
}

/** The box of a tag whose left middle is wanted at a spot, moved so that it is in the frame. */
function held([x, y], { width, height }, frame) {
  const left = Math.max(frame.left + 2, Math.min(frame.right - width - 2, x));
  const top = Math.max(frame.top + 2, Math.min(frame.bottom - height - 2, y - height / 2));
  return { left, right: left + width, top, bottom: top + height };
}

/** How many square pixels two boxes share. */
function overlap(a, b) {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return Math.max(0, across) * Math.max(0, down);
}
