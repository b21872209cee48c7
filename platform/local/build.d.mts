/** Makes sure that a bundle of the present sources exists, and returns its folder. See build.mjs. */
export function ensureBuilt(options?: { dist?: string; entries?: string[] }): Promise<string>;
export const ENGINE_ENTRIES: string[];
export const ENGINE_DIST: string;
