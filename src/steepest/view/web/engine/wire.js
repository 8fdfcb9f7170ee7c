// A record read from the wire: the twin of view/wire.py. However it came, as one binary frame, as
// buffers of a notebook, or as base64 inside a file, the page gets plain objects and typed arrays.

const KINDS = { f8: Float64Array, i4: Int32Array };

/**
 * The record in one frame: u32 length | header | 0 to 7 bytes | arrays, each at a multiple of 8.
 * @param {ArrayBuffer | DataView | Uint8Array} bytes
 */
export function unpackFrame(bytes) {
  const frame = bytes instanceof ArrayBuffer ? bytes : bytesOf(bytes).slice().buffer;
  if (frame.byteLength < 4) throw cutShort();
  const length = new DataView(frame).getUint32(0, true);
  if (4 + length > frame.byteLength) throw cutShort();
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(frame, 4, length)));
  const starts = placesOf(header, nextEight(4 + length));
  return withArrays(header, ([at, kind, count]) => arrayAt(frame, starts.get(at), kind, count));
}

/**
 * The record of a header and the buffers that it counts up; they may lie anywhere in memory.
 * @param {object} header
 * @param {(DataView | ArrayBuffer | Uint8Array)[]} buffers
 */
export function fromBuffers(header, buffers) {
  return withArrays(header, ([at, kind, count]) => {
    const bytes = bytesOf(buffers[at]);
    return arrayAt(bytes.buffer, bytes.byteOffset, kind, count, bytes.byteLength);
  });
}

/**
 * The record of an object that holds arrays as base64, `{"$f8": "..."}`.
 * @param {object} record
 */
export function fromBase64(record) {
  return mapped(record, (value) => {
    const kind = Object.keys(KINDS).find((name) => typeof value[`$${name}`] === 'string');
    if (kind === undefined) return undefined;
    const bytes = Uint8Array.from(atob(value[`$${kind}`]), (letter) => letter.charCodeAt(0));
    return arrayAt(bytes.buffer, 0, kind, bytes.length / KINDS[kind].BYTES_PER_ELEMENT);
  });
}

function withArrays(header, read) {
  return mapped(header, (value) => (Array.isArray(value.$) ? read(value.$) : undefined));
}

function mapped(value, read) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((part) => mapped(part, read));
  const found = read(value);
  if (found !== undefined) return found;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, mapped(part, read)]));
}

/** Where each array of a frame starts, by its number. */
function placesOf(header, first) {
  const sizes = new Map();
  withArrays(header, ([at, kind, count]) => sizes.set(at, count * sizeOf(kind)));
  const places = new Map();
  let place = first;
  for (const at of [...sizes.keys()].sort((a, b) => a - b)) {
    places.set(at, place);
    place = nextEight(place + sizes.get(at));
  }
  return places;
}

function arrayAt(buffer, start, kind, count, room = buffer.byteLength - start) {
  const size = sizeOf(kind);
  if (!(count * size <= room)) throw cutShort();
  if (start % size === 0) return new KINDS[kind](buffer, start, count);
  return new KINDS[kind](buffer.slice(start, start + count * size));
}

function sizeOf(kind) {
  if (!Object.hasOwn(KINDS, kind)) throw new Error(`there is no array of ${kind}`);
  return KINDS[kind].BYTES_PER_ELEMENT;
}

function bytesOf(buffer) {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  if (!ArrayBuffer.isView(buffer)) throw new Error('there are no bytes');
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function cutShort() {
  return new Error('the frame is cut short');
}

function nextEight(place) {
  return Math.ceil(place / 8) * 8;
}
