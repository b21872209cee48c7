// The one rule of which Node the hub runs on, in plain JavaScript so that an old Node can still read it.

export const LEAST_NODE = [20, 19];

/**
 * Why this version of Node will not do, or undefined when it will.
 * @param {string} version like "20.19.0"
 * @returns {string | undefined}
 */
export function nodeProblem(version) {
  const parts = version.split('.').map(Number);
  const old = parts[0] < LEAST_NODE[0] || (parts[0] === LEAST_NODE[0] && parts[1] < LEAST_NODE[1]);
  if (!old) return undefined;
  return `Node ${version} is too old: the hub needs Node ${LEAST_NODE.join('.')} or newer. Install it from https://nodejs.org or with your version manager (nvm install 20).`;
}
