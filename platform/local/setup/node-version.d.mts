export const LEAST_NODE: readonly [number, number];
/** Why this version of Node will not do, or undefined when it will. */
export function nodeProblem(version: string): string | undefined;
