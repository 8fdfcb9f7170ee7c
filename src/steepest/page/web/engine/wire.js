// A record read from the wire: the twin of page/wire.py. However it came, as one binary frame, as
// buffers of a notebook (see frames.js), or as base64 inside a file, the page gets plain objects and
// typed arrays.

const KINDS = { f8: Float64Array, i4: Int32Array };

/**
 * The record of an object that holds arrays as base64, `{"$f8": "..."}`.
 * @param {object} record
 */
export function fromBase64(record) {
  return mapped(record, (value) => {
    const kind = Object.keys(KINDS).find((name) => typeof value[`$${name}`] === 'string');
    if (kind === undefined) return undefined;
    const bytes = bytesOf(value[`$${kind}`]);
    return arrayAt(bytes.buffer, 0, kind, bytes.length / KINDS[kind].BYTES_PER_ELEMENT);
  });
}

/** The bytes of a base64 text; in older browsers by a loop: a function a letter takes twenty times as long. */
function bytesOf(text) {
  /** @type {any} */
  const Bytes = Uint8Array;
  if (Bytes.fromBase64) return Bytes.fromBase64(text);
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

/** The record with all that `read` finds an array in put in its place. */
export function mapped(value, read) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((part) => mapped(part, read));
  const found = read(value);
  if (found !== undefined) return found;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, mapped(part, read)]));
}

/** The array of a kind, so many numbers from byte `start` on. */
export function arrayAt(buffer, start, kind, count, room = buffer.byteLength - start) {
  const size = sizeOf(kind);
  if (!(count * size <= room)) throw cutShort();
  if (start % size === 0) return new KINDS[kind](buffer, start, count);
  return new KINDS[kind](buffer.slice(start, start + count * size));
}

/** The bytes of a number of a kind. */
export function sizeOf(kind) {
  if (!Object.hasOwn(KINDS, kind)) throw new Error(`there is no array of ${kind}`);
  return KINDS[kind].BYTES_PER_ELEMENT;
}

/** What is wrong with a frame that ends too early. */
export function cutShort() {
  return new Error('the frame is cut short');
}
