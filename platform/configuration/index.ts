import type { HubModule } from '../module.ts';
import { configVerbs } from './verbs.ts';

/** Policies and other dated configuration: shown, changed, rolled back, with audit. */
export const configurationModule: HubModule = { name: 'configuration', verbs: configVerbs };
