// The four steps as a ring: from the first into the second, then 2, 3, 4 and back to 2.

/** Draws the ring in a box with what its middle says. */
export function drawRing(stage, [x, y, w, h], word) {
  const { colours, size } = stage;
  const radius = Math.min(w * 0.25, h * 0.32);
  const center = [x + w * 0.64, y + h * 0.52];
  const at = (degrees) => [
    center[0] + radius * Math.cos((degrees * Math.PI) / 180),
    center[1] + radius * Math.sin((degrees * Math.PI) / 180),
  ];
  const disc = Math.min(1.9 * size, radius * 0.36);
  const places = [[center[0] - 2 * radius, at(-90)[1]], at(-90), at(30), at(150)];
  const [from, to] = [places[0][0] + disc + 6, places[1][0] - disc - 6];
  stage.arrow([from, places[0][1]], [to, places[1][1]], colours.soft, 0.16 * size);
  for (const begin of [-90, 30, 150]) drawBow(stage, { at, from: begin, gap: (disc / radius) * 70, radius, center });
  places.forEach((place, i) => {
    stage.dot(place, disc, i ? colours.accent : colours.wash, colours.accent, 3);
    stage.text(String(i + 1), place[0], place[1], { size: 1.6, weight: 600, colour: i ? colours.on : colours.accent });
  });
  stage.text(word, center[0], center[1], { colour: colours.ink, size: 1.1 });
}

function drawBow(stage, { at, from, gap, radius, center }) {
  const { context, colours, size } = stage;
  const rad = (degrees) => (degrees * Math.PI) / 180;
  context.beginPath();
  context.arc(center[0], center[1], radius, rad(from + gap), rad(from + 114 - gap));
  Object.assign(context, { strokeStyle: colours.accent, lineWidth: 0.16 * size, lineCap: 'round' });
  context.stroke();
  stage.arrow(at(from + 112 - gap), at(from + 120 - gap), colours.accent, 0.16 * size);
}
