/** Folder of what is fetched once for all hubs of this user: HUB_CACHE, else ~/.cache/autofin-hub. */
export function cacheFolder(env?: NodeJS.ProcessEnv): string;
/** Where the jars of a pom lie (or will): a changed pom gets a folder of its own. */
export function jarFolder(pom: string, env?: NodeJS.ProcessEnv): string;
/** Makes sure that the jars and the class archive for this Java are in the cache; throws with the end of Maven's output. */
export function installKafka(options: {
  pom: string;
  java: string;
  report: (message: string) => void;
  env?: NodeJS.ProcessEnv;
}): Promise<{ classPath: string; archive: string | undefined }>;
