// The network as units in layers and lines between them; two of its params can be lit.

/** Letters from the right edge to the middle of a unit that stands alone: its output has room beside it. */
const BESIDE = 8;

/** Draws layers of `sizes` units; `lit` are the places of a weight and a bias, `first` shows one unit alone. */
export function drawNetwork(stage, box, { sizes, lit = null, alone = false, words }) {
  const places = placesOf(stage, box, alone ? [sizes[0], 1] : sizes);
  const { colours, size } = stage;
  if (alone) places[1][0][0] = Math.min(places[1][0][0], box[0] + box[2] - BESIDE * size);
  const radius = alone ? 2 * size : radiusOf(stage, box, sizes);
  const shown = alone ? [...places, [[box[0] + box[2] - 2 * size, box[1] + box[3] / 2]]] : places;
  shown.slice(1).forEach((layer, l) => layer.forEach((unit) => shown[l].forEach((input) => (
    stage.line([input, unit], colours.hair, 1.6)
  ))));
  if (lit) lightEdge(stage, places, lit[0], words.weight);
  shown.forEach((layer, l) => layer.forEach((place) => drawUnit(stage, place, radius, l, shown.length)));
  if (lit) lightUnit(stage, places, lit[1], { radius, name: words.bias });
  if (alone) nameParts(stage, shown, words);
  else nameEnds(stage, places, box, words);
}

function radiusOf({ size }, [, , , h], sizes) {
  return Math.min(0.85 * size, h / (2.6 * Math.max(...sizes)));
}

function placesOf({ size }, [x, y, w, h], sizes) {
  const tall = h - 3 * size;
  return sizes.map((units, l) => Array.from({ length: units }, (_, unit) => [
    x + 3 * size + ((w - 6 * size) * l) / Math.max(1, sizes.length - (sizes.length > 2 ? 1 : 0.8)),
    y + (tall * (unit + 0.5)) / units,
  ]));
}

function drawUnit(stage, place, radius, l, layers) {
  const { colours } = stage;
  const isHidden = l > 0 && l < layers - 1;
  stage.dot(place, radius, isHidden ? colours.card : colours.wash, colours.point, 2);
  if (!isHidden) return;
  const curve = Array.from({ length: 13 }, (_, i) => {
    const t = (i - 6) / 6;
    return [place[0] + t * 0.62 * radius, place[1] - Math.tanh(2.5 * t) * 0.5 * radius];
  });
  stage.line(curve, colours.point, 1.8);
}

function lightEdge(stage, places, { layer, unit, input }, name) {
  const [from, to] = [places[layer][input], places[layer + 1][unit]];
  stage.line([from, to], stage.colours.weight, 0.26 * stage.size);
  const middle = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  const look = { colour: stage.colours.weight, weight: 600, halo: stage.colours.paper, align: 'right' };
  stage.text(name, middle[0] - 0.4 * stage.size, middle[1] + 0.4 * stage.size, look);
}

function lightUnit(stage, places, { layer, unit }, { radius, name }) {
  const place = places[layer + 1][unit];
  stage.dot(place, radius + 4, 'transparent', stage.colours.bias, 0.22 * stage.size);
  const look = { colour: stage.colours.bias, weight: 600, halo: stage.colours.paper, align: 'left' };
  stage.text(name, place[0] + radius + 0.6 * stage.size, place[1], look);
}

function nameParts(stage, [inputs, [unit], [output]], words) {
  const { colours, size } = stage;
  inputs.forEach((place, i) => {
    const middle = [(place[0] + unit[0]) / 2, (place[1] + unit[1]) / 2];
    stage.line([place, unit], colours.weight, 0.14 * size);
    const look = { colour: colours.weight, weight: 600, align: 'left' };
    // The name begins at the middle of its line, on the side from which that leads away.
    const away = place[1] > unit[1] ? 0.9 : -0.9;
    stage.text(`${words.weight} ${i + 1}`, middle[0] + 0.4 * size, middle[1] + away * size, look);
    stage.text(`${words.input} ${i + 1}`, place[0], place[1] + 2.9 * size, { colour: colours.ink });
    drawUnit(stage, place, 2 * size, 0, 3);
  });
  drawUnit(stage, unit, 2 * size, 1, 3);
  stage.text(words.output, output[0], output[1] + 2.9 * size, { colour: colours.ink });
  stage.text(`+ ${words.bias}`, unit[0], unit[1] - 3 * size, { colour: colours.bias, weight: 600 });
}

function nameEnds(stage, places, [, y, , h], words) {
  const { size, colours } = stage;
  const under = y + h - 1.2 * size;
  stage.text(words.input, places[0][0][0], under, { colour: colours.ink });
  stage.text(words.output, places.at(-1)[0][0], under, { colour: colours.ink });
}
