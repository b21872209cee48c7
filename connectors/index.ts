import type { HubModule } from '../platform/edge/hub-module.ts';
import { outcomeCleaner, outcomeSource } from '../platform/streaming/effect-runtime/index.ts';
import { BUREAU_ADAPTERS } from './bureaus/index.ts';
import { intakeConnector } from './intake/connector.ts';
import { settingNotes, type Connector } from './contract.ts';
import { publishConnectorEnvironment } from './environment.ts';
import { connectorVerbs } from './verbs.ts';

/** Every outside party the hub knows; a new connector is a folder and a line here. */
export const CONNECTORS: readonly Connector[] = [...BUREAU_ADAPTERS, intakeConnector];

const settingNames = CONNECTORS.flatMap((connector) =>
  [...settingNotes(connector.spec).values()].map(({ env }) => env),
);

/** `hub connectors list|spec|check` over all of them, what these verbs need to know of the running connectors, and the relay of their outcomes. */
export const connectorsModule: HubModule = {
  name: 'connectors',
  verbs: connectorVerbs(CONNECTORS),
  workers: [
    {
      name: 'connectors.settings',
      role: 'connectors',
      start: async ({ settings }) => {
        publishConnectorEnvironment(settings.home, settingNames);
        return { stop: async () => undefined };
      },
    },
    outcomeCleaner,
  ],
  relays: [outcomeSource()],
};
