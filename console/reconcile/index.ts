import type { HubModule } from '../../platform/edge/hub-module.ts';
import type { Reconcile } from '../../platform/streaming/conservation/index.ts';
import { reconcileRoutes } from './routes.ts';
import { reconcileVerb } from './verb.ts';

/** The proof that nothing is lost and nothing happens twice, by verb and page. */
export function reconcileModule(run: Reconcile): HubModule {
  return { name: 'reconcile', verbs: [reconcileVerb(run)], routes: reconcileRoutes(run) };
}
