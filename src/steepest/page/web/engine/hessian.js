// The second derivatives of a network's loss times a direction: backpropagation, differentiated along
// the direction (Pearlmutter 1994, the R operator).
import { addProducts, turnedSums } from './network.js';

/**
 * Returns the product of a `forward` pass: it takes a direction of the params to the sum over the rows
 * of the second derivatives times it. `delta` is the loss's slope by the outputs, (outputs * rows), and
 * `curved` takes a change of these to that of the slope.
 *
 *     delta_l  = s_l (W' delta_{l+1})
 *     R delta_l = s_l (W' R delta_{l+1} + V' delta_{l+1}) + s'_l (R z_l) (W' delta_{l+1})
 *     R gradient_l = (R delta_l) a_l' + delta_l (R a_l)'
 */
export function hessianOf(network, forward, delta, curved) {
  const { matrices, activations, rows } = forward;
  const [slopes, curvatures] = ['slope', 'curvature'].map((order) => network.derived(forward, order));
  const deltas = [delta];
  const backs = [];
  for (let l = matrices.length - 1; l > 0; l -= 1) {
    const back = turnedSums(matrices[l], deltas[0], rows);
    backs.unshift(back);
    deltas.unshift(back.map((value, i) => slopes[l - 1][i] * value));
  }
  return (direction) => {
    const moved = network.moves(forward, slopes, direction);
    const [product, beside] = [0, 1].map(() => new Float64Array(network.size));
    const [by, other] = [product, beside].map((vector) => network.matrices(vector));
    let turned = curved(moved.sums.at(-1));
    for (let l = matrices.length - 1; l >= 0; l -= 1) {
      addProducts(by[l], turned, activations[l], rows);
      if (!l) break;
      addProducts(other[l], deltas[l], moved.activations[l - 1], rows);
      other[l].bias.fill(0);
      const [own, along] = [turnedSums(matrices[l], turned, rows), turnedSums(moved.along[l], deltas[l], rows)];
      const [slope, curvature, z, back] = [slopes[l - 1], curvatures[l - 1], moved.sums[l - 1], backs[l - 1]];
      turned = own.map((value, i) => slope[i] * (value + along[i]) + curvature[i] * z[i] * back[i]);
    }
    return product.map((value, i) => value + beside[i]);
  };
}
