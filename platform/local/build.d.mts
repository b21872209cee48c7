/** Makes sure that a bundle of the present sources exists, and returns its folder. See build.mjs. */
export function ensureBuilt(options?: { dist?: string; entries?: string[] }): Promise<string>;
export const SERVER_ENTRIES: string[];
export const SERVER_DIST: string;
