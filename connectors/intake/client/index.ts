/** The partners' client: signs, sends, asks, checks callbacks. Stands on Node ≥ 20 alone; the types come from the hub's own schemas. */
export { CallbackError, CallbackReader, type ReadCallback } from './callback-reader.ts';
export {
  HubClient,
  HubRefusal,
  type Application,
  type Attachment,
  type BatchAnswer,
  type HubClientOptions,
  type Receipt,
  type Status,
} from './hub-client.ts';
export { type PartnerCredentials } from './credentials.ts';
