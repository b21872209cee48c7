export function rolesToRestart(bundle: string, files: readonly string[]): string[];
