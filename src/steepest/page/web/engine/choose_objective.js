// The objective of a scene: that of one neuron, or of its network.
import { NetworkObjective } from './network_objective.js';
import { Objective } from './objective.js';

/**
 * Returns the rows that a scene computes with: those that stand for all, or those that are shown.
 * @param {Pick<Scene, 'X' | 'y' | 'standing'>} scene
 */
export function rowsFor(scene) {
  return scene.standing ?? scene;
}

/**
 * Whether a scene computes with some of its rows, drawn at random, in place of all.
 * @param {Pick<Scene, 'engine' | 'standing' | 'shown' | 'rows'>} scene
 */
export function isSampled({ engine, standing, shown, rows }) {
  return engine === 'page' && !standing && shown < rows;
}

/** Returns the objective of the model of a scene, on rows X and y under a loss. */
export function chooseObjective({ network }, X, y, loss, l2 = 0) {
  return network ? new NetworkObjective(network, X, y, loss, l2) : new Objective(X, y, loss, l2);
}
