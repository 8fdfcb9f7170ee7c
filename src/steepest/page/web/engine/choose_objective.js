// The objective of a scene: that of one neuron, or of its network.
import { NetworkObjective } from './network_objective.js';
import { Objective } from './objective.js';

/** Returns the objective of the model of a scene, on rows X and y under a loss. */
export function chooseObjective({ network }, X, y, loss, l2 = 0) {
  return network ? new NetworkObjective(network, X, y, loss, l2) : new Objective(X, y, loss, l2);
}
