// NumPy's default_rng(SeedSequence(seed, spawn_key=key)), so that one seed means the same start
// and the same mini-batches in Python and in the page. The seed is spread by O'Neill's seed_seq
// (2015), the numbers are those of PCG64 XSL-RR (O'Neill 2014), the normals those of a ziggurat of
// 256 layers (Marsaglia & Tsang 2000), the shuffle that of Fisher & Yates. Held to NumPy itself by
// tests/web/test_random.py.

const SPREAD = 0x931e8875;
const SHARE = 0x58f38ded;
const LEFT = 0xca01f9dd;
const RIGHT = 0x4973f715;
const POOL = 4;

/** PCG's multiplier. */
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

/** Where the lowest of 256 layers ends and the tail begins. */
const TAIL = 3.6541528853610088;
const LAYERS = 256;
const TWO52 = 2 ** 52;

/** The random numbers that NumPy gives for a whole seed from 0 up, and the key of a stream of it. */
export class Random {
  constructor(seed, key = []) {
    const words = seedWords(seed, key, 8);
    this.increment = 2n * numberOf(words.slice(4)) + 1n;
    this.state = this.increment + numberOf(words.slice(0, 4));
    this.advance();
    this.saved = null;
  }

  /** Takes one step of the congruential generator. */
  advance() {
    this.state = BigInt.asUintN(128, this.state * MULTIPLIER + this.increment);
  }

  /** Returns the next 64 bits as [high, low], 32 bits each. */
  bits() {
    this.advance();
    const word = BigInt.asUintN(64, (this.state >> 64n) ^ this.state);
    const turn = this.state >> 122n;
    const turned = (word >> turn) | (word << (64n - turn));
    return [turned >> 32n, turned].map((half) => Number(BigInt.asUintN(32, half)));
  }

  /** Returns the next 32 bits: the low half of the next 64, then the high half, which is saved. */
  half() {
    if (this.saved !== null) {
      const high = this.saved;
      this.saved = null;
      return high;
    }
    const [high, low] = this.bits();
    this.saved = high;
    return low;
  }

  /** Returns a number from 0 up to, not including, 1. */
  uniform() {
    const [high, low] = this.bits();
    return (high * 2 ** 21 + (low >>> 11)) * 2 ** -53;
  }

  /** Returns a whole number from 0 to `most`, each as likely: bits enough, until one fits. */
  upTo(most) {
    const mask = 2 ** (32 - Math.clz32(most)) - 1;
    for (;;) {
      const value = (this.half() & mask) >>> 0;
      if (value <= most) return value;
    }
  }

  /** Returns 0 to count - 1 in random order. */
  permutation(count) {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i -= 1) {
      const j = this.upTo(i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  /** Returns a number drawn from the standard normal. */
  normal() {
    for (;;) {
      const [high, low] = this.bits();
      const layer = low & 0xff;
      // Of the 64 bits 8 choose the layer, 1 the sign, and 52 the place in the layer.
      const place = (high & 0x1fffffff) * 2 ** 23 + (low >>> 9);
      const x = (low & 0x100 ? -1 : 1) * place * ZIGGURAT.width[layer];
      if (place < ZIGGURAT.inside[layer]) return x;
      if (layer === 0) return this.tail(low & 0x20000 ? -1 : 1);
      if (this.underTheCurve(x, layer)) return x;
    }
  }

  /** Returns whether a random height within the layer is below the bell at x. */
  underTheCurve(x, layer) {
    const { height } = ZIGGURAT;
    const step = height[layer - 1] - height[layer];
    return step * this.uniform() + height[layer] < Math.exp(-0.5 * x * x);
  }

  /** Returns a number beyond the last layer (Marsaglia 1964). */
  tail(sign) {
    for (;;) {
      const x = -Math.log1p(-this.uniform()) / TAIL;
      const y = -Math.log1p(-this.uniform());
      if (y + y > x * x) return sign * (TAIL + x);
    }
  }
}

/** Returns `count` words of 32 bits into which the seed is spread. */
function seedWords(seed, key, count) {
  const words = wordsOf(seed);
  while (key.length && words.length < POOL) words.push(0);
  const pool = seedPool([...words, ...key]);
  let constant = 0x8b51f9dd;
  return Array.from({ length: count }, (_, i) => {
    const word = pool[i % POOL] ^ constant;
    constant = Math.imul(constant, SHARE);
    return folded(Math.imul(word, constant));
  });
}

/** Returns a whole number as words of 32 bits, the lowest first. */
function wordsOf(seed) {
  const words = [seed % 2 ** 32];
  for (let rest = Math.floor(seed / 2 ** 32); rest > 0; rest = Math.floor(rest / 2 ** 32)) {
    words.push(rest % 2 ** 32);
  }
  return words;
}

/** Returns the pool of entropy: every word of the seed has a say in every word of it. */
function seedPool(words) {
  let constant = 0x43b0d7e5;
  const hashed = (word) => {
    const old = word ^ constant;
    constant = Math.imul(constant, SPREAD);
    return folded(Math.imul(old, constant));
  };
  const pool = Array.from({ length: POOL }, (_, i) => hashed(words[i] ?? 0));
  for (let from = 0; from < POOL; from += 1) {
    for (let to = 0; to < POOL; to += 1) {
      if (from !== to) pool[to] = mixed(pool[to], hashed(pool[from]));
    }
  }
  for (const word of words.slice(POOL)) pool.forEach((p, to) => (pool[to] = mixed(p, hashed(word))));
  return pool;
}

function mixed(a, b) {
  return folded((Math.imul(LEFT, a) - Math.imul(RIGHT, b)) | 0);
}

function folded(word) {
  return (word ^ (word >>> 16)) >>> 0;
}

/**
 * Returns 128 bits as a number, from the words of its two halves, the high half first.
 * @param {number[]} words
 */
function numberOf([highLow, highHigh, lowLow, lowHigh]) {
  return [highHigh, highLow, lowHigh, lowLow].reduce((all, word) => (all << 32n) | BigInt(word), 0n);
}

/**
 * Returns the tables of the ziggurat: layers of one area under the bell exp(-x²/2), the lowest
 * with the tail. `width` is a layer's right end over 2^52, `inside` the place below which a point
 * is under the bell for certain, `height` the bell at the layer's right end.
 */
function ziggurat() {
  const [width, inside, height] = [0, 1, 2].map(() => new Float64Array(LAYERS));
  const area = bell(TAIL) * (TAIL + tailOverBell(TAIL));
  const ends = new Float64Array(LAYERS);
  ends[LAYERS - 1] = TAIL;
  for (let i = LAYERS - 1; i > 1; i -= 1) {
    ends[i - 1] = Math.sqrt(-2 * Math.log(area / ends[i] + bell(ends[i])));
  }
  for (let i = 1; i < LAYERS; i += 1) {
    width[i] = ends[i] / TWO52;
    height[i] = bell(ends[i]);
    inside[i] = Math.floor((ends[i - 1] / ends[i]) * TWO52);
  }
  const base = area / bell(TAIL);
  [width[0], height[0], inside[0]] = [base / TWO52, 1, Math.floor((TAIL / base) * TWO52)];
  return { width, inside, height };
}

function bell(x) {
  return Math.exp(-0.5 * x * x);
}

/** Returns the area under the bell beyond x over the bell at x: Laplace's continued fraction. */
function tailOverBell(x) {
  let fraction = x;
  for (let k = 400; k > 0; k -= 1) fraction = x + k / fraction;
  return 1 / fraction;
}

const ZIGGURAT = ziggurat();
