import type { HubModule } from '../module.ts';
import { configurationRoutes } from './routes.ts';
import { configVerbs } from './verbs.ts';

export { configDiff, type ConfigChange } from './diff.ts';
export { addConfigVersion, configVersion, rollbackConfig, type ConfigVersion } from './store.ts';

/** Policies and other dated configuration: shown, changed, compared, rolled back, with audit; by verb and page. */
export const configurationModule: HubModule = { name: 'configuration', verbs: configVerbs, routes: configurationRoutes };
