/**
 * Which folder owns a table of the hub's Postgres: its SQL alone names the table. Others go through a function the owner exports, or a view
 * or function in the owner's migration. owners.test.ts holds the SQL of the whole repository against this.
 */
export const TABLE_OWNERS: Readonly<Record<string, string>> = {
  'bureaus.enquiry': 'connectors/bureaus',
  'hub.audit': 'platform/storage/audit',
  'hub.config': 'platform/storage/configuration',
  'hub.consumed': 'platform/streaming/pipeline-runtime',
  'hub.dead_letter': 'platform/streaming/dead-letters',
  'hub.dead_letter_replay': 'platform/streaming/dead-letters',
  'hub.effect_outcome': 'platform/streaming/effect-runtime',
  'hub.effect_position': 'platform/streaming/effect-runtime',
  'hub.login_throttle': 'console/auth',
  'hub.master_key': 'platform/storage/privacy',
  'hub.migration': 'platform/storage/postgres',
  'hub.outbox': 'platform/streaming/pipeline-runtime',
  'hub.person_key': 'platform/storage/privacy',
  'hub.pipeline_tally': 'platform/streaming/pipeline-runtime',
  'hub.process': 'platform/edge/process',
  'hub.relay_position': 'platform/streaming/relay',
  'hub.session': 'console/auth',
  'hub.sink_chunk': 'platform/streaming/warehouse-sink',
  'hub.sink_position': 'platform/streaming/warehouse-sink',
  'intake.accepted': 'connectors/intake',
  'intake.attachment': 'connectors/intake',
  'intake.nonce': 'connectors/intake',
  'intake.partner': 'connectors/intake',
  'intake.partner_format': 'connectors/intake',
  'intake.partner_key': 'connectors/intake',
  'intake.partner_version': 'connectors/intake',
  'intake.rate_bucket': 'connectors/intake',
  'review.task': 'console/review-desk',
  'review.task_command': 'console/review-desk',
};

/** Files that still name a table of another's, to go behind a view or function of its owner. The list may only become shorter. */
export const BORROWED: Readonly<Record<string, readonly string[]>> = {
  'connectors/intake/formats/format-directory.ts': ['hub.config'],
  'console/customers/appearances.ts': ['hub.audit', 'hub.person_key'],
  'console/customers/customer.ts': ['hub.audit', 'hub.person_key'],
  'console/customers/export.ts': ['hub.dead_letter'],
  'console/review-desk/record.ts': ['intake.accepted'],
  'console/status/collect.ts': ['hub.process'],
  'dashboards/viewer/partner-names.ts': ['intake.partner'],
  'platform/streaming/conservation/dead-letter-books.ts': ['hub.dead_letter', 'hub.dead_letter_replay'],
  'platform/streaming/conservation/pipeline-books.ts': ['hub.consumed', 'hub.outbox', 'hub.pipeline_tally'],
  'platform/streaming/conservation/warehouse-books.ts': ['hub.sink_chunk', 'hub.sink_position'],
  'platform/streaming/pipeline-runtime/policy-source.ts': ['hub.config'],
};
