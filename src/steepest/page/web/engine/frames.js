// A record read from a channel: as one binary frame of a socket, or as the buffers of a notebook.
import { arrayAt, cutShort, mapped, sizeOf } from './wire.js';

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

function withArrays(header, read) {
  return mapped(header, (value) => (Array.isArray(value.$) ? read(value.$) : undefined));
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

function bytesOf(buffer) {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  if (!ArrayBuffer.isView(buffer)) throw new Error('there are no bytes');
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function nextEight(place) {
  return Math.ceil(place / 8) * 8;
}
