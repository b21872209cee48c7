/** The record of who did what (hub.audit). */
export { audit, auditAll, type AuditEntry } from './audit.ts';
